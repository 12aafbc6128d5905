//! The codes that go onto the wire and into the audit log, word by word: a change of one is a change for everybody who
//! reads them. And that policy, addresses and pauses keep their bounds.

use proptest::prelude::*;

use crate::acceptable_answer::AnswerProblem;
use crate::breaker::Breaker;
use crate::call::CannotVerify;
use crate::call_reference::CallReference;
use crate::codes::{CallCode, CodeKind, CodeProblem, MailCode, RecoveryCode, SmsCode};
use crate::display_name::DisplayNameProblem;
use crate::email::{Email, EmailProblem};
use crate::notes::NoteProblem;
use crate::phone::PhoneProblem;
use crate::policy::{Policy, RULES};
use crate::questions::QuestionProblem;
use crate::refusal::Refusal;
use crate::time::{Moment, Span};

#[test]
fn every_problem_has_its_stable_code() {
    let all = [
        (AnswerProblem::Empty.code(), "answer_empty"),
        (AnswerProblem::TooLong.code(), "answer_too_long"),
        (AnswerProblem::OneLetter.code(), "answer_one_letter"),
        (AnswerProblem::SameAsQuestion.code(), "answer_is_question"),
        (AnswerProblem::IsEmail.code(), "answer_is_email"),
        (AnswerProblem::IsName.code(), "answer_is_name"),
        (AnswerProblem::IsCompany.code(), "answer_is_company"),
        (AnswerProblem::IsPassword.code(), "answer_is_password"),
        (CannotVerify::Closed.code(), "closed"),
        (CannotVerify::AnswersMissing.code(), "answers_missing"),
        (CannotVerify::Paused(Moment(0)).code(), "paused"),
        (CannotVerify::Stopped(Moment(0)).code(), "stopped"),
        (DisplayNameProblem::Empty.code(), "name_empty"),
        (DisplayNameProblem::TooLong.code(), "name_too_long"),
        (DisplayNameProblem::Unsafe.code(), "name_unsafe"),
        (EmailProblem::Empty.code(), "email_empty"),
        (EmailProblem::TooLong.code(), "email_too_long"),
        (EmailProblem::At.code(), "email_not_an_address"),
        (EmailProblem::NotAscii.code(), "email_not_ascii"),
        (NoteProblem::SixDigits.code(), "notes_six_digits"),
        (NoteProblem::MailCode.code(), "notes_mail_code"),
        (NoteProblem::RecoveryCode.code(), "notes_recovery_code"),
        (NoteProblem::CardNumber.code(), "notes_card_number"),
        (PhoneProblem::Empty.code(), "phone_empty"),
        (PhoneProblem::Region.code(), "phone_region"),
        (PhoneProblem::Characters.code(), "phone_characters"),
        (PhoneProblem::Country.code(), "phone_country"),
        (PhoneProblem::NotANumber.code(), "phone_not_a_number"),
        (PhoneProblem::Kind.code(), "phone_kind"),
        (QuestionProblem::NotFour.code(), "questions_not_four"),
        (SmsCode::parse("").unwrap_err().code(), "code_empty"),
        (SmsCode::parse("12345").unwrap_err().code(), "code_length"),
        (SmsCode::parse("12345x").unwrap_err().code(), "code_unexpected_character"),
        (RecoveryCode::parse(&"1".repeat(24)).unwrap_err().code(), "code_check_character"),
        (CallReference::parse("K7").unwrap_err().code(), "call_reference_length"),
        (CallReference::parse("K7-204-Q!").unwrap_err().code(), "call_reference_unexpected"),
    ];
    for (code, stable) in all {
        assert_eq!(code, stable);
    }
}

#[test]
fn a_refusal_names_the_field_it_is_about() {
    assert_eq!(Refusal::BadField { field: "phone", problem: "phone_empty" }.field(), Some("phone"));
    let short = Refusal::of_code("call_code", CodeKind::Call, CodeProblem::Digits { expected: 6, got: 5 });
    assert_eq!((short.field(), short.code()), (Some("call_code"), "code_length"));
    assert_eq!(Refusal::PasswordNotRight.field(), Some("password"));
    assert_eq!(Refusal::CallCodeNotRight { tries_left: 1 }.field(), Some("call_code"));
    assert_eq!(Refusal::ContactCodeNotRight { tries_left: 1 }.field(), Some("contact_code"));
    assert_eq!(Refusal::CodeNotRight { tries_left: 1 }.field(), Some("code"));
    assert_eq!(Refusal::RecoveryCodeNotRight { tries_left: 1 }.field(), Some("recovery_code"));
    assert_eq!(Refusal::SignedOut.field(), None);
}

#[test]
fn a_refusal_that_is_over_at_a_moment_says_when() {
    use Refusal::*;
    let until = Moment(7);
    let told = [
        AloneUntil { until },
        SignInWait { until },
        LookUpLimit { until },
        OpenCallLimit { until },
        ResendWait { until },
        ReminderWait { until },
        BillingLimit { until },
        RecoveryCodeWait { until },
        CodesUsed { until },
        TestLetterLimit { until },
    ];
    for refusal in told {
        assert_eq!(refusal.until(), Some(until), "{refusal:?}");
    }
    assert_eq!(Refusal::Busy.until(), None);
}

#[test]
fn an_address_may_be_as_long_as_its_bounds_and_no_longer() {
    // RFC 5321: 64 before the @, 254 in all.
    let address = |local: usize, label: usize| {
        let domain = ["d".repeat(63), "d".repeat(63), "d".repeat(label)].join(".");
        Email::parse(&format!("{}@{domain}", "l".repeat(local)))
    };
    assert!(address(64, 50).is_ok());
    assert_eq!(address(65, 50), Err(EmailProblem::TooLong));
    assert!(address(64, 61).is_ok(), "254");
    assert_eq!(address(64, 62), Err(EmailProblem::TooLong), "255");
}

#[test]
fn what_shows_itself_in_a_log_says_what_it_is_and_no_more() {
    let shown = format!("{:?}", CallReference::from_random(&[7; 16]));
    assert!(!shown.is_empty(), "a reference shows something");
    assert!(
        !format!("{:?}", CallCode::from_random(&[7; 16])).contains(CallCode::from_random(&[7; 16]).expose())
    );
    assert!(
        !format!("{:?}", MailCode::from_random(&[7; 5])).contains(MailCode::from_random(&[7; 5]).expose())
    );
}

#[test]
fn two_addresses_are_two_and_two_spellings_of_one_are_one() {
    let email = |text: &str| Email::parse(text).unwrap();
    assert_ne!(email("priya@hartwell.example"), email("prija@hartwell.example"));
    assert_eq!(email("Priya@Hartwell.example"), email("priya@hartwell.example"));
}

#[test]
fn each_pause_of_a_gateway_is_as_long_as_it_says_to_the_millisecond() {
    let mut breaker = Breaker::default();
    let mut now = Moment(0);
    for _ in 0..5 {
        breaker.failed(now);
    }
    for pause in [30, 60, 120, 240, 300, 300] {
        let end = now + Span::seconds(pause);
        assert_eq!(breaker.may_try(Moment(end.0 - 1)), Err(end));
        assert_eq!(breaker.may_try(end), Ok(()));
        breaker.failed(end);
        now = end;
    }
}

proptest! {
    #[test]
    fn a_number_of_the_policy_is_what_was_set_within_its_bounds_and_else_the_default(
        which in 0..RULES.len(),
        value in any::<i64>(),
        near in -2_i64..=2,
        at_the_most in any::<bool>(),
    ) {
        let rule = &RULES[which];
        let edge = if at_the_most { rule.most } else { rule.least };
        for value in [value, edge.saturating_add(near)] {
            let policy = Policy::with_overrides([(rule.name, value)]);
            let expected = if value < rule.least || value > rule.most { rule.default } else { value };
            prop_assert_eq!(policy.count(rule.number), expected);
            prop_assert_eq!(policy.span(rule.number).0, expected);
            prop_assert_eq!(policy.on(rule.number), expected != 0);
            for other in RULES.iter().filter(|other| other.name != rule.name) {
                prop_assert_eq!(policy.count(other.number), other.default);
            }
        }
    }

    #[test]
    fn a_code_reads_back_however_it_is_grouped(random in any::<[u8; 16]>(), mail in any::<[u8; 5]>(), at in 1_usize..6) {
        let code = SmsCode::from_random(&random);
        let (front, back) = code.expose().split_at(at);
        let typed = format!(" {front} - {back} ");
        let read = SmsCode::parse(&typed).unwrap();
        prop_assert_eq!(read.expose(), code.expose());
        let code = MailCode::from_random(&mail);
        let typed = code.expose_grouped().to_lowercase().replace('-', " ");
        let read = MailCode::parse(&typed).unwrap();
        prop_assert_eq!(read.expose(), code.expose());
    }
}
