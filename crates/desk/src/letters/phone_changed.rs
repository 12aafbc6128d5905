//! The text to the phone that was the second step until now: whoever holds it learns that it no longer is.

use recovery_rules::display_name::DisplayName;
use recovery_rules::phone::PhoneNumber;

use super::{Organisation, Text};

/// Characters of one SMS in the GSM alphabet (3GPP TS 23.038).
const LONGEST: usize = 160;

/// The text, without a code and without the new number.
pub fn phone_changed_text(organisation: &Organisation, to: &PhoneNumber) -> Text {
    let ascii = |text: String, longest: usize| -> String {
        text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).take(longest).collect()
    };
    let phone = ascii(organisation.phone(), 30);
    let rest =
        format!(": your account gets its codes on another phone from now on. This wasn't you? Call {phone}.");
    let name = ascii(DisplayName::inert(&organisation.name), LONGEST.saturating_sub(rest.len()));
    Text { to: to.clone(), body: format!("{}{rest}", name.trim_end()) }
}
