//! E-mail addresses as the rest of the program carries them: checked once, at the door.

pub use crate::display_name::{DisplayName, DisplayNameProblem};

/// Octets of a whole address [RFC 5321 4.5.3.1.3 less the angle brackets; RFC 3696 erratum 1690].
pub const EMAIL_MAXIMUM: usize = 254;

/// Octets of the part before the `@` [RFC 5321 4.5.3.1.1].
const LOCAL_PART_MAXIMUM: usize = 64;

/// An address that can be put into a mail header or an SMTP command as it is: ASCII, a dot-atom, `@`, a
/// domain with at least one dot. International domains in their `xn--` form. No quoted local parts, no
/// address literals, no comments: nobody signs in with one, and each is a way to confuse another mailer.
#[derive(Clone)]
pub struct Email(String);

/// Two spellings of one address are equal (D0.8), as `folded` is what the database compares.
impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Email {}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailProblem {
    /// Nothing but spaces.
    Empty,
    /// More than 254 octets, or more than 64 before the `@`.
    TooLong,
    /// Not exactly one `@` with something on both sides.
    At,
    /// A character that is not ASCII: the domain must be written in its `xn--` form.
    NotAscii,
    /// Spaces, controls, or other characters that no plain address has; or misplaced dots.
    LocalPart,
    /// The part after the `@` is no host name with at least one dot.
    Domain,
}

impl EmailProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "email_empty",
            Self::TooLong => "email_too_long",
            Self::At | Self::LocalPart | Self::Domain => "email_not_an_address",
            Self::NotAscii => "email_not_ascii",
        }
    }
}

impl Email {
    /// Reads an address; spaces around it are dropped, what is inside is kept as typed.
    ///
    /// # Errors
    /// The first `EmailProblem` found.
    pub fn parse(text: &str) -> Result<Self, EmailProblem> {
        let text = text.trim_matches([' ', '\t']);
        if text.is_empty() {
            return Err(EmailProblem::Empty);
        }
        if text.len() > EMAIL_MAXIMUM {
            return Err(EmailProblem::TooLong);
        }
        if !text.is_ascii() {
            return Err(EmailProblem::NotAscii);
        }
        let (local_part, domain) = text.split_once('@').ok_or(EmailProblem::At)?;
        if local_part.is_empty() || domain.is_empty() || domain.contains('@') {
            return Err(EmailProblem::At);
        }
        if local_part.len() > LOCAL_PART_MAXIMUM {
            return Err(EmailProblem::TooLong);
        }
        if !local_part.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom)) {
            return Err(EmailProblem::LocalPart);
        }
        if !is_domain(domain) {
            return Err(EmailProblem::Domain);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address as typed, for sending and showing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as it is compared and stored for look-up: lower case throughout. RFC 5321 lets a host
    /// tell `A` from `a` before the `@`; two accounts that differ in nothing else would be a trap.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What is before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local_part, _)| local_part)
    }

    /// What is after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Masked: debug output ends in logs.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Email({})", crate::mask::masked_email(&self.0))
    }
}

/// Characters of an atom [RFC 5322 3.2.3].
fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Labels of letters, digits and inner hyphens [RFC 1123 2.1], the last one not all digits, or it is an address.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.split('.').all(label)
        && domain.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_addresses_are_kept_as_typed() {
        for text in [
            "priya.shah@hartwell.example",
            "O'Brien+desk@Hartwell.example",
            "a@b.cd",
            "x@xn--mller-kva.example",
            "user_1@mail.sub-domain.example",
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn d0_8_case_and_surrounding_space_do_not_matter() {
        let typed = Email::parse("  Priya.Shah@Hartwell.EXAMPLE\t").unwrap();
        assert_eq!(typed.folded(), "priya.shah@hartwell.example");
        assert_eq!(typed.as_str(), "Priya.Shah@Hartwell.EXAMPLE");
        assert_eq!(typed, Email::parse("priya.shah@hartwell.example").unwrap());
        assert_eq!((typed.local_part(), typed.domain()), ("Priya.Shah", "Hartwell.EXAMPLE"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, problem) in [
            ("  ", EmailProblem::Empty),
            ("priya", EmailProblem::At),
            ("@hartwell.example", EmailProblem::At),
            ("priya@", EmailProblem::At),
            ("a@b@c.example", EmailProblem::At),
            ("müller@hartwell.example", EmailProblem::NotAscii),
            ("a..b@hartwell.example", EmailProblem::LocalPart),
            (".a@hartwell.example", EmailProblem::LocalPart),
            ("a b@hartwell.example", EmailProblem::LocalPart),
            ("\"a b\"@hartwell.example", EmailProblem::LocalPart),
            ("a@hartwell", EmailProblem::Domain),
            ("a@hartwell..example", EmailProblem::Domain),
            ("a@-hartwell.example", EmailProblem::Domain),
            ("a@hartwell.example.", EmailProblem::Domain),
            ("a@127.0.0.1", EmailProblem::Domain),
            ("a@[127.0.0.1]", EmailProblem::Domain),
        ] {
            assert_eq!(Email::parse(text).unwrap_err(), problem, "{text:?}");
        }
        assert_eq!(
            Email::parse(&format!("{}@a.example", "x".repeat(65))).unwrap_err(),
            EmailProblem::TooLong
        );
        assert_eq!(
            Email::parse(&format!("x@{}.example", "y.".repeat(130))).unwrap_err(),
            EmailProblem::TooLong
        );
    }

    #[test]
    fn header_and_recipient_injection_is_refused() {
        for text in [
            "a@b.example\r\nBcc: x@y.example",
            "a@b.example\nx",
            "a\0@b.example",
            "a@b.example\0",
            "a@b.example, c@d.example",
            "<a@b.example>",
            "a@b.example> RCPT TO:<c@d.example",
            "a@b.example\r\n",
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn debug_is_masked() {
        assert_eq!(
            format!("{:?}", Email::parse("priya@hartwell.example").unwrap()),
            "Email(p••••@hartwell.example)"
        );
    }

    proptest! {
        #[test]
        fn an_accepted_address_is_one_line_of_visible_ascii(text in "[ -~\r\n\0é@.a-z]{0,40}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
