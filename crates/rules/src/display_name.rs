//! Names of persons and companies: hostile text until checked, and a safe form for what was stored before.

/// Characters of a name; longer ones are refused at entry and cut when shown.
pub const DISPLAY_NAME_MAXIMUM: usize = 120;

/// A person's or company's name that can stand in a mail header, a log line, a cell, a window.
///
/// Controls, line breaks and bidirectional controls are *refused*, not dropped: whoever types a name sees
/// what is wrong; silently another name would be kept than the one on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DisplayName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayNameProblem {
    /// Nothing but spaces.
    Empty,
    /// More than 120 characters.
    TooLong,
    /// A control, a line break, or an invisible character that changes how other text reads.
    Unsafe,
}

impl DisplayNameProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "name_empty",
            Self::TooLong => "name_too_long",
            Self::Unsafe => "name_unsafe",
        }
    }
}

impl DisplayName {
    /// Reads a name; spaces around it are dropped.
    ///
    /// # Errors
    /// The first `DisplayNameProblem` found.
    pub fn parse(text: &str) -> Result<Self, DisplayNameProblem> {
        if text.chars().any(is_unsafe) {
            return Err(DisplayNameProblem::Unsafe);
        }
        let text = text.trim();
        if text.is_empty() {
            return Err(DisplayNameProblem::Empty);
        }
        if text.chars().count() > DISPLAY_NAME_MAXIMUM {
            return Err(DisplayNameProblem::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One safe line of at most 120 characters out of any stored text, for letters and logs: what `parse`
    /// refuses becomes a space where it broke a line and nothing elsewhere; a cut is shown by `…`.
    pub fn inert(stored: &str) -> String {
        let visible: String = stored
            .chars()
            .filter_map(|c| match c {
                '\r' | '\n' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
                c if is_unsafe(c) => None,
                c => Some(c),
            })
            .collect();
        let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= DISPLAY_NAME_MAXIMUM {
            return line;
        }
        let mut cut: String = line.chars().take(DISPLAY_NAME_MAXIMUM - 1).collect();
        cut.truncate(cut.trim_end().len());
        cut.push('…');
        cut
    }
}

/// Controls, line and paragraph separators, bidirectional controls, invisible tags and marks that
/// reorder or hide text. The zero-width joiners stay: Persian and Indic names are spelled with them.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_the_world_are_accepted() {
        for name in [
            "Zoë O’Brien-Łuczak",
            "李明",
            "محمد",
            "नन्दिनी",
            "Calder & Finch",
            "می\u{200C}خواهم",
            "\"Bobby\" <x>",
        ] {
            assert_eq!(DisplayName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(DisplayName::parse("  Priya Shah ").unwrap().as_str(), "Priya Shah");
    }

    #[test]
    fn controls_line_breaks_and_reordering_are_refused() {
        for name in [
            "a\r\nBcc: x",
            "a\nb",
            "\n",
            "a\0",
            "a\u{202E}b",
            "a\u{2066}b",
            "\u{200F}a",
            "a\u{2028}b",
            "\u{FEFF}a",
        ] {
            assert_eq!(DisplayName::parse(name), Err(DisplayNameProblem::Unsafe), "{name:?}");
        }
        assert_eq!(DisplayName::parse(" \u{3000} "), Err(DisplayNameProblem::Empty));
        assert_eq!(DisplayName::parse(&"x".repeat(121)), Err(DisplayNameProblem::TooLong));
        assert!(DisplayName::parse(&"é".repeat(120)).is_ok());
    }

    #[test]
    fn stored_hostile_text_becomes_one_safe_line() {
        assert_eq!(DisplayName::inert("Priya\r\nBcc: x@y.example"), "Priya Bcc: x@y.example");
        assert_eq!(DisplayName::inert("\u{202E}gpj.exe\u{0}"), "gpj.exe");
        assert_eq!(DisplayName::inert("\u{1b}[31mred"), "[31mred");
        assert_eq!(DisplayName::inert(""), "");
        let cut = DisplayName::inert(&"n".repeat(500));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (120, true));
    }

    proptest! {
        #[test]
        fn inert_text_is_always_accepted_as_a_name(text in any::<String>()) {
            let line = DisplayName::inert(&text);
            prop_assert!(line.is_empty() || DisplayName::parse(&line).is_ok(), "{:?}", line);
            prop_assert_eq!(DisplayName::inert(&line), line);
        }
    }
}
