//! The short secrets people type: six digits by SMS, read out in a call or of an authenticator, eight
//! characters by mail.
//!
//! The recovery code and the secret of a link have files of their own. What is stored of a code is
//! its HMAC, made elsewhere; what is typed wrongly in form never costs a try, so `parse` says what is wrong.

use std::marker::PhantomData;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

pub use crate::code_problem::{CodeKind, CodeProblem};
use crate::crockford;
pub use crate::link_secret::LinkSecret;
pub use crate::recovery_code::RecoveryCode;

/// Two characters that stand on the screen and in the message with a code, so that a late message is recognised
/// (D7.5). Out of two random bytes that have nothing to do with the code.
pub fn code_reference(random: &[u8; 2]) -> String {
    random.iter().map(|byte| crockford::character(*byte)).collect()
}

/// Separators people put into codes; everything else counts.
pub(crate) fn without_separators(text: &str) -> zeroize::Zeroizing<String> {
    // NFKC turns full-width digits and letters, which Japanese keyboards give, into plain ones.
    let typed = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.'));
    zeroize::Zeroizing::new(typed.collect())
}

/// What a six-digit code is for. A code of one purpose can't be handed where another is asked for (D1.7).
pub trait Purpose {
    /// For `Debug`.
    const NAME: &'static str;
}

/// Marks the code sent by SMS.
pub struct Sms;
/// Marks the code that an agent reads out.
pub struct Call;
/// Marks the code that an operator's authenticator app shows.
pub struct Authenticator;

impl Purpose for Sms {
    const NAME: &'static str = "SmsCode";
}
impl Purpose for Call {
    const NAME: &'static str = "CallCode";
}
impl Purpose for Authenticator {
    const NAME: &'static str = "AuthenticatorCode";
}

/// Verification or reset code: six digits by SMS [63B-4 3.1.3.2: at least six].
pub type SmsCode = SixDigits<Sms>;
/// The code that is read out in a verified call and typed beside the unlock link.
pub type CallCode = SixDigits<Call>;
/// The code of an operator's authenticator, as it was typed; which are right, the authenticator knows.
pub type AuthenticatorCode = SixDigits<Authenticator>;

/// Six decimal digits. Wiped when dropped, never printed.
pub struct SixDigits<P: Purpose>(String, PhantomData<P>);

impl<P: Purpose> SixDigits<P> {
    /// Digits of a code.
    pub const LENGTH: usize = 6;

    /// A code out of random bytes. 128 bits for a number below a million leave a bias of less than 2^-108
    /// [NIST SP 800-90A A.5.3: 64 bits more than needed].
    pub fn from_random(random: &[u8; 16]) -> Self {
        let number = u128::from_le_bytes(*random) % 1_000_000;
        Self(format!("{number:06}"), PhantomData)
    }

    /// Reads what was typed or pasted: spaces, hyphens and dots are ignored (D3.9), any other letter is refused.
    ///
    /// # Errors
    /// `Empty`, `Unexpected`, `Digits`.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let typed = without_separators(text);
        if typed.is_empty() {
            return Err(CodeProblem::Empty);
        }
        if let Some(index) = typed.chars().position(|c| !c.is_ascii_digit()) {
            return Err(CodeProblem::Unexpected { position: index + 1 });
        }
        if typed.len() != Self::LENGTH {
            return Err(CodeProblem::Digits { expected: Self::LENGTH, got: typed.len() });
        }
        Ok(Self(typed.as_str().to_owned(), PhantomData))
    }

    /// The six digits, for the SMS, the agent's screen, the HMAC. The only way out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<P: Purpose> Drop for SixDigits<P> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<P: Purpose> std::fmt::Debug for SixDigits<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(..)", P::NAME)
    }
}

/// Reset, contact or verification code by e-mail: eight Crockford base32 characters, 40 bits.
pub struct MailCode(String);

impl MailCode {
    /// Characters of a code.
    pub const LENGTH: usize = 8;

    /// A code out of 40 random bits: every code is equally likely.
    pub fn from_random(random: &[u8; 5]) -> Self {
        Self(crockford::symbols(random).take(Self::LENGTH).map(crockford::character).collect())
    }

    /// Reads what was typed: any case and separators, `O` for `0`, `I` and `L` for `1`.
    ///
    /// # Errors
    /// `Empty`, `Unexpected`, `Characters`.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        crockford::read(text, Self::LENGTH).map(Self)
    }

    /// The eight characters, upper case, for the HMAC.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The code in two groups, for the letter: `7K2M-9QXA`.
    pub fn expose_grouped(&self) -> zeroize::Zeroizing<String> {
        crockford::grouped(&self.0)
    }
}

impl Drop for MailCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for MailCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn d3_9_spaces_hyphens_and_full_width_digits_are_read() {
        for typed in
            ["048213", " 048 213 ", "048-213", "04.82.13", "０４８２１３", "048\u{2013}213", "0 4 8 2 1 3\n"]
        {
            assert_eq!(SmsCode::parse(typed).unwrap().expose(), "048213", "{typed:?}");
        }
    }

    #[test]
    fn a_slip_is_named_precisely() {
        assert_eq!(SmsCode::parse(" - ").unwrap_err(), CodeProblem::Empty);
        assert_eq!(SmsCode::parse("12345").unwrap_err(), CodeProblem::Digits { expected: 6, got: 5 });
        assert_eq!(SmsCode::parse("1234567").unwrap_err(), CodeProblem::Digits { expected: 6, got: 7 });
        assert_eq!(CallCode::parse("12 a456").unwrap_err(), CodeProblem::Unexpected { position: 3 });
        assert_eq!(MailCode::parse("7K2M9QX").unwrap_err(), CodeProblem::Characters { expected: 8, got: 7 });
        assert_eq!(MailCode::parse("7K2M-9QXU").unwrap_err(), CodeProblem::Unexpected { position: 8 });
    }

    #[test]
    fn a_mail_code_forgives_case_and_confusable_letters() {
        assert_eq!(MailCode::parse("olio-1x2y").unwrap().expose(), "01101X2Y");
        let code = MailCode::from_random(&[0xFF, 0x00, 0xAB, 0x12, 0x34]);
        assert_eq!(code.expose().len(), 8);
        assert_eq!(code.expose_grouped().len(), 9);
    }

    #[test]
    fn every_six_digit_code_can_come_up_and_leading_zeros_stay() {
        assert_eq!(SmsCode::from_random(&[0; 16]).expose(), "000000");
        assert_eq!(SmsCode::from_random(&999_999_u128.to_le_bytes()).expose(), "999999");
        assert_eq!(SmsCode::from_random(&1_000_007_u128.to_le_bytes()).expose(), "000007");
    }

    #[test]
    fn d7_5_a_message_is_recognised_by_two_characters() {
        assert_eq!(code_reference(&[0x13, 0xE7]), "K7");
        assert_eq!(code_reference(&[0, 31]), "0Z");
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", SmsCode::from_random(&[7; 16])), "SmsCode(..)");
        assert_eq!(format!("{:?}", CallCode::from_random(&[7; 16])), "CallCode(..)");
        assert_eq!(format!("{:?}", MailCode::from_random(&[7; 5])), "MailCode(..)");
    }

    proptest! {
        #[test]
        fn codes_come_back_as_they_went(random in any::<[u8; 16]>(), mail in any::<[u8; 5]>()) {
            let sms = SmsCode::from_random(&random);
            let again = SmsCode::parse(sms.expose()).unwrap();
            prop_assert_eq!(again.expose(), sms.expose());
            let code = MailCode::from_random(&mail);
            let grouped = code.expose_grouped().to_lowercase();
            let again = MailCode::parse(&grouped).unwrap();
            prop_assert_eq!(again.expose(), code.expose());
        }
    }
}
