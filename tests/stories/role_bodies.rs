//! A well-formed request for each operation, about nothing that exists.

use serde_json::{Value, json};

/// The request.
pub fn body(name: &str) -> Value {
    let call = json!({ "call_id": "none", "notes": "" });
    let link = json!({ "link": "none" });
    match name {
        "create_first_administrator" => json!({ "name": "A", "email": "a@b.example", "password": "x" }),
        "confirm_first_administrator" => json!({ "operator_id": "none", "code": "000000" }),
        "operator_sign_in" => json!({ "email": "a@b.example", "password": "x", "code": "000000" }),
        "user_sign_in" => json!({ "email": "a@b.example", "password": "x" }),
        "billing_sign_in" => json!({ "email": "a@b.example", "password": "x" }),
        "enter_billing_code" => json!({ "code": "000000" }),
        "read_team" => team(),
        "preview_reminder" => json!({ "again": false }),
        "sign_off_review" => json!({ "review_id": "none", "digest": "", "note": "" }),
        "read_reviews" => json!({ "before": null }),
        "remind_member" => json!({ "user_id": "none" }),
        "answer_signs" => json!({ "user_id": "none", "signs": ["same_phone"], "answer": "later" }),
        "invite_member" => json!({ "given_name": "A", "family_name": "B", "email": "a@b.example" }),
        "export_review" => json!({ "shown": team(), "format": "csv" }),
        "note_network" => json!({ "source": "198.51.100.7" }),
        "demo_sign_in" => json!({ "role": "agent" }),
        "look_up" => json!({ "query": "a", "search_id": "s" }),
        "open_call" => json!({ "user_id": "none", "reference": null }),
        "take_over_call" => json!({ "user_id": "none" }),
        "compare_preview" => json!({ "call_id": "none", "slot": 1, "text": "x" }),
        "check_answers" => json!({ "call_id": "none", "answers": ["x", null, null, null] }),
        "send_unlock" => json!({ "call_id": "none", "again": false }),
        "save_notes" | "flag_concern" | "end_call" => call,
        "pass_on" => json!({ "call_id": "none", "reason": "other", "notes": "" }),
        "confirm_time" => json!({ "time": 0 }),
        "request_state" => json!({ "request_id": "none" }),
        "read_unlock_link" | "open_unlock_link" | "read_repudiation" | "repudiate" => link,
        "redeem_unlock" => {
            json!({ "link": "none", "call_code": "000000", "contact_code": "", "new_password": "x" })
        }
        "enter_sign_in_code" => json!({ "challenge": "none", "code": "000000" }),
        "read_test_letter" => json!({ "message_id": "none" }),
        "record_bounce" => json!({ "message_id": "none", "words": "" }),
        "put_off_message" => json!({ "id": "none", "reply": "" }),
        "read_sign_in" | "resend_sign_in_code" => json!({ "challenge": "none" }),
        "sign_in_with_recovery_code" => json!({ "challenge": "none", "recovery_code": "x" }),
        "start_turning_two_step_on" | "start_changing_phone" => json!({ "password": "x", "phone": "1" }),
        "turn_two_step_on" | "change_phone" | "enter_step_up_code" => json!({ "code": "000000" }),
        "turn_two_step_off" | "report_lost_phone" | "lock_my_account" => json!({ "password": "x" }),
        "forget_browsers" => json!({ "id": "none" }),
        "ask_step_up_code" => json!({ "again": false }),
        "step_up_with_recovery_code" => json!({ "recovery_code": "x" }),
        "save_questions" => json!({ "password": "x", "answers": [] }),
        "change_password" => json!({ "password": "x", "new_password": "x" }),
        "invite_colleague" => json!({ "given_name": "A", "family_name": "B", "email": "a@b.example" }),
        "tell_owner" => json!({ "user_id": "none", "change": "unfinished_sign_in" }),
        "new_recovery_code" => json!({ "password": "x" }),
        "acknowledge_recovery_code" => json!({ "last_group": "K4TJ" }),
        "take_message" => json!({ "id": "none" }),
        "settle_message" => {
            json!({ "id": "none", "fence": 0, "state": "failed", "reply": "", "secret_stayed": false })
        }
        "deliver_to_demo" => json!({ "id": "none", "kind": "mail", "to": "", "subject": "", "body": "" }),
        "change_email" => json!({ "password": "x", "new_email": "a@b.example" }),
        "read_address_link" | "confirm_address" | "read_email_change" | "stop_email_change" => link,
        "request_reset" => json!({ "email": "a@b.example", "source": "story" }),
        "read_reset" | "resend_reset_code" => link,
        "stage_password" => json!({ "link": "none", "new_password": "x" }),
        "enter_reset_code" => json!({ "link": "none", "code": "000000" }),
        "reset_by_recovery_code" => json!({ "link": "none", "recovery_code": "x" }),
        "read_call_support" | "call_support" => json!({ "proved": { "reset_link": "none" } }),
        "prepare_reset" => json!({ "id": "none" }),
        "record_text_report" => json!({ "id": "none", "report": "sent", "why": "" }),
        "abandon_call" => json!({ "call_id": "none" }),
        "events_since" => json!({ "at": null }),
        "confirm_code" => json!({ "code": "000000" }),
        "invite_operator" => json!({ "name": "A", "email": "a@b.example", "role": "agent" }),
        "change_operator_role" => json!({ "operator_id": "none", "role": "agent" }),
        "invite_operator_again" | "suspend_operator" | "resume_operator" | "end_operator_sessions" => {
            json!({ "operator_id": "none" })
        }
        "change_policy" => json!({ "name": "checks_a_day", "from": 5, "to": 4, "reason": "" }),
        "read_companies" => json!({ "name": "", "after": null }),
        "change_company_recovery" => json!({ "company_id": "none", "recovery": "link", "reason": "" }),
        "ask_unlock_approval" => json!({ "call_id": "none", "reason": "" }),
        "protect_company" => json!({ "company_id": "none", "protected": true, "reason": "" }),
        "read_messages" => json!({ "state": null, "domain": null, "before": null }),
        "retry_message" => json!({ "message_id": "none" }),
        "read_statistics" => json!({ "days": 7 }),
        "export_statistics" => json!({ "report": "endings", "days": 7 }),
        "check_audit_log" => json!({ "after": 0 }),
        "read_audit_log" => log(),
        "export_audit_log" => json!({ "shown": log() }),
        "read_user" => json!({ "user_id": "none" }),
        "reset_user_two_step" => {
            json!({ "user_id": "none", "email": "a@b.example", "reason": "", "report_id": null, "contact_id": null, "reached": null })
        }
        "resume_phone_verification" | "lock_account" | "unlock_account" => {
            json!({ "user_id": "none", "reason": "" })
        }
        "approve_request" => json!({ "approval_id": "none", "seal": "" }),
        "decline_request" => json!({ "approval_id": "none", "reason": null }),
        "close_report" => json!({ "report_id": "none", "outcome": "other", "note": "" }),
        "accept_invitation" => {
            json!({ "email": "a@b.example", "invitation_code": "x", "password": "x" })
        }
        "confirm_invitation" => {
            json!({ "email": "a@b.example", "invitation_code": "x", "code": "000000" })
        }
        "reset_authenticator" => json!({ "email": "a@b.example" }),
        "export_user" | "erase_user" => json!({ "email": "nobody@nowhere.example" }),
        "read_history" => json!({ "before": null }),
        "import_users" => json!({ "path": "none", "region": null, "digest": "" }),
        "read_audit" => json!({ "after": 0 }),
        "seal_audit" | "sign_audit_head" => json!({ "holder": "role matrix" }),
        _ => json!({}),
    }
}

fn log() -> Value {
    json!({
        "user_id": null, "actor_id": null, "operation": null, "result": null, "since": null, "until": null,
        "before": null,
    })
}

fn team() -> Value {
    json!({ "review_id": null, "filter": "all", "name": "", "sort": "name", "descending": false, "after": null })
}
