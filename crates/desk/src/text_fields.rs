//! What no text of a request may hold, whatever its field: a NUL. PostgreSQL takes none in a text, SQLite takes all; refused
//! at the one way in, both answer the same, and nobody makes a fault by typing one.

use std::hash::{Hash, Hasher};

/// Looks at the texts of a request as they pass into its hash. Numbers pass by.
#[derive(Default)]
struct Texts {
    nul: bool,
}

impl Hasher for Texts {
    fn write(&mut self, bytes: &[u8]) {
        self.nul |= bytes.contains(&0);
    }
    fn finish(&self) -> u64 {
        u64::from(self.nul)
    }
    fn write_u8(&mut self, _: u8) {}
    fn write_u16(&mut self, _: u16) {}
    fn write_u32(&mut self, _: u32) {}
    fn write_u64(&mut self, _: u64) {}
    fn write_u128(&mut self, _: u128) {}
    fn write_usize(&mut self, _: usize) {}
    fn write_i8(&mut self, _: i8) {}
    fn write_i16(&mut self, _: i16) {}
    fn write_i32(&mut self, _: i32) {}
    fn write_i64(&mut self, _: i64) {}
    fn write_i128(&mut self, _: i128) {}
    fn write_isize(&mut self, _: isize) {}
}

/// Whether any text of a request holds a NUL.
pub fn hold_nul(request: &impl Hash) -> bool {
    let mut texts = Texts::default();
    request.hash(&mut texts);
    texts.finish() != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretText;

    #[derive(Hash)]
    struct Request {
        text: &'static str,
        secret: SecretText,
        maybe: Option<String>,
        list: Vec<String>,
        number: i64,
        on: bool,
    }

    #[test]
    fn a_nul_is_found_in_every_kind_of_text_and_numbers_hold_none() {
        let plain = || Request {
            text: "a",
            secret: SecretText::new("b"),
            maybe: Some("c".to_owned()),
            list: vec![String::new(), "d".to_owned()],
            number: 0,
            on: false,
        };
        assert!(!hold_nul(&plain()));
        assert!(!hold_nul(&Request { maybe: None, ..plain() }));
        for request in [
            Request { text: "a\0", ..plain() },
            Request { secret: SecretText::new("\0"), ..plain() },
            Request { maybe: Some("c\0c".to_owned()), ..plain() },
            Request { list: vec!["\0d".to_owned()], ..plain() },
        ] {
            assert!(hold_nul(&request));
        }
    }
}
