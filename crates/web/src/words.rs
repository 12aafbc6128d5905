//! The English sentences of the account pages that are not in a template: names of events in the history,
//! refusals that a page says in its own words, and plain answers of the outer layers.

use recovery_desk::failure::Failure;
use recovery_desk::letters::ShownTimes;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Moment;

/// To a request for another host.
pub const OTHER_HOST: &str = "This server doesn't answer to that name.\n";
/// To whoever reaches a server without TLS that is for its proxies.
pub const ONLY_PROXIES: &str = "This server answers its proxy alone.\n";
/// To a form that was sent from somebody else's page.
pub const OTHER_SITE: &str =
    "This form came from another site, so nothing was done. Open the link in our email again.\n";
/// When the last try of a call code was wrong.
pub const CALL_CODE_TRIES_USED: &str =
    "The call code was wrong too often, so this link doesn't work any more. Call us again to get a new one.";
/// When the last try of a contact code was wrong.
pub const CONTACT_CODE_TRIES_USED: &str = "The contact code was wrong too often, so this link doesn't work any more. Call us again: you and your recovery contact get new codes.";
/// When the last try of a verification code was wrong.
pub const SIGN_IN_CODE_TRIES_USED: &str =
    "The code was wrong too often, so it doesn\u{2019}t work any more. Ask for a new one below.";
/// After the owner locked the account.
pub const ACCOUNT_LOCKED: &str = "Everybody is signed out. To open it again, call us: we ask your security questions and send an email to your address. Have you not answered any? Then an administrator decides with you.";
/// After a new password was chosen on the account page.
pub const PASSWORD_CHANGED: &str = "Use the new one from now on. Other browsers are signed out.";
/// After a colleague was invited.
pub const INVITED: &str =
    "We sent an email. Your colleague presses Forgot password on the sign-in page and chooses a password.";
/// When a sign-in waited too long for its second step.
pub const SIGN_IN_OVER: &str = "You waited too long, or your account was changed meanwhile. Sign in again.";
/// When the last group of a recovery code was not the one that was shown.
pub const LAST_GROUP_NOT_RIGHT: &str =
    "This is not the last group of the code we showed. Check the copy you saved.";
/// When the last try of a reset code was wrong.
pub const RESET_CODE_TRIES_USED: &str = "The code was wrong too often, so it doesn\u{2019}t work any more. Send a new one, or choose I don\u{2019}t have a code.";
/// When 2-step was changed in the middle of a reset.
pub const CODE_SWITCHED: &str = "2-step was changed on your account meanwhile, so the code before doesn\u{2019}t work. We have sent another one.";
/// When 2-step was turned off in the middle of a reset and the password is too short without it.
pub const PASSWORD_AGAIN: &str =
    "2-step was turned off meanwhile. Without it the password has to be longer. Choose another one.";
/// When a link of a change of address is dead.
pub const ADDRESS_LINK_DEAD: &str = "Open the newest email, or ask for the change again on your account page. Call us if you still need help.";
/// When a link of "This wasn't me" is dead: it stopped nothing.
pub const NOT_ME_LINK_DEAD: &str = "Nothing was stopped with it. If you didn\u{2019}t ask us to unlock your account, call us at once: we stop it for you.";
/// When a field was left empty.
pub const EMAIL_MISSING: &str = "Enter your email address.";
/// When a field was left empty.
pub const PASSWORD_MISSING: &str = "Enter your password.";

/// What a page says of a failure: the desk's sentence, except where the page knows better what was typed.
pub fn of_failure(failure: &Failure, times: &ShownTimes) -> String {
    match failure.refusal() {
        // The page asks for these two; the desk's own sign-in asks for a code as well.
        Some(Refusal::SignInNotRight) => "Email or password is not right.".to_owned(),
        Some(Refusal::SignInWait { until }) => {
            format!("Too many tries. You can try again from {} on.", times.date_and_clock(*until))
        }
        Some(Refusal::ResendWait { .. }) => {
            "The last code was sent a moment ago. Wait a little before you ask for another.".to_owned()
        }
        Some(Refusal::RecoveryCodeWait { until }) => {
            format!(
                "The recovery code was tried too often. You can try again from {} on.",
                times.date_and_clock(*until)
            )
        }
        Some(Refusal::CodesUsed { until }) => format!(
            "No more codes can be sent or tried until {}. If you have a recovery code, use that one. Or call us.",
            times.date_and_clock(*until)
        ),
        Some(Refusal::CodeDead) => "This code doesn\u{2019}t work any more. Ask for a new one.".to_owned(),
        Some(Refusal::MalformedRequest) => {
            "What you typed holds a character that can\u{2019}t be used here. Type it again.".to_owned()
        }
        _ => failure.wire().message,
    }
}

/// What is wrong with the form of a code of six digits.
pub fn code_digits(typed: &str) -> String {
    match typed.chars().filter(char::is_ascii_digit).count() {
        6 => "Reset code must have digits only".to_owned(),
        got => format!("Reset code must have 6 digits. You entered {got}"),
    }
}

/// What a reset code is answered with that can't be looked at.
pub fn reset_code_problem(failure: &Failure, by_mail: bool, times: &ShownTimes) -> String {
    match failure.refusal() {
        Some(Refusal::CodesUsed { .. }) if by_mail => {
            "The codes of today are used. Try again tomorrow, or call us.".to_owned()
        }
        Some(Refusal::CodeDead) => "This code doesn\u{2019}t work any more. Send a new one below.".to_owned(),
        _ => of_failure(failure, times),
    }
}

/// What a wrong verification code is answered with.
pub fn wrong_code(tries_left: i64) -> String {
    match tries_left {
        1 => "The code is not right. Check the newest message. You have one try left.".to_owned(),
        left => format!("The code is not right. Check the newest message. You have {left} tries left."),
    }
}

/// The state of 2-step as the account page says it.
pub fn two_step(state: TwoStep, since: &str) -> String {
    match state {
        TwoStep::Never => "Off. It has never been turned on.".to_owned(),
        TwoStep::On => format!("On, since {since}."),
        TwoStep::Off => format!("Off, since {since}."),
        TwoStep::ToBeSetUpAgain => format!("To be set up again, since {since}."),
    }
}

/// By whom an event was, where its sentence doesn't say so already: a role, never a name.
pub fn by(actor_kind: &str) -> &'static str {
    match actor_kind {
        "user" => "By somebody signed in as you",
        "link_holder" => "With a link or code from a message",
        "anonymous" => "On the sign-in pages",
        // Their sentences begin with "Our desk", or with what happened by itself.
        _ => "",
    }
}

/// One event of an account as its history tells it: what, and by whom by role. `None` for what a user learns
/// nothing from, and for operations this page doesn't know: a raw name is never shown.
///
/// A call code and a verification code that were wrong are outcomes too and share their operation's name, so
/// those sentences say what was tried. `unlocked_at` is the moment of the last unlock, which is told as such.
pub fn event(operation: &str, at: Moment, unlocked_at: Option<Moment>) -> Option<&'static str> {
    Some(match operation {
        "open_call" => "Our desk took a phone call about your account",
        "take_over_call" => "Another person at our desk took over the phone call",
        "check_answers" => "Our desk checked answers to your security questions on the phone",
        "send_unlock" => "Our desk sent an unlock email to you",
        "ask_unlock_approval" => "Our desk asked an administrator to approve an unlock email to you",
        "pass_on" => "Our desk passed the phone call to an administrator",
        "end_call" => "Our desk ended the phone call",
        "abandon_call" => "The phone call was left alone and ended",
        "open_unlock_link" => "The link in an unlock email was opened",
        "redeem_unlock" if unlocked_at == Some(at) => {
            "Your account was unlocked and a new password was set, with the link and the codes that belong to it"
        }
        "redeem_unlock" => "A code was entered on the unlock page",
        "repudiate" => "\u{201c}This wasn\u{2019}t me\u{201d} was pressed",
        "change_email" => "A change of your email address was asked for",
        "confirm_address" => "A new email address was confirmed",
        "stop_email_change" => {
            "A change of your email address was stopped with \u{201c}This wasn\u{2019}t me\u{201d}"
        }
        "prepare_reset" => "A new password was asked for with Forgot password",
        "stage_password" => "A new password was chosen with Forgot password",
        "enter_reset_code" => "A reset code was entered",
        "resend_reset_code" => "A reset code was sent again",
        "reset_by_recovery_code" => "A recovery code was entered with Forgot password",
        "call_support" => "A call reference was given for a call to our desk",
        "user_sign_in" => "Your password was entered to sign in",
        "enter_sign_in_code" => "A verification code was entered to sign in",
        "user_sign_out" => "You signed out",
        "billing_sign_in" => "Your password was entered to sign in to the desk, the app for billing users",
        "enter_billing_code" => "A verification code was entered to sign in to the desk",
        "operator_sign_out" | "lock_desk" => "You signed out of the desk, or it locked",
        "remind_member" => "A billing user of your company sent you a reminder",
        "invite_member" => "A colleague was invited from the desk",
        "sign_in_with_recovery_code" => "A recovery code was entered to sign in",
        "save_questions" => "Your security questions were saved",
        "start_turning_two_step_on" => "A code was sent to a phone, to turn 2-step on",
        "turn_two_step_on" => "A code was entered to turn 2-step on",
        "turn_two_step_off" => "2-step was turned off",
        "reset_user_two_step" => "An administrator asked for a reset of 2-step, or did it",
        "resume_phone_verification" => "An administrator asked to let phone verification go on",
        "lock_account" => "An administrator locked the account",
        "unlock_account" => "An administrator asked to open the account again, or did it",
        "approve_request" => "A second administrator approved what was asked",
        "decline_request" => "What an administrator asked was declined or taken back",
        "start_changing_phone" => "A code was sent to a new phone",
        "change_phone" => "A code was entered to change the phone",
        "new_recovery_code" => "A new recovery code was made",
        "acknowledge_recovery_code" => "The end of the new recovery code was typed",
        "forget_browsers" => "Remembered browsers were forgotten",
        "report_lost_phone" => "The phone was reported lost",
        "lock_my_account" => "The account was locked on its own page",
        "put_off_set_up" => "Setting 2-step up again was put off",
        "enter_step_up_code" => "A code was entered to confirm a change",
        "step_up_with_recovery_code" => "A recovery code was entered to confirm a change",
        "change_password" => "The password was changed",
        "invite_colleague" => "A colleague was invited",
        "tell_owner" => "A reminder or a warning was sent to you by email",
        "export_user" => "Our desk wrote down what is kept about you, because somebody asked for it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a user's history leaves out, and why. An operation that is neither here nor told fails the test below: whoever
    /// adds one decides which.
    const NOT_TOLD: &[(&str, &[&str])] = &[
        (
            "changes nothing: it reads, or it only asks whether somebody is there",
            &[
                "greeting",
                "who_is_in",
                "still_here",
                "look_up",
                "current_call",
                "compare_preview",
                "my_calls",
                "read_operators",
                "read_approvals",
                "read_reports",
                "read_policy",
                "read_companies",
                "read_messages",
                "read_audit_log",
                "export_audit_log",
                "check_audit_log",
                "read_team",
                "read_reviews",
                "export_review",
                "request_state",
                "read_test_letter",
                "demo_mailbox",
                "demo_card",
                "read_unlock_link",
                "read_repudiation",
                "read_sign_in",
                "read_account",
                "read_history",
                "who_is_signed_in",
                "read_two_step",
                "read_phone_code",
                "read_step_up",
                "read_questions",
                "read_address_link",
                "read_email_change",
                "read_reset",
                "read_call_support",
                "list_operators",
                "read_audit",
                "preview_reminder",
                "read_statistics",
                "export_statistics",
            ],
        ),
        ("an administrator only looked; what is done afterwards is told", &["read_user"]),
        (
            "about no user's account: operators, the policy, companies, the system itself",
            &[
                "create_first_administrator",
                "confirm_first_administrator",
                "operator_sign_in",
                "demo_sign_in",
                "confirm_code",
                "invite_operator",
                "invite_operator_again",
                "accept_invitation",
                "confirm_invitation",
                "change_operator_role",
                "suspend_operator",
                "resume_operator",
                "end_operator_sessions",
                "change_policy",
                "protect_company",
                "change_company_recovery",
                "confirm_time",
                "send_test_letter",
                "reset_authenticator",
                "adopt_keys",
                "end_what_was_restored",
                "import_users",
                "seed_demo",
                "audit_waits",
                "seal_audit",
                "sign_audit_head",
                "sweep",
                "events_since",
                "start_review",
                "sign_off_review",
            ],
        ),
        (
            "the mail and texts of what is told already",
            &[
                "due_messages",
                "read_queue_age",
                "put_off_message",
                "record_bounce",
                "take_message",
                "settle_message",
                "deliver_to_demo",
                "record_text_report",
                "retry_message",
                "resets_asked",
                "calls_left_alone",
                "owners_to_tell",
            ],
        ),
        (
            "another code on the way to something that is told once it is tried",
            &["resend_billing_code", "resend_sign_in_code", "resend_phone_code", "ask_step_up_code"],
        ),
        ("anybody can ask; that a letter went to this account is told as prepare_reset", &["request_reset"]),
        ("inside a call that is told", &["save_notes"]),
        (
            "silent on purpose: a concern about the caller, and what came of it",
            &["flag_concern", "close_report"],
        ),
        ("notes where a session came from; the session itself is told", &["note_network"]),
        (
            "a remark of the company's billing user about a hint; nothing of the account depends on it",
            &["answer_signs"],
        ),
        ("nobody is left to read it", &["erase_user"]),
    ];

    #[test]
    fn every_operation_is_told_in_the_history_or_left_out_with_its_reason() {
        let left_out: Vec<_> = NOT_TOLD.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for listed in recovery_desk::operations::TABLE {
            let told = event(listed.name, Moment(0), None).is_some();
            assert!(told != left_out.contains(&listed.name), "{}: told {told}", listed.name);
        }
        for name in left_out {
            assert!(recovery_desk::operations::TABLE.iter().any(|listed| listed.name == name), "{name}");
        }
    }

    #[test]
    fn an_unknown_operation_is_left_out_and_never_shown_raw() {
        assert_eq!(event("look_up", Moment(0), None), None);
        assert_eq!(event("drop_everything", Moment(0), None), None);
    }

    #[test]
    fn only_the_moment_of_the_unlock_is_told_as_an_unlock() {
        let unlocked = event("redeem_unlock", Moment(5), Some(Moment(5))).unwrap();
        let tried = event("redeem_unlock", Moment(4), Some(Moment(5))).unwrap();
        assert!(unlocked.contains("unlocked"));
        assert!(!tried.contains("unlocked"));
    }

    #[test]
    fn the_last_wrong_code_says_that_there_is_no_next_one() {
        assert!(SIGN_IN_CODE_TRIES_USED.contains("Ask for a new one"));
        assert!(wrong_code(1).contains("one try left"));
        assert!(wrong_code(3).contains("3 tries left"));
    }
}
