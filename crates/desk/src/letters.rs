//! Every letter and text message that people get: all their sentences stand in these files (English).
//!
//! A letter is one function from typed facts to a [`LetterBody`]. Sending is not here (see `smtp`), nor when.
//! Each letter says what happened, when, what to do, and what we never ask for.

mod account_unlocked;
mod address_change;
mod contact_code;
mod draft;
mod invitation;
mod notice;
mod operator;
mod phone_changed;
mod phone_verification_paused;
mod recovery_stopped;
mod reset;
mod test_letter;
mod text_message;
mod times;
mod two_step_reminder;
mod two_step_reset;
mod unlock;
mod verification_code;

use std::fmt;

use recovery_rules::display_name::DisplayName;

pub use account_unlocked::{AccountUnlocked, account_unlocked, account_unlocked_for_billing_user};
pub use address_change::{AddressNotMe, ConfirmAddress, address_not_me, confirm_address};
pub use contact_code::{ContactCode, contact_code};
pub use invitation::invitation;
pub use notice::{Notice, notice};
pub use operator::{OperatorChange, OperatorInvitation, operator_changed, operator_invitation};
pub use phone_changed::phone_changed_text;
pub use phone_verification_paused::{PhoneVerificationPaused, phone_verification_paused};
pub use recovery_stopped::{RecoveryStopped, recovery_stopped};
pub use reset::{Reset, ResetCode, no_account, reset, reset_code, reset_locked, reset_waits};
pub use test_letter::test_letter;
pub use text_message::{Text, TextWords, verification_text};
pub use times::{ShownTimes, rfc3339};
pub use two_step_reminder::two_step_reminder;
pub use two_step_reset::two_step_reset_for_billing_user;
pub use unlock::{Unlock, unlock};
pub use verification_code::{CodeFor, VerificationCode, verification_code};

/// Who writes, as people know it. Any text is safe in here: it is made inert where it is used.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Name, as in "Meridian".
    pub name: String,
    /// Number of the support desk, as it should be read.
    pub desk_phone: String,
    /// When somebody answers, as in "Monday to Friday, 8:00 to 18:00".
    pub opening_hours: String,
    /// How moments are written.
    pub times: ShownTimes,
}

/// A letter without sender and recipient. It may hold links and codes, so it can't be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct LetterBody {
    /// One line. Never holds a code or a link: subjects show on locked screens.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part, escaped.
    pub html: String,
}

impl Organisation {
    fn name(&self) -> String {
        DisplayName::inert(&self.name)
    }

    fn phone(&self) -> String {
        DisplayName::inert(&self.desk_phone)
    }

    fn hours(&self) -> String {
        DisplayName::inert(&self.opening_hours)
    }
}

/// How every notice to a billing user about a colleague ends: what to do if it comes as a surprise.
fn ask_your_colleague(organisation: &Organisation) -> draft::Block {
    draft::Block::Warning {
        title: "You didn't expect this?",
        text: format!(
            "Ask your colleague, in person or on a number you know. If they know nothing of it, call us at once: {}.",
            organisation.phone()
        ),
        link: None,
    }
}

impl fmt::Debug for LetterBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LetterBody({:?}, secret)", self.subject)
    }
}

#[cfg(test)]
mod tests;
