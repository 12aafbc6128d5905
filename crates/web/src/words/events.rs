//! The events of an account as its history names them, and which are left out and why.

use recovery_rules::time::Moment;

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
}
