//! What notes may and may not hold.

use proptest::prelude::*;

use super::*;
use crate::answers::AnswerRule;
use crate::codes::{MailCode, SmsCode};

#[test]
fn d9_14_ordinary_notes_pass() {
    for notes in [
        "",
        "Rang at 10:51, lost the phone on 24 November 2026. Calling back on 07700 900123 at 14.30.",
        "Landline (01454) 482091, mobile +44 7700 900 123, abroad 00353 85 012 3456",
        "Dates: 24/11/2026, 24/11/26, 24.11.26, 24-11-26, 26-11-24, 11/24/26, 2026-11-24",
        "Reference K7-204-QX, check words amber and kayak.",
        "Call back 10am-12pm or 24th-25th; room 2026; flat 12B; postcode BS35 1AB.",
        "Owes £123,456 since 2024 and 1,250 more; 3 of 4 answers; 5 calls in 60 minutes.",
        "They said that they have been away; some time next week they will call once more",
        "one of two phones, three days ago, four or five calls",
        "Numbers 10 20 and 2030, then 1 2 3.",
        "Version 2.12.5 of the app, build 7",
        "november2026",
    ] {
        assert_eq!(notes_hold_a_code(notes), None, "{notes}");
    }
}

#[test]
fn d9_14_six_digits_are_refused_in_any_dress() {
    for notes in [
        "code 482091",
        "code: 482 091.",
        "482-091",
        "48 20 91",
        "4 8 2 0 9 1",
        "4, 8, 2, 0, 9, 1",
        "4-8-2-0-9-1",
        "(482) 091",
        "he read 482091, then hung up",
        "try 2 482091",
        "４８２０９１",
        "٤٨٢٠٩١",
        "code482091",
        "four eight two zero nine one",
        "Four eight two, oh nine one!",
        "four double eight two nine one",
        "4 eight 2 0 9 1",
        "99-99-99",
    ] {
        assert_eq!(notes_hold_a_code(notes), Some(NoteProblem::SixDigits), "{notes}");
    }
}

#[test]
fn d9_14_card_numbers_are_refused() {
    for notes in [
        "4111 1111 1111 1111",
        "card 5500-0000-0000-0004 exp",
        "paid with 378282246310005",
        "4111111111111111",
    ] {
        assert_eq!(notes_hold_a_code(notes), Some(NoteProblem::CardNumber), "{notes}");
    }
    assert_eq!(notes_hold_a_code("order 4111 1111 1111 1112"), None, "the check digit doesn't fit");
}

#[test]
fn d9_14_recovery_and_mail_codes_are_refused() {
    let code = RecoveryCode::from_random(&[
        0x3A, 0x91, 0x07, 0xFE, 0x55, 0xC2, 0x18, 0x6D, 0xB4, 0x20, 0x99, 0x4F, 0xE1, 0x7B, 0x83,
    ]);
    let grouped = code.expose_grouped().to_string();
    for notes in
        [grouped.clone(), grouped.to_lowercase(), grouped.replace('-', " "), code.expose().to_owned()]
    {
        assert_eq!(
            notes_hold_a_code(&format!("code is {notes}, she said")),
            Some(NoteProblem::RecoveryCode),
            "{notes}"
        );
    }
    for notes in ["7K2M-9QXA", "code 7k2m9qxa", "(7K2M9QXA)"] {
        assert_eq!(notes_hold_a_code(notes), Some(NoteProblem::MailCode), "{notes}");
    }
}

#[test]
fn d9_14_answers_are_found_however_they_are_written() {
    let answers: Vec<_> = ["St. Mary's, Thornbury", "Pippin", "Li"]
        .iter()
        .map(|a| CanonicalAnswer::new(AnswerRule::CURRENT, a))
        .collect();
    assert!(holds_answer("first said ST MARYS, THORNBURY then gave up", &answers));
    assert!(holds_answer(&format!("{} pippin", "word ".repeat(500)), &answers), "long notes too");
    assert!(!holds_answer("likes pippins; Mr Li called", &answers));
    assert!(!holds_answer("", &answers));
    assert!(
        !holds_answer("anything", &[CanonicalAnswer::new(AnswerRule::CURRENT, "!")]),
        "an empty answer is nowhere"
    );
}

proptest! {
    #[test]
    fn every_six_digit_code_is_found(random in any::<[u8; 16]>(), split in 0_usize..=6) {
        let code = SmsCode::from_random(&random);
        let (one, other) = code.expose().split_at(split);
        let notes = format!("code {one} {other} ok");
        prop_assert_eq!(notes_hold_a_code(&notes), Some(NoteProblem::SixDigits));
    }

    #[test]
    fn every_grouped_recovery_code_with_digits_is_found(random in any::<[u8; 15]>()) {
        let code = RecoveryCode::from_random(&random);
        let found = notes_hold_a_code(&code.expose_grouped());
        prop_assert!(found.is_some() || code.expose().bytes().all(|b| b.is_ascii_alphabetic()));
    }

    #[test]
    fn no_text_makes_it_panic(notes in any::<String>()) {
        let _ = notes_hold_a_code(&notes);
    }

    #[test]
    fn a_mail_code_with_mixed_characters_is_found(random in any::<[u8; 5]>()) {
        let code = MailCode::from_random(&random);
        let kinds: Vec<bool> = code.expose().chars().map(|c| c.is_ascii_digit()).collect();
        let digits = kinds.iter().filter(|digit| **digit).count();
        if (2..=6).contains(&digits) && kinds.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 2 {
            prop_assert!(notes_hold_a_code(code.expose()).is_some());
        }
    }
}
