//! The operations: one request type with one answer type each, in one file with its rules applied. `TABLE`
//! lists those that arrive by name; the window, the desk API and the role matrix read it and nothing else.

pub mod account;
pub mod administration;
pub mod adopt_keys;
pub mod billing_sign_in;
pub mod call_happened;
pub mod call_support;
pub mod call_view;
pub mod change_email;
pub mod change_password;
pub mod change_phone;
pub mod check_answers;
pub mod compare_preview;
pub mod confirm_code;
pub mod confirm_time;
pub mod current_call;
pub mod deliver_to_demo;
pub mod delivery;
pub mod demo;
pub mod demo_sign_in;
pub mod end_call;
pub mod end_what_was_restored;
pub mod enter_sign_in_code;
pub mod first_administrator;
pub mod greeting;
pub mod history;
pub mod housekeeping;
pub mod import_users;
pub mod invite_colleague;
pub mod list_operators;
pub mod lock_my_account;
pub mod look_up;
pub mod messages;
pub mod my_calls;
pub mod notes;
pub mod open_call;
pub mod operator_sign_in;
pub mod operator_sign_out;
pub mod operators;
pub mod owner_notices;
pub mod pass_on;
pub mod personal_data;
pub mod phone_code;
pub mod put_off_set_up;
pub mod read_audit;
pub mod read_test_letter;
pub mod recovery_code;
pub mod redeem_unlock;
pub mod remembered_browsers;
pub mod report_lost_phone;
pub mod repudiate;
pub mod request_reset;
pub mod request_state;
pub mod reset_authenticator;
pub mod reset_code;
pub mod reset_password;
pub mod security_questions;
pub mod send_test_letter;
pub mod send_unlock;
pub mod sign_in_with_recovery_code;
pub mod statistics;
pub mod step_up;
pub mod still_here;
pub mod stop_email_change;
pub mod take_over_call;
pub mod team;
pub mod text_reports;
pub mod turn_two_step_off;
pub mod turn_two_step_on;
pub mod two_step;
pub mod unlock_link;
pub mod user_sign_in;
pub mod who_is_in;
pub mod who_is_signed_in;
#[cfg(test)]
mod wire;

use std::pin::Pin;

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde_json::Value;

use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::operation::{Kind, Operation, SessionChange};
use crate::perform::{leads, refuse_stray};

/// The answer to an operation asked for by name.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub answer: Value,
    /// What it does to the session of whoever asked.
    pub session: SessionChange,
}

/// The desk API as an OpenAPI document: written from the table and the types by the test `openapi`.
pub const OPENAPI: &str = include_str!("openapi.json");

type Running<'a> = Pin<Box<dyn Future<Output = Result<Answered, Failure>> + Send + 'a>>;

/// One line of the table.
#[derive(Clone, Copy)]
pub struct Listed {
    /// The name.
    pub name: &'static str,
    /// Who may ask.
    pub who: Who,
    /// Through which doors.
    pub doors: &'static [Door],
    /// What kind of transaction.
    pub kind: Kind,
    /// Whether desks may ask for it over the network.
    pub over_network: bool,
    run: for<'a> fn(&'a Desk, &'a Caller, Door, Option<&'a str>, Value) -> Running<'a>,
}

const fn listed<O: Operation>() -> Listed {
    Listed {
        name: O::NAME,
        who: O::WHO,
        doors: O::DOORS,
        kind: O::KIND,
        over_network: O::OVER_NETWORK,
        run: run_named::<O>,
    }
}

fn run_named<'a, O: Operation>(
    desk: &'a Desk,
    caller: &'a Caller,
    door: Door,
    request_id: Option<&'a str>,
    request: Value,
) -> Running<'a> {
    Box::pin(async move {
        let request: O = match serde_json::from_value(request) {
            Ok(request) => request,
            Err(_) => return Err(refuse_stray(desk, caller, O::NAME, Refusal::MalformedRequest).await),
        };
        let answer = desk.perform(caller, door, request_id, request).await?;
        let session = O::session(&answer);
        let answer = serde_json::to_value(answer).map_err(|_| Failure::Refused(Refusal::MalformedRequest))?;
        Ok(Answered { answer, session })
    })
}

/// Every operation that arrives by name. The account pages and the system's own parts call `perform` with
/// types; theirs are listed too, so that the role matrix sees all of them.
pub const TABLE: &[Listed] = &[
    listed::<greeting::Greet>(),
    listed::<first_administrator::CreateFirstAdministrator>(),
    listed::<first_administrator::ConfirmFirstAdministrator>(),
    listed::<operator_sign_in::OperatorSignIn>(),
    listed::<demo_sign_in::DemoSignIn>(),
    listed::<billing_sign_in::BillingSignIn>(),
    listed::<billing_sign_in::EnterBillingCode>(),
    listed::<billing_sign_in::ResendBillingCode>(),
    listed::<who_is_in::WhoIsIn>(),
    listed::<still_here::StillHere>(),
    listed::<operator_sign_out::OperatorSignOut>(),
    listed::<operator_sign_out::LockDesk>(),
    listed::<look_up::LookUp>(),
    listed::<open_call::OpenCall>(),
    listed::<take_over_call::TakeOverCall>(),
    listed::<current_call::CurrentCall>(),
    listed::<compare_preview::ComparePreview>(),
    listed::<check_answers::CheckAnswers>(),
    listed::<send_unlock::SendUnlock>(),
    listed::<notes::SaveNotes>(),
    listed::<pass_on::PassOn>(),
    listed::<pass_on::FlagConcern>(),
    listed::<end_call::EndCall>(),
    listed::<my_calls::MyCalls>(),
    listed::<confirm_code::ConfirmCode>(),
    listed::<operators::ReadOperators>(),
    listed::<operators::InviteOperator>(),
    listed::<operators::InviteOperatorAgain>(),
    listed::<operators::AcceptInvitation>(),
    listed::<operators::ConfirmInvitation>(),
    listed::<operators::ChangeOperatorRole>(),
    listed::<operators::SuspendOperator>(),
    listed::<operators::ResumeOperator>(),
    listed::<operators::EndOperatorSessions>(),
    listed::<administration::ReadUser>(),
    listed::<administration::ResetUserTwoStep>(),
    listed::<administration::ResumePhoneVerification>(),
    listed::<administration::LockAccount>(),
    listed::<administration::UnlockAccount>(),
    listed::<administration::ReadApprovals>(),
    listed::<administration::ApproveRequest>(),
    listed::<administration::DeclineRequest>(),
    listed::<administration::ReadReports>(),
    listed::<administration::CloseReport>(),
    listed::<administration::ReadPolicy>(),
    listed::<administration::ChangePolicy>(),
    listed::<administration::ReadCompanies>(),
    listed::<administration::ProtectCompany>(),
    listed::<administration::ChangeCompanyRecovery>(),
    listed::<administration::AskUnlockApproval>(),
    listed::<administration::ReadMessages>(),
    listed::<administration::RetryMessage>(),
    listed::<administration::ReadAuditLog>(),
    listed::<administration::ExportAuditLog>(),
    listed::<administration::CheckAuditLog>(),
    listed::<statistics::ReadStatistics>(),
    listed::<statistics::ExportStatistics>(),
    listed::<team::ReadTeam>(),
    listed::<team::StartReview>(),
    listed::<team::SignOffReview>(),
    listed::<team::ReadReviews>(),
    listed::<team::PreviewReminder>(),
    listed::<team::RemindMember>(),
    listed::<team::AnswerSigns>(),
    listed::<team::InviteMember>(),
    listed::<team::ExportReview>(),
    listed::<request_state::RequestState>(),
    listed::<confirm_time::ConfirmTime>(),
    listed::<send_test_letter::SendTestLetter>(),
    listed::<read_test_letter::ReadTestLetter>(),
    listed::<demo::DemoMailbox>(),
    listed::<demo::DemoCard>(),
    listed::<unlock_link::ReadUnlockLink>(),
    listed::<unlock_link::OpenUnlockLink>(),
    listed::<redeem_unlock::RedeemUnlock>(),
    listed::<repudiate::ReadRepudiation>(),
    listed::<repudiate::Repudiate>(),
    listed::<user_sign_in::UserSignIn>(),
    listed::<enter_sign_in_code::ReadSignIn>(),
    listed::<enter_sign_in_code::EnterSignInCode>(),
    listed::<enter_sign_in_code::ResendSignInCode>(),
    listed::<sign_in_with_recovery_code::SignInWithRecoveryCode>(),
    listed::<account::ReadAccount>(),
    listed::<history::ReadHistory>(),
    listed::<who_is_signed_in::WhoIsSignedIn>(),
    listed::<two_step::ReadTwoStep>(),
    listed::<turn_two_step_on::StartTurningOn>(),
    listed::<turn_two_step_on::TurnTwoStepOn>(),
    listed::<change_phone::StartChangingPhone>(),
    listed::<change_phone::ChangePhone>(),
    listed::<phone_code::ReadPhoneCode>(),
    listed::<phone_code::ResendPhoneCode>(),
    listed::<turn_two_step_off::TurnTwoStepOff>(),
    listed::<remembered_browsers::ForgetBrowsers>(),
    listed::<report_lost_phone::ReportLostPhone>(),
    listed::<lock_my_account::LockMyAccount>(),
    listed::<put_off_set_up::PutOffSetUp>(),
    listed::<step_up::ReadStepUp>(),
    listed::<step_up::AskStepUpCode>(),
    listed::<step_up::EnterStepUpCode>(),
    listed::<step_up::StepUpWithRecoveryCode>(),
    listed::<security_questions::ReadQuestions>(),
    listed::<security_questions::SaveQuestions>(),
    listed::<change_password::ChangePassword>(),
    listed::<invite_colleague::InviteColleague>(),
    listed::<recovery_code::NewRecoveryCode>(),
    listed::<recovery_code::AcknowledgeRecoveryCode>(),
    listed::<account::UserSignOut>(),
    listed::<team::NoteNetwork>(),
    listed::<change_email::ChangeEmail>(),
    listed::<change_email::ReadAddressLink>(),
    listed::<change_email::ConfirmAddress>(),
    listed::<stop_email_change::ReadEmailChange>(),
    listed::<stop_email_change::StopEmailChange>(),
    listed::<request_reset::RequestReset>(),
    listed::<reset_password::ReadReset>(),
    listed::<reset_password::StagePassword>(),
    listed::<reset_code::EnterResetCode>(),
    listed::<reset_code::ResendResetCode>(),
    listed::<reset_code::ResetByRecoveryCode>(),
    listed::<call_support::ReadCallSupport>(),
    listed::<call_support::CallSupport>(),
    listed::<request_reset::ResetsAsked>(),
    listed::<request_reset::PrepareReset>(),
    listed::<messages::DueMessages>(),
    listed::<messages::ReadQueueAge>(),
    listed::<messages::PutOffMessage>(),
    listed::<messages::RecordBounce>(),
    listed::<messages::TakeMessage>(),
    listed::<messages::SettleMessage>(),
    listed::<deliver_to_demo::DeliverToDemo>(),
    listed::<text_reports::RecordTextReport>(),
    listed::<end_call::CallsLeftAlone>(),
    listed::<end_call::AbandonCall>(),
    listed::<housekeeping::EventsSince>(),
    listed::<housekeeping::Sweep>(),
    listed::<owner_notices::OwnersToTell>(),
    listed::<owner_notices::TellOwner>(),
    listed::<reset_authenticator::ResetAuthenticator>(),
    listed::<list_operators::ListOperators>(),
    listed::<read_audit::ReadAudit>(),
    listed::<adopt_keys::AdoptKeys>(),
    listed::<end_what_was_restored::EndWhatWasRestored>(),
    listed::<import_users::ImportUsers>(),
    listed::<personal_data::ExportUser>(),
    listed::<personal_data::EraseUser>(),
    listed::<crate::audit::sealer::AuditWaits>(),
    listed::<crate::audit::sealer::SealAudit>(),
    listed::<crate::audit::sealer::SignAuditHead>(),
    listed::<crate::demo::seed::SeedDemo>(),
];

impl Desk {
    /// Does what is asked for by name: the one way in for the window and the desk API. A name this door
    /// doesn't lead to is treated like one that doesn't exist.
    pub async fn perform_named(
        &self,
        caller: &Caller,
        door: Door,
        name: &str,
        request_id: Option<&str>,
        request: Value,
    ) -> Result<Answered, Failure> {
        match TABLE
            .iter()
            .find(|listed| listed.name == name && leads(listed.doors, listed.over_network, door))
        {
            Some(listed) => (listed.run)(self, caller, door, request_id, request).await,
            None => Err(refuse_stray(self, caller, name, Refusal::NotAllowed).await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<_> = TABLE.iter().map(|listed| listed.name).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    #[test]
    fn no_operation_of_the_account_pages_is_reached_from_the_desk_or_the_other_way_round() {
        for listed in TABLE {
            let (desk, pages) = (listed.doors.contains(&Door::Desk), listed.doors.contains(&Door::Pages));
            assert!(!(desk && pages), "{}", listed.name);
            if listed.who == Who::System {
                assert_eq!(listed.doors, &[Door::System], "{}", listed.name);
            }
        }
    }
}
