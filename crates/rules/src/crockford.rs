//! Crockford's base32: 32 characters without I, L, O, U, so that a code survives handwriting and the telephone.

use zeroize::Zeroizing;

use crate::codes::{CodeProblem, without_separators};

const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// The character of a symbol; only the low five bits count.
pub(crate) fn character(symbol: u8) -> char {
    ALPHABET[usize::from(symbol & 31)]
}

/// The symbol of a character, forgiving case and the letters left out.
pub(crate) fn symbol(c: char) -> Option<u8> {
    let meant = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| *known == meant).and_then(|index| u8::try_from(index).ok())
}

/// Random bytes as symbols of five bits, first bits first; a rest of fewer than five bits is not used.
pub(crate) fn symbols(random: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let bit = |index: usize| (random[index / 8] >> (7 - index % 8)) & 1;
    (0..random.len() * 8 / 5).map(move |symbol| (0..5).fold(0, |value, i| value << 1 | bit(symbol * 5 + i)))
}

/// What was typed as upper-case characters of the alphabet, exactly `length` of them.
pub(crate) fn read(text: &str, length: usize) -> Result<String, CodeProblem> {
    let typed = without_separators(text);
    if typed.is_empty() {
        return Err(CodeProblem::Empty);
    }
    // Reserved at once, so that no half of a secret stays behind in a smaller buffer.
    let mut code = Zeroizing::new(String::with_capacity(length));
    let mut got = 0;
    for (index, c) in typed.chars().enumerate() {
        let symbol = symbol(c).ok_or(CodeProblem::Unexpected { position: index + 1 })?;
        got += 1;
        if got <= length {
            code.push(character(symbol));
        }
    }
    if got != length {
        return Err(CodeProblem::Characters { expected: length, got });
    }
    Ok(std::mem::take(&mut *code))
}

/// Groups of four with hyphens between.
pub(crate) fn grouped(code: &str) -> Zeroizing<String> {
    let mut grouped = Zeroizing::new(String::with_capacity(code.len() + code.len() / 4));
    for (index, c) in code.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push('-');
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_symbols_are_each_others_inverse() {
        for value in 0..32 {
            assert_eq!(symbol(character(value)), Some(value));
            assert_eq!(symbol(character(value).to_ascii_lowercase()), Some(value));
        }
        assert_eq!(symbol('U'), None);
        assert_eq!(symbol('é'), None);
    }

    #[test]
    fn bytes_become_symbols_first_bits_first() {
        assert_eq!(
            symbols(&[0b0000_1000, 0b1000_0110, 0b0100_0010, 0b1001_1000, 0b1110_1000]).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8]
        );
        assert_eq!(symbols(&[0xFF; 15]).collect::<Vec<_>>(), [31; 24]);
    }
}
