//! Statements about many rows at once whose text is still written once and for ever: the parameters of all rows are
//! counted out when the program is compiled, so nothing is concatenated while it runs.

/// How a text with many rows is made: `before`, then for each row its parameters and `row_end` in brackets, then `after`.
#[derive(Clone, Copy)]
pub struct Rows {
    /// The statement up to the rows.
    pub before: &'static str,
    /// Parameters of one row.
    pub columns: usize,
    /// What follows the parameters inside a row's brackets.
    pub row_end: &'static str,
    /// Rows.
    pub rows: usize,
    /// The statement after the rows.
    pub after: &'static str,
}

impl Rows {
    /// Bytes of the text.
    pub const fn length(&self) -> usize {
        self.write(&mut []).0
    }

    /// The text; `N` is its length.
    pub const fn text<const N: usize>(&self) -> [u8; N] {
        let mut text = [0; N];
        let (length, _) = self.write(&mut text);
        assert!(length == N, "N is the text's length");
        text
    }

    /// Writes what fits and says how long it is.
    const fn write(&self, out: &mut [u8]) -> (usize, usize) {
        let mut at = put(out, 0, self.before.as_bytes());
        let (mut row, mut parameter) = (0, 1);
        while row < self.rows {
            at = put(out, at, if row == 0 { b"(" } else { b", (" });
            let mut column = 0;
            while column < self.columns {
                at = put(out, at, if column == 0 { b"$" } else { b", $" });
                at = put_number(out, at, parameter);
                parameter += 1;
                column += 1;
            }
            at = put(out, at, self.row_end.as_bytes());
            at = put(out, at, b")");
            row += 1;
        }
        (put(out, at, self.after.as_bytes()), parameter)
    }
}

const fn put(out: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let mut i = 0;
    while i < bytes.len() {
        if at + i < out.len() {
            out[at + i] = bytes[i];
        }
        i += 1;
    }
    at + bytes.len()
}

const fn put_number(out: &mut [u8], at: usize, number: usize) -> usize {
    let mut digits = 1;
    let mut rest = number;
    while rest >= 10 {
        rest /= 10;
        digits += 1;
    }
    let mut i = digits;
    let mut rest = number;
    while i > 0 {
        i -= 1;
        if at + i < out.len() {
            out[at + i] = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
    }
    at + digits
}

/// The text of a [`Rows`], made when the program is compiled. A macro, because a length that depends on a value can only
/// be named by one.
macro_rules! rows_text {
    ($rows:expr) => {{
        const ROWS: $crate::database::Rows = $rows;
        const BYTES: [u8; ROWS.length()] = ROWS.text();
        const TEXT: &str = match std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("made of text and digits"),
        };
        TEXT
    }};
}
pub(crate) use rows_text;

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn parameters_are_counted_through_all_rows() {
        const TEXT: &str = rows_text!(Rows {
            before: "INSERT INTO t VALUES ",
            columns: 4,
            row_end: ", 'x'",
            rows: 3,
            after: " ON CONFLICT DO NOTHING",
        });
        assert_eq!(
            TEXT,
            "INSERT INTO t VALUES ($1, $2, $3, $4, 'x'), ($5, $6, $7, $8, 'x'), ($9, $10, $11, $12, 'x') \
             ON CONFLICT DO NOTHING"
        );
    }
}
