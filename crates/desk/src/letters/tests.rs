//! Every letter, with ordinary and with hostile facts.

use recovery_rules::phone::PhoneNumber;
use recovery_rules::time::{Moment, Span};
use url::Url;

use super::*;

const CALLED: Moment = Moment(1_795_516_860_000);
const HOSTILE: &str = "\"><img src=x onerror=1>\r\nBcc: thief@evil.example\u{202e}";

const CODES_FOR: [CodeFor; 5] = [
    CodeFor::SignIn,
    CodeFor::TurningTwoStepOn,
    CodeFor::ChangingPhone,
    CodeFor::Confirming,
    CodeFor::NewPassword,
];

fn organisation(name: &str) -> Organisation {
    Organisation {
        name: name.to_owned(),
        desk_phone: "+353 1 555 0100".to_owned(),
        opening_hours: "Monday to Friday, 8:00 to 18:00".to_owned(),
        times: ShownTimes::utc(),
    }
}

fn unlock_link() -> Url {
    Url::parse("https://accounts.meridian.example/unlock?a=1&b=2#canary-unlock").unwrap()
}

fn not_me_link() -> Url {
    Url::parse("https://accounts.meridian.example/stop#canary-stop").unwrap()
}

fn unlock_letter(organisation: &Organisation, reference: Option<&str>) -> LetterBody {
    let facts = Unlock {
        call_opened_at: CALLED,
        call_reference: reference,
        unlock_link: &unlock_link(),
        expires_at: CALLED + Span::minutes(67),
        not_me_link: &not_me_link(),
        not_me_until: CALLED + Span::hours(72),
        contact_code: false,
    };
    unlock(organisation, &facts)
}

fn contact_code_letter(organisation: &Organisation, caller: &str) -> LetterBody {
    let facts =
        ContactCode { code: "CANA-RY77", caller, called_at: CALLED, expires_at: CALLED + Span::hours(24) };
    contact_code(organisation, &facts)
}

/// One of each, with everything that a stranger may have chosen set to `text`.
fn all_letters(text: &str) -> Vec<LetterBody> {
    let organisation = Organisation {
        name: text.to_owned(),
        desk_phone: text.to_owned(),
        opening_hours: text.to_owned(),
        times: ShownTimes::utc(),
    };
    let link = not_me_link();
    let mut letters: Vec<_> = CODES_FOR
        .map(|code_for| {
            let facts = VerificationCode {
                code: "482913",
                code_for,
                reference: "K7",
                asked_at: CALLED,
                expires_at: CALLED,
            };
            verification_code(&organisation, &facts)
        })
        .into();
    letters.push(invitation(&organisation, text, &link));
    for change in recovery_rules::states::Change::ALL {
        let until = (change.name().len() % 2 == 0).then_some(CALLED);
        letters.push(notice(&organisation, &Notice { change: *change, at: CALLED, until }));
    }
    letters.push(unlock_letter(&organisation, Some(text)));
    letters.push(unlock_letter(&organisation, None));
    letters.push(contact_code_letter(&organisation, text));
    let paused = PhoneVerificationPaused { at: CALLED, until: CALLED + Span::days(1), by_reference: false };
    letters.push(phone_verification_paused(&organisation, &paused));
    letters.push(account_unlocked(
        &organisation,
        &AccountUnlocked { at: CALLED, not_me: Some((&link, CALLED)) },
    ));
    letters.push(account_unlocked(&organisation, &AccountUnlocked { at: CALLED, not_me: None }));
    letters.push(account_unlocked_for_billing_user(&organisation, text, CALLED));
    letters.push(two_step_reset_for_billing_user(&organisation, text, CALLED));
    letters.push(reset_waits(&organisation, CALLED, CALLED));
    letters.push(operator_invitation(
        &organisation,
        &OperatorInvitation { code: "CANA-RYCO-DE00", expires_at: CALLED },
    ));
    letters.push(operator_changed(&organisation, OperatorChange::Suspended, CALLED));
    letters.push(test_letter(&organisation, CALLED));
    for account_locked in [true, false] {
        let facts = RecoveryStopped { at: CALLED, phone_recovery_stopped_until: CALLED, account_locked };
        letters.push(recovery_stopped(&organisation, &facts));
    }
    letters
}

#[test]
fn the_unlock_letter_reads_well_as_text() {
    let letter = unlock_letter(&organisation("Meridian"), Some("K7-204-QX"));
    assert_eq!(letter.subject, "Unlock your account at Meridian");
    insta::assert_snapshot!(letter.text, @r"
    Unlock your account

    You called us on 24 November 2026, 10:41 UTC (call reference K7-204-QX). This is how you get back in:

    1. Press Unlock my account. That alone changes nothing.
    2. Type the call code. The person on the phone reads it to you; it is not in this email.
    3. Choose a new password. You are then signed out everywhere.

    Unlock my account:
    https://accounts.meridian.example/unlock?a=1&b=2#canary-unlock

    The link works until 11:48 UTC, once.

    When you next sign in, you'll be asked to set 2-step up again, with this phone or a new one.

    You didn't call us?
    Then somebody else may be trying to get into your account. Don't press the button above. Stop it here, until 27 November 2026, 10:41 UTC:
    This wasn't me:
    https://accounts.meridian.example/stop#canary-stop

    ----
    Nobody at Meridian will ask you for your password, your recovery code, or a code we sent you. We never call you.

    Questions? Call us: +353 1 555 0100. Monday to Friday, 8:00 to 18:00.

    This email was sent automatically. Answers to it are not read.
    ");
}

#[test]
fn the_unlock_letter_holds_each_link_once_and_never_a_code() {
    let letter = unlock_letter(&organisation("Meridian"), None);
    for part in [&letter.text, &letter.html] {
        assert_eq!(part.matches("canary-unlock").count(), 1);
        assert_eq!(part.matches("canary-stop").count(), 1);
        assert!(part.contains("call code"));
        assert!(part.contains("11:48 UTC"), "until when the link works");
    }
    assert!(letter.text.contains("\nhttps://accounts.meridian.example/unlock?a=1&b=2#canary-unlock\n"));
    assert!(letter.html.contains("unlock?a=1&#38;b=2#canary-unlock\""), "escaped in the attribute");
    assert!(!letter.text.contains("call reference"));
}

#[test]
fn d10_15_the_letter_to_a_contact_names_the_caller_and_holds_a_code_and_no_link() {
    let letter = contact_code_letter(&organisation("Meridian"), "Priya Raman");
    for part in [&letter.text, &letter.html] {
        assert_eq!(part.matches("CANA-RY77").count(), 1);
        assert!(
            part.contains("Priya Raman called our support desk") && part.contains("billing user"),
            "{part}"
        );
        assert!(!part.contains("://") && !part.contains("href"), "{part}");
    }
    assert!(!letter.subject.contains("Priya"), "a subject shows on locked screens");
}

#[test]
fn hostile_names_are_inert_in_every_letter() {
    for letter in all_letters(HOSTILE) {
        assert!(!letter.subject.contains(['\r', '\n', '\u{202e}']), "{}", letter.subject);
        assert!(!letter.html.contains("<img"), "{}", letter.subject);
        assert!(!letter.html.contains("\u{202e}") && !letter.text.contains("\u{202e}"));
        assert!(!letter.text.contains('\r') && !letter.text.contains("\nBcc"), "{}", letter.text);
    }
}

#[test]
fn every_letter_closes_with_what_we_never_ask_for_and_how_to_reach_us() {
    for letter in all_letters("Meridian") {
        for part in [&letter.text, &letter.html] {
            assert!(
                part.contains("Nobody at Meridian will ask you for your password, your recovery code"),
                "{part}"
            );
            assert!(part.contains("We never call you."));
            assert!(part.contains("Questions? Call us: Meridian"));
        }
    }
}

#[test]
fn no_letter_loads_anything_from_elsewhere() {
    for letter in all_letters("Meridian") {
        for forbidden in ["<img", "<script", "<link", "<form", "url(", "@import", " src=", "background="] {
            assert!(!letter.html.contains(forbidden), "{forbidden} in {}", letter.subject);
        }
    }
}

#[test]
fn codes_and_links_never_stand_in_subject_preview_or_debug_output() {
    for letter in all_letters("Meridian") {
        let preview = letter.html.split("mso-hide:all\">").nth(1).unwrap().split("</div>").next().unwrap();
        for shown in [letter.subject.as_str(), preview, format!("{letter:?}").as_str()] {
            assert!(
                !shown.contains("482913")
                    && !shown.contains("CANA-RY77")
                    && !shown.contains("canary")
                    && !shown.contains("://"),
                "{shown}"
            );
        }
    }
}

#[test]
fn a_verification_code_names_what_it_is_for_and_until_when() {
    let facts = VerificationCode {
        code: "482913",
        code_for: CodeFor::SignIn,
        reference: "K7",
        asked_at: CALLED,
        expires_at: CALLED + Span::minutes(10),
    };
    let letter = verification_code(&organisation("Meridian"), &facts);
    for part in [&letter.text, &letter.html] {
        assert_eq!(part.matches("482913").count(), 1);
        assert!(part.contains("signing in") && part.contains("10:51 UTC"));
    }
}

#[test]
fn the_pause_notice_tells_nothing_about_the_answers() {
    let facts = PhoneVerificationPaused { at: CALLED, until: CALLED + Span::days(1), by_reference: false };
    let letter = phone_verification_paused(&organisation("Meridian"), &facts);
    assert!(letter.text.contains("until 25 November 2026, 10:41 UTC"));
    for word in ["wrong", "right", "correct", "first", "second", "three", "four"] {
        assert!(!letter.text.contains(word), "{word}");
    }
}

#[test]
fn a_text_message_fits_into_one_sms_and_names_its_purpose() {
    let to = PhoneNumber::parse("+353 87 123 4567", "IE").unwrap();
    for name in ["Meridian", HOSTILE, &"Long ".repeat(60), "Müller & Söhne"] {
        for code_for in CODES_FOR {
            let words = TextWords { code: "482913", code_for, reference: "K7", minutes: 10 };
            let text = verification_text(&organisation(name), &to, &words);
            assert!(text.body.is_ascii() && text.body.len() <= 160, "{}", text.body);
            assert!(text.body.contains("482913") && !text.body.contains(['\r', '\n']));
            assert!(!format!("{text:?}").contains("482913"));
        }
    }
    let words = TextWords { code: "482913", code_for: CodeFor::SignIn, reference: "K7", minutes: 10 };
    let text = verification_text(&organisation("Meridian"), &to, &words);
    assert_eq!(
        text.body,
        "Meridian: 482913 is your code for signing in (message K7). It works for 10 minutes. Nobody will ask you for it: tell nobody."
    );
}
