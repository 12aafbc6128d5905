//! One letter as bytes: text and HTML side by side, our own Message-ID, nothing that a hostile name could bend.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use recovery_rules::display_name::DisplayName;
use recovery_rules::email::Email;
use recovery_rules::time::Moment;

/// A letter to one person. `subject`, `text` and `html` hold secrets (links, codes): it can't be printed.
pub struct Letter {
    /// To whom. The address alone: a name in this header would be hostile text with no use.
    pub to: Email,
    /// The organisation's name beside our address. Anything is safe here; it is made inert.
    pub from_name: String,
    /// One line. Anything is safe here; it is made inert.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part, already escaped.
    pub html: String,
    /// Ours, without angle brackets: `<outbox id>@<our domain>`. A letter sent again has the same one.
    pub message_id: String,
    /// When it was made; in the header `Date`.
    pub date: Moment,
}

/// The letter can't be sent to anybody, ever. Without the offending text: it goes into logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The address is none that mail servers take.
    #[error("the address can't be used for mail")]
    Address,
    /// The Message-ID isn't `left@right` in plain characters.
    #[error("the message id is malformed")]
    MessageId,
    /// The parts don't make a letter.
    #[error("the letter can't be put together")]
    Parts,
}

impl Letter {
    /// The letter as the mail server gets it.
    ///
    /// # Errors
    /// [`Unsendable`]. lettre *panics* on a line break in a name, so nothing reaches it unchecked.
    pub fn compose(&self, from: &Address) -> Result<Message, Unsendable> {
        let from_name = Some(DisplayName::inert(&self.from_name)).filter(|name| !name.is_empty());
        let age = Duration::from_millis(u64::try_from(self.date.0).unwrap_or(0));
        Message::builder()
            .from(Mailbox::new(from_name, from.clone()))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(DisplayName::inert(&self.subject))
            .message_id(Some(bracketed(&self.message_id)?))
            .date(UNIX_EPOCH + age)
            // RFC 3834: answering machines leave such letters alone.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::plain(self.text.clone()))
                    .singlepart(SinglePart::html(self.html.clone())),
            )
            .map_err(|_| Unsendable::Parts)
    }
}

/// An address as lettre wants it.
pub(super) fn address(email: &Email) -> Result<Address, Unsendable> {
    Address::new(email.local_part(), email.domain()).map_err(|_| Unsendable::Address)
}

fn bracketed(id: &str) -> Result<String, Unsendable> {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    match id.split_once('@') {
        Some((left, right)) if plain(left) && plain(right) => Ok(format!("<{id}>")),
        _ => Err(Unsendable::MessageId),
    }
}

#[cfg(test)]
mod tests {
    use recovery_rules::email::Email;
    use recovery_rules::time::Moment;

    use super::{Letter, Unsendable, address};

    fn letter() -> Letter {
        Letter {
            to: Email::parse("priya@hartwell.example").unwrap(),
            from_name: "Calder Books".to_owned(),
            subject: "Unlock your account".to_owned(),
            text: "Grüße".to_owned(),
            html: "<p>Grüße</p>".to_owned(),
            message_id: "01abc@desk.example".to_owned(),
            date: Moment(1_767_225_600_000),
        }
    }

    fn composed(letter: &Letter) -> String {
        let from = address(&Email::parse("desk@calder.example").unwrap()).unwrap();
        String::from_utf8(letter.compose(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_letter_carries_our_message_id_date_and_marks_itself_automatic() {
        let text = composed(&letter());
        assert!(text.contains("Message-ID: <01abc@desk.example>\r\n"), "{text}");
        assert!(text.contains("Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"), "{text}");
        assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
        assert!(text.contains("To: priya@hartwell.example\r\n"));
        assert!(text.contains("multipart/alternative"));
        assert!(text.is_ascii(), "safe for servers without 8BITMIME");
    }

    #[test]
    fn hostile_names_and_subjects_add_no_header_and_no_panic() {
        for hostile in
            ["x\r\nBcc: thief@evil.example", "x\nBcc: thief@evil.example", "\r", "a\0b", "\u{2028}Bcc: y", ""]
        {
            let mut poisoned = letter();
            poisoned.from_name = hostile.to_owned();
            poisoned.subject = hostile.to_owned();
            let text = composed(&poisoned);
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let headers =
                head.split("\r\n").filter(|line| line.starts_with("Bcc") || line.starts_with("bcc"));
            assert_eq!(headers.count(), 0, "{head}");
            assert!(!head.contains('\0'));
        }
    }

    #[test]
    fn a_malformed_message_id_is_refused() {
        let from = address(&Email::parse("desk@calder.example").unwrap()).unwrap();
        for id in ["", "x", "@", "a@", "@b", "a b@c", "a@b>\r\nBcc: x", "<a@b>", "ä@b", "a@b@c"] {
            let mut poisoned = letter();
            poisoned.message_id = id.to_owned();
            assert_eq!(poisoned.compose(&from).err(), Some(Unsendable::MessageId), "{id}");
        }
    }
}
