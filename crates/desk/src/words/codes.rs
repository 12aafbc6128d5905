//! What is wrong with the form of a code: the same sentence wherever a code of that kind is typed, on a page and in the
//! window. Nothing was compared, so it says how many characters there were and nothing about the code.

use recovery_rules::codes::{CodeKind, CodeProblem};

/// The sentence of what is wrong with the form of a code.
pub fn code_problem(kind: CodeKind, problem: CodeProblem) -> String {
    let name = name(kind);
    match problem {
        CodeProblem::Empty => empty(kind).to_owned(),
        CodeProblem::Digits { expected, got } => {
            format!("{name} must have {expected} digits. You entered {got}")
        }
        CodeProblem::Characters { expected, got } => {
            format!("{name} must have {expected} letters and digits. You entered {got}")
        }
        CodeProblem::Unexpected { .. } if of_digits(kind) => format!("{name} must have digits only"),
        // U is in no code of ours: it is mistaken for V.
        CodeProblem::Unexpected { position } => {
            format!("{name} must have letters and digits only, and never a U. Look at character {position}")
        }
        CodeProblem::CheckCharacter => {
            format!("{name} is not right: a letter or digit is wrong or in another place. {}", compare(kind))
        }
    }
}

const fn of_digits(kind: CodeKind) -> bool {
    matches!(kind, CodeKind::Verification | CodeKind::Reset | CodeKind::Call | CodeKind::Authenticator)
}

const fn name(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Verification => "Verification code",
        CodeKind::Reset | CodeKind::ResetByMail => "Reset code",
        CodeKind::Call => "Call code",
        CodeKind::Contact => "Contact code",
        CodeKind::Recovery => "Recovery code",
        CodeKind::LastGroup => "The last group",
        CodeKind::Invitation => "Invitation code",
        CodeKind::Authenticator => "Authenticator code",
    }
}

const fn empty(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Verification | CodeKind::Reset | CodeKind::ResetByMail => "Type the code we sent you.",
        CodeKind::Call => "Type the call code. The person on the phone reads it to you.",
        CodeKind::Contact => "Type the contact code. Your recovery contact reads it to you.",
        CodeKind::Recovery => "Type your recovery code: 24 letters and digits in groups of four.",
        CodeKind::LastGroup => "Type the last group of the code: 4 letters and digits.",
        CodeKind::Invitation => "Type the invitation code from the email.",
        CodeKind::Authenticator => "Type the six digits your authenticator app shows now.",
    }
}

/// Only the long codes have a check character.
const fn compare(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Invitation => "Compare it with the email.",
        _ => "Compare it with your copy.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recovery_rules::codes::{AuthenticatorCode, CallCode, MailCode, RecoveryCode, SmsCode};

    #[test]
    fn a_wrong_number_of_characters_is_told_the_same_way_of_every_code() {
        let digits = |kind, typed| code_problem(kind, SmsCode::parse(typed).unwrap_err());
        let letters = |kind, typed| code_problem(kind, MailCode::parse(typed).unwrap_err());
        let long = |kind, typed| code_problem(kind, RecoveryCode::parse(typed).unwrap_err());
        for (said, sentence) in [
            (digits(CodeKind::Verification, "493 02"), "Verification code must have 6 digits. You entered 5"),
            (digits(CodeKind::Reset, "4930277"), "Reset code must have 6 digits. You entered 7"),
            (
                letters(CodeKind::ResetByMail, "7KQ4-M2X"),
                "Reset code must have 8 letters and digits. You entered 7",
            ),
            (letters(CodeKind::Contact, "7K"), "Contact code must have 8 letters and digits. You entered 2"),
            (
                long(CodeKind::Recovery, "7KQ4"),
                "Recovery code must have 24 letters and digits. You entered 4",
            ),
            (
                long(CodeKind::Invitation, "7"),
                "Invitation code must have 24 letters and digits. You entered 1",
            ),
        ] {
            assert_eq!(said, sentence);
        }
        let call = CallCode::parse("12 34").unwrap_err();
        assert_eq!(code_problem(CodeKind::Call, call), "Call code must have 6 digits. You entered 4");
        let app = AuthenticatorCode::parse("12345").unwrap_err();
        assert_eq!(
            code_problem(CodeKind::Authenticator, app),
            "Authenticator code must have 6 digits. You entered 5"
        );
        let group = recovery_rules::recovery_code::last_group("K7Q").unwrap_err();
        assert_eq!(
            code_problem(CodeKind::LastGroup, group),
            "The last group must have 4 letters and digits. You entered 3"
        );
    }

    #[test]
    fn other_slips_say_what_to_look_at() {
        let said = |kind, problem| code_problem(kind, problem);
        let letter = SmsCode::parse("49302O").unwrap_err();
        assert_eq!(said(CodeKind::Verification, letter), "Verification code must have digits only");
        let u = RecoveryCode::parse("7KQU").unwrap_err();
        assert!(said(CodeKind::Recovery, u).ends_with("never a U. Look at character 4"));
        let slip = RecoveryCode::parse(&"1".repeat(24)).unwrap_err();
        assert!(said(CodeKind::Recovery, slip).ends_with("Compare it with your copy."));
        assert!(said(CodeKind::Invitation, slip).ends_with("Compare it with the email."));
    }

    #[test]
    fn nothing_typed_is_told_of_every_code() {
        let all = [
            CodeKind::Verification,
            CodeKind::Reset,
            CodeKind::ResetByMail,
            CodeKind::Call,
            CodeKind::Contact,
            CodeKind::Recovery,
            CodeKind::LastGroup,
            CodeKind::Invitation,
            CodeKind::Authenticator,
        ];
        for kind in all {
            assert!(code_problem(kind, CodeProblem::Empty).starts_with("Type "), "{kind:?}");
        }
    }
}
