//! Text messages: verification codes by SMS. One message of at most 160 characters, so that it arrives in one piece.

use std::fmt;

use recovery_rules::display_name::DisplayName;
use recovery_rules::phone::PhoneNumber;

use super::{CodeFor, Organisation};

/// Characters of one SMS in the GSM alphabet (3GPP TS 23.038).
const LONGEST: usize = 160;

/// A text message. It holds a code, so it can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// To whom.
    pub to: PhoneNumber,
    /// At most 160 ASCII characters.
    pub body: String,
}

/// What a text with a code says.
#[derive(Clone, Copy)]
pub struct TextWords<'a> {
    /// The code, as it is to be typed.
    pub code: &'a str,
    /// What it is for.
    pub code_for: CodeFor,
    /// Two characters that stand on the screen too, so that a late text is recognised.
    pub reference: &'a str,
    /// Minutes it works.
    pub minutes: u32,
}

/// The text with a verification code, naming what the code is for.
pub fn verification_text(organisation: &Organisation, to: &PhoneNumber, words: &TextWords<'_>) -> Text {
    let rest = format!(
        ": {} is your code for {} (message {}). It works for {} minutes. Nobody will ask you for it: tell nobody.",
        words.code,
        words.code_for.words(),
        words.reference,
        words.minutes
    );
    // One character outside of the GSM alphabet halves the room: such a message would come in two pieces.
    let name: String = DisplayName::inert(&organisation.name)
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .take(LONGEST.saturating_sub(rest.chars().count()))
        .collect();
    Text { to: to.clone(), body: format!("{}{rest}", name.trim_end()) }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Text(secret)")
    }
}
