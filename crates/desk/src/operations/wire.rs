//! The wire in TypeScript, written from these very types: `ui/src/wire.ts`. The test fails when the file is not
//! what the types say; `RECOVERY_DESK_WRITE_WIRE=1 cargo test -p recovery-desk wire` writes it.

mod openapi;
mod typescript;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use recovery_rules::roles::{Door, Role};
use recovery_rules::states::{CallState, MessageState, Outcome};
use ts_rs::{Config, TS, TypeVisitor};

use crate::failure::WireFailure;
use crate::operation::Operation;
use crate::operations::*;

/// Declarations by name, so that the file doesn't depend on any order.
struct Declarations<'a>(&'a Config, BTreeMap<String, String>);

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(self.0);
            if self.1.insert(name, T::decl(self.0)).is_none() {
                T::visit_dependencies(self);
            }
        }
        T::visit_generics(self);
    }
}

/// One operation: its name, its request and its answer.
type Line = (&'static str, String, String);

fn line<O>(seen: &mut Declarations<'_>) -> Line
where
    O: Operation + TS,
    O::Answer: TS,
{
    seen.visit::<O>();
    seen.visit::<O::Answer>();
    (O::NAME, O::name(seen.0), O::Answer::name(seen.0))
}

fn union<T: Copy>(name: &str, all: &[T], text: fn(T) -> &'static str) -> String {
    let names: Vec<_> = all.iter().map(|value| format!("\"{}\"", text(*value))).collect();
    format!("type {name} = {};", names.join(" | "))
}

/// The types of every operation of the desk, as TypeScript: names and what stands behind them, and the operations.
fn declared() -> (BTreeMap<String, String>, Vec<Line>) {
    let config = Config::new().with_large_int("number");
    let mut seen = Declarations(&config, BTreeMap::new());
    seen.visit::<WireFailure>();
    let lines: Vec<Line> = vec![
        line::<greeting::Greet>(&mut seen),
        line::<first_administrator::CreateFirstAdministrator>(&mut seen),
        line::<first_administrator::ConfirmFirstAdministrator>(&mut seen),
        line::<operator_sign_in::OperatorSignIn>(&mut seen),
        line::<demo_sign_in::DemoSignIn>(&mut seen),
        line::<billing_sign_in::BillingSignIn>(&mut seen),
        line::<billing_sign_in::EnterBillingCode>(&mut seen),
        line::<billing_sign_in::ResendBillingCode>(&mut seen),
        line::<who_is_in::WhoIsIn>(&mut seen),
        line::<still_here::StillHere>(&mut seen),
        line::<operator_sign_out::OperatorSignOut>(&mut seen),
        line::<operator_sign_out::LockDesk>(&mut seen),
        line::<look_up::LookUp>(&mut seen),
        line::<open_call::OpenCall>(&mut seen),
        line::<take_over_call::TakeOverCall>(&mut seen),
        line::<current_call::CurrentCall>(&mut seen),
        line::<compare_preview::ComparePreview>(&mut seen),
        line::<check_answers::CheckAnswers>(&mut seen),
        line::<send_unlock::SendUnlock>(&mut seen),
        line::<notes::SaveNotes>(&mut seen),
        line::<pass_on::PassOn>(&mut seen),
        line::<pass_on::FlagConcern>(&mut seen),
        line::<end_call::EndCall>(&mut seen),
        line::<my_calls::MyCalls>(&mut seen),
        line::<confirm_code::ConfirmCode>(&mut seen),
        line::<operators::ReadOperators>(&mut seen),
        line::<operators::InviteOperator>(&mut seen),
        line::<operators::InviteOperatorAgain>(&mut seen),
        line::<operators::AcceptInvitation>(&mut seen),
        line::<operators::ConfirmInvitation>(&mut seen),
        line::<operators::ChangeOperatorRole>(&mut seen),
        line::<operators::SuspendOperator>(&mut seen),
        line::<operators::ResumeOperator>(&mut seen),
        line::<operators::EndOperatorSessions>(&mut seen),
        line::<administration::ReadUser>(&mut seen),
        line::<administration::ResetUserTwoStep>(&mut seen),
        line::<administration::ResumePhoneVerification>(&mut seen),
        line::<administration::LockAccount>(&mut seen),
        line::<administration::UnlockAccount>(&mut seen),
        line::<administration::ReadApprovals>(&mut seen),
        line::<administration::ApproveRequest>(&mut seen),
        line::<administration::DeclineRequest>(&mut seen),
        line::<administration::ReadReports>(&mut seen),
        line::<administration::CloseReport>(&mut seen),
        line::<administration::ReadPolicy>(&mut seen),
        line::<administration::ChangePolicy>(&mut seen),
        line::<administration::ReadCompanies>(&mut seen),
        line::<administration::ProtectCompany>(&mut seen),
        line::<administration::ChangeCompanyRecovery>(&mut seen),
        line::<administration::AskUnlockApproval>(&mut seen),
        line::<administration::ReadMessages>(&mut seen),
        line::<administration::RetryMessage>(&mut seen),
        line::<administration::ReadAuditLog>(&mut seen),
        line::<administration::ExportAuditLog>(&mut seen),
        line::<administration::CheckAuditLog>(&mut seen),
        line::<statistics::ReadStatistics>(&mut seen),
        line::<statistics::ExportStatistics>(&mut seen),
        line::<team::ReadTeam>(&mut seen),
        line::<team::StartReview>(&mut seen),
        line::<team::SignOffReview>(&mut seen),
        line::<team::ReadReviews>(&mut seen),
        line::<team::PreviewReminder>(&mut seen),
        line::<team::RemindMember>(&mut seen),
        line::<team::AnswerSigns>(&mut seen),
        line::<team::InviteMember>(&mut seen),
        line::<team::ExportReview>(&mut seen),
        line::<request_state::RequestState>(&mut seen),
        line::<confirm_time::ConfirmTime>(&mut seen),
        line::<send_test_letter::SendTestLetter>(&mut seen),
        line::<read_test_letter::ReadTestLetter>(&mut seen),
        line::<demo::DemoMailbox>(&mut seen),
        line::<demo::DemoCard>(&mut seen),
    ];
    let mut declared = seen.1;
    declared.extend([
        ("Role".to_owned(), union("Role", Role::ALL, Role::name)),
        ("CallState".to_owned(), union("CallState", CallState::ALL, CallState::name)),
        ("Outcome".to_owned(), union("Outcome", Outcome::ALL, Outcome::name)),
        ("MessageState".to_owned(), union("MessageState", MessageState::ALL, MessageState::name)),
    ]);
    (declared, lines)
}

const UNIONS: [&str; 4] = ["Role", "CallState", "Outcome", "MessageState"];

fn wire() -> (String, Vec<&'static str>) {
    let (declared, lines) = declared();
    let mut text = String::from(
        "// Written from the types of crates/desk by its test `wire`; don't edit.\n// Ids are strings, times are UTC milliseconds.\n\n",
    );
    for name in UNIONS {
        let _ = writeln!(text, "export {}", declared[name]);
    }
    for (_, declaration) in declared.iter().filter(|(name, _)| !UNIONS.contains(&name.as_str())) {
        let _ = writeln!(text, "\nexport {declaration}");
    }
    text += "\n/** Every operation of the desk: what is asked and what is answered. */\nexport interface Operations {\n";
    for (name, request, answer) in &lines {
        let _ = writeln!(text, "  {name}: {{ request: {request}; answer: {answer} }};");
    }
    text += "}\n";
    (text, lines.into_iter().map(|line| line.0).collect())
}

#[test]
fn every_operation_of_the_desk_is_on_the_wire() {
    let desk: Vec<_> = TABLE.iter().filter(|l| l.doors.contains(&Door::Desk)).map(|l| l.name).collect();
    assert_eq!(desk, wire().1);
}

#[test]
fn the_windows_types_are_those_of_the_desk() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/wire.ts");
    if std::env::var_os("RECOVERY_DESK_WRITE_WIRE").is_some() {
        std::fs::write(&path, wire().0).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == wire().0, "ui/src/wire.ts is stale; write it with RECOVERY_DESK_WRITE_WIRE=1");
}
