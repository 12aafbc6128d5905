//! Administrators look after the policy, companies and messages, and read the audit log.

use recovery_desk::caller::Caller;
use recovery_desk::news::{self, Heard, Sitting};
use recovery_desk::operations::administration::{
    ApprovalRow, ApproveRequest, ChangePolicy, PolicyRow, ProtectCompany, ReadApprovals, ReadAuditLog,
    ReadCompanies, ReadMessages, ReadPolicy, RetryMessage,
};
use recovery_desk::operations::billing_sign_in::BillingSignedIn;
use recovery_desk::store::events::Event;
use recovery_rules::roles::{Door, Role};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::agent::Agent;
use crate::harness::biller;
use crate::harness::fixtures::NewUser;
use crate::harness::posted::{PRIYA, letter};
use crate::harness::statements::statements_of;
use crate::harness::{Engine, World, on_both_databases, refused};

const WHY: &str = "Callers mistype; agreed on Monday with security";

fn change(name: &str, from: i64, to: i64) -> ChangePolicy {
    ChangePolicy { name: name.to_owned(), from, to, reason: WHY.to_owned() }
}

async fn number(boss: &Agent, name: &str) -> PolicyRow {
    let rows = boss.ask(ReadPolicy {}).await.unwrap().numbers;
    rows.into_iter().find(|row| row.name == name).unwrap()
}

async fn waiting(boss: &Agent) -> ApprovalRow {
    let mut rows = boss.ask(ReadApprovals {}).await.unwrap().requests;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn approve(row: &ApprovalRow) -> ApproveRequest {
    ApproveRequest { approval_id: row.approval_id.clone(), seal: row.seal.clone() }
}

async fn two(world: &World) -> (Agent, Agent) {
    (
        world.operator(Role::Administrator, "Ines Vogt").await,
        world.operator(Role::Administrator, "Ola Berg").await,
    )
}

fn log() -> ReadAuditLog {
    ReadAuditLog {
        user_id: None,
        actor_id: None,
        operation: None,
        result: None,
        since: None,
        until: None,
        before: None,
    }
}

fn messages() -> ReadMessages {
    ReadMessages { state: None, domain: None, before: None }
}

fn protect(id: &str, protected: bool) -> ProtectCompany {
    ProtectCompany { company_id: id.to_owned(), protected, reason: WHY.to_owned() }
}

on_both_databases! {
    async fn d9_8_lowering_how_many_answers_must_match_needs_a_second_and_raising_it_does_not(engine: Engine) {
        let world = World::live(engine).await;
        let (ines, ola) = two(&world).await;
        assert!(ines.ask(change("answers_that_must_match", 3, 4)).await.unwrap().done, "tightening");
        let row = number(&ola, "answers_that_must_match").await;
        assert_eq!((row.value, row.default, row.least, row.most), (4, 3, 3, 4));
        assert_eq!((row.changed_by.as_deref(), row.larger_is_looser), (Some("Ines Vogt"), false));
        assert!(!ines.ask(change("answers_that_must_match", 4, 3)).await.unwrap().done, "loosening");
        assert_eq!(number(&ines, "answers_that_must_match").await.value, 4, "not yet");
        let asked = waiting(&ola).await;
        assert_eq!((asked.number.as_deref(), asked.from, asked.to), (Some("answers_that_must_match"), Some(4), Some(3)));
        assert_eq!(refused(ines.ask(approve(&asked)).await), "own_request");
        ola.ask(approve(&asked)).await.unwrap();
        let row = number(&ines, "answers_that_must_match").await;
        assert_eq!((row.value, row.changed_by.as_deref(), row.approval_id), (3, Some("Ola Berg"), None));
        let done = ReadAuditLog { operation: Some("approve_request".to_owned()), result: Some("done".to_owned()), ..log() };
        let entry = ines.ask(done).await.unwrap().entries.remove(0);
        let detail: serde_json::Value = serde_json::from_str(&entry.detail.unwrap()).unwrap();
        assert_eq!((detail["number"].as_str(), detail["from"].as_i64(), detail["to"].as_i64()), (Some("answers_that_must_match"), Some(4), Some(3)));
        assert_eq!(detail["asked_by"].as_str(), Some(ines.id.as_str()));
    }

    async fn a_number_stays_in_its_bounds_and_what_was_seen_counts(engine: Engine) {
        let world = World::live(engine).await;
        let (ines, ola) = two(&world).await;
        assert_eq!(refused(ines.ask(change("checks_a_day", 5, 0)).await), "number_out_of_bounds");
        assert_eq!(refused(ines.ask(change("checks_a_day", 5, 11)).await), "number_out_of_bounds");
        assert_eq!(refused(ines.ask(change("checks_a_year", 5, 4)).await), "number_unknown");
        assert_eq!(refused(ines.ask(change("checks_a_day", 5, 5)).await), "nothing_to_change");
        assert_eq!(refused(ines.ask(change("checks_a_day", 4, 3)).await), "changed_meanwhile");
        let short = ChangePolicy { reason: "ok".to_owned(), ..change("checks_a_day", 5, 4) };
        assert_eq!(refused(ines.ask(short).await), "reason_too_short");
        // Asked to loosen, then tightened by another: the request is not what was seen.
        assert!(!ines.ask(change("checks_a_day", 5, 6)).await.unwrap().done);
        let asked = waiting(&ola).await;
        ola.ask(change("checks_a_day", 5, 4)).await.unwrap();
        assert_eq!(refused(ola.ask(approve(&asked)).await), "changed_meanwhile");
        let there = ola.at(&world.another_desk().await);
        let (a, b) = tokio::join!(ines.ask(change("checks_a_call", 3, 2)), there.ask(change("checks_a_call", 3, 1)));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        world.later(Span::minutes(5));
        assert_eq!(refused(ines.ask(change("checks_a_day", 4, 3)).await), "fresh_code_needed");
        assert_eq!(refused(world.agent("Dana Whitlock").await.ask(ReadPolicy {}).await), "not_allowed");
    }

    async fn a_company_is_protected_by_one_administrator_and_unprotected_by_two(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        world.protected_company("Hartwell Bank").await;
        let (ines, ola) = two(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let rows = ines.ask(ReadCompanies { name: "HART".to_owned(), after: None }).await.unwrap().companies;
        let seen: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.protected, row.users)).collect();
        assert_eq!(seen, [("Hartwell Bank", true, 0), ("Hartwell Logistics", false, 1)]);
        let id = rows[1].company_id.clone();
        assert!(ines.ask(ReadCompanies { name: "Hartwell Z".to_owned(), after: None }).await.unwrap().companies.is_empty());
        assert!(ines.ask(protect(&id, true)).await.unwrap().done);
        assert_eq!(refused(ines.ask(protect(&id, true)).await), "nothing_to_change");
        assert_eq!(refused(dana.open(&priya).await), "protected_company");
        assert!(!ines.ask(protect(&id, false)).await.unwrap().done);
        let asked = waiting(&ola).await;
        assert_eq!(asked.company.as_deref(), Some("Hartwell Logistics"));
        ola.ask(approve(&asked)).await.unwrap();
        dana.open(&priya).await.unwrap();
    }

    async fn messages_are_found_by_state_and_domain_and_a_dead_link_is_never_sent_again(engine: Engine) {
        let world = World::with_mail(engine).await;
        letter(&world).await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let rows = boss.ask(messages()).await.unwrap().messages;
        let unlock = rows.iter().find(|row| row.letter == "unlock").unwrap();
        assert_eq!((unlock.state.as_str(), unlock.can_retry), ("accepted", false));
        assert!(!unlock.to.contains(PRIYA), "masked");
        assert_eq!(refused(boss.ask(RetryMessage { message_id: unlock.message_id.clone() }).await), "message_not_retried");
        assert_eq!(refused(boss.ask(RetryMessage { message_id: "none".to_owned() }).await), "not_found");
        let to = |domain: &str| ReadMessages { domain: Some(domain.to_owned()), ..messages() };
        assert_eq!(boss.ask(to("Hartwell.example")).await.unwrap().messages.len(), rows.len());
        assert!(boss.ask(to("artwell.example")).await.unwrap().messages.is_empty(), "a domain, not its end");
        assert_eq!(refused(boss.ask(to("%")).await), "domain_not_right");
        let of = |state: &str| ReadMessages { state: Some(state.to_owned()), ..messages() };
        assert!(boss.ask(of("failed")).await.unwrap().messages.is_empty());
        assert_eq!(refused(boss.ask(of("lost")).await), "state_unknown");
        // A notice that failed for good is sent again, and arrives.
        world.change("UPDATE outbox SET state = 'failed' WHERE letter = $1", "unlock").await;
        assert_eq!(refused(boss.ask(RetryMessage { message_id: unlock.message_id.clone() }).await), "message_not_retried", "its link is dead");
        world.change("UPDATE outbox SET state = 'failed', letter = $1, facts = '{\"change\":\"two_step_on\",\"at\":1,\"until\":null}', link_id = NULL, call_id = NULL", "notice").await;
        assert!(boss.ask(of("failed")).await.unwrap().messages[0].can_retry);
        boss.ask(RetryMessage { message_id: unlock.message_id.clone() }).await.unwrap();
        assert_eq!(world.post().await, 1);
        assert_eq!(boss.ask(of("accepted")).await.unwrap().messages.len(), 1);
    }

    async fn the_audit_log_is_read_in_pages_newest_first_and_reading_is_audited(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (boss, dana) = (world.operator(Role::Administrator, "Ines Vogt").await, world.agent("Dana Whitlock").await);
        dana.verified_call(&priya).await;
        for to in [4, 3, 2] {
            boss.ask(change("checks_a_day", to + 1, to)).await.unwrap();
        }
        let by_dana = ReadAuditLog { actor_id: Some(dana.id.clone()), ..log() };
        let entries = boss.ask(by_dana).await.unwrap().entries;
        assert!(entries.iter().any(|entry| entry.operation == "check_answers"));
        assert!(entries.iter().all(|entry| entry.actor.as_deref() == Some("Dana Whitlock")));
        let about = ReadAuditLog { user_id: Some(priya.clone()), result: Some("done".to_owned()), ..log() };
        let entries = boss.ask(about).await.unwrap().entries;
        assert!(!entries.is_empty() && entries.iter().all(|entry| entry.user.as_deref() == Some("Priya Raman")));
        let changes = ReadAuditLog { operation: Some("change_policy".to_owned()), ..log() };
        assert_eq!(boss.ask(changes).await.unwrap().entries.len(), 3);
        assert_eq!(refused(boss.ask(ReadAuditLog { result: Some("odd".to_owned()), ..log() }).await), "state_unknown");
        for _ in 0..60 {
            boss.ask(log()).await.unwrap();
        }
        let first = boss.ask(log()).await.unwrap();
        assert_eq!(first.entries.len(), 50);
        // A page of fifty names costs the statements of a page of one: names come with their entries.
        let one = ReadAuditLog { operation: Some("open_call".to_owned()), ..log() };
        let (answer, of_one) = statements_of(boss.ask(one)).await;
        assert_eq!(answer.unwrap().entries.len(), 1);
        let (answer, of_fifty) = statements_of(boss.ask(log())).await;
        assert_eq!(answer.unwrap().entries.len(), 50);
        assert_eq!(of_one, of_fifty);
        let second = boss.ask(ReadAuditLog { before: first.next.clone(), ..log() }).await.unwrap();
        assert!(second.entries[0].id < first.entries[49].id, "pages meet without a gap or a line twice");
        // So do those of one actor, who is read by another index, and of one user.
        let mine = |before| ReadAuditLog { actor_id: Some(boss.id.clone()), before, ..log() };
        let newest = boss.ask(mine(None)).await.unwrap();
        let older = boss.ask(mine(newest.next.clone())).await.unwrap();
        let mut ids: Vec<_> = newest.entries.iter().chain(&older.entries).map(|entry| entry.id.clone()).collect();
        assert!(newest.entries.len() == 50 && ids.len() > 60 && ids.is_sorted_by(|a, b| a > b));
        ids.dedup();
        let all = newest.entries.iter().chain(&older.entries);
        assert!(all.clone().all(|entry| entry.actor.as_deref() == Some("Ines Vogt")) && ids.len() == all.count());
        let reads = ReadAuditLog { operation: Some("read_audit_log".to_owned()), ..log() };
        assert_eq!(boss.ask(reads).await.unwrap().entries.len(), 50);
        assert_eq!(refused(dana.ask(log()).await), "not_allowed");
    }

    async fn a_moment_of_the_audit_logs_filter_is_its_edge_for_everybody_for_one_actor_and_for_one_user(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let (boss, dana) = (world.operator(Role::Administrator, "Ines Vogt").await, world.agent("Dana Whitlock").await);
        let call = dana.verified_call(&priya).await.call_id;
        world.later(Span::minutes(10));
        dana.end(&call).await.unwrap();
        let about = ReadAuditLog { user_id: Some(priya), ..log() };
        let by_dana = ReadAuditLog { actor_id: Some(dana.id.clone()), ..log() };
        for asked in [log(), by_dana, about] {
            let ended = ReadAuditLog { operation: Some("end_call".to_owned()), ..asked.clone() };
            let at = boss.ask(ended.clone()).await.unwrap().entries[0].at;
            let counted = async |since, until| {
                let asked = ReadAuditLog { since, until, ..ended.clone() };
                boss.ask(asked).await.unwrap().entries.len()
            };
            assert_eq!(counted(Some(at), None).await, 1, "since the very moment");
            assert_eq!(counted(Some(at + 1), None).await, 0);
            assert_eq!(counted(None, Some(at)).await, 0, "before it");
            assert_eq!(counted(None, Some(at + 1)).await, 1);
            assert_eq!(counted(Some(at), Some(at + 1)).await, 1);
            assert_eq!(counted(Some(-5), Some(i64::MAX)).await, 1, "nonsense bounds nothing");
            let before = ReadAuditLog { until: Some(at), ..asked };
            let entries = boss.ask(before).await.unwrap().entries;
            assert!(!entries.is_empty() && entries.iter().all(|entry| entry.at < at && entry.operation != "end_call"));
        }
    }

    async fn who_belongs_to_a_company_neither_asks_nor_approves_that_its_protection_goes(engine: Engine) {
        let world = World::live(engine).await;
        let grace = NewUser { given: "Grace", email: "grace.obi@hartwell.example", ..NewUser::default() };
        let grace = world.user(grace).await;
        let (ines, ola) = two(&world).await;
        let own = world.operator_with_account(Role::Administrator, "Grace Obi", Some(&grace)).await;
        let company = ines.ask(ReadCompanies { name: String::new(), after: None }).await.unwrap().companies.remove(0);
        ines.ask(protect(&company.company_id, true)).await.unwrap();
        assert_eq!(refused(own.ask(protect(&company.company_id, false)).await), "own_company");
        assert!(!ines.ask(protect(&company.company_id, false)).await.unwrap().done);
        let row = waiting(&own).await;
        assert_eq!(refused(own.ask(approve(&row)).await), "own_company", "nor by approving");
        ola.ask(approve(&row)).await.unwrap();
        let company = ines.ask(ReadCompanies { name: String::new(), after: None }).await.unwrap().companies.remove(0);
        assert!(!company.protected);
    }

    async fn what_waits_for_administrators_is_told_to_their_desks_alone(engine: Engine) {
        let world = World::live(engine).await;
        let grace = NewUser { given: "Grace", email: "grace.obi@hartwell.example", kind: "billing", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(grace).await;
        let (ines, _ola) = two(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let Ok(BillingSignedIn::SignedIn(billing)) = biller::password(&world.desk, biller::GRACE).await else { panic!("in") };
        let from = world.desk.clock.machine().0;
        ines.ask(change("checks_a_day", 5, 6)).await.unwrap();
        let events = news::since(&world.desk, Some(from)).await.unwrap().events;
        let event = events.into_iter().find(|event| event.kind == "approvals_changed").unwrap();
        for (caller, id, is_billing, hears) in [
            (&ines.caller, ines.id.clone(), false, true),
            (&dana.caller, dana.id.clone(), false, false),
            (&Caller::Session(billing.token.clone()), billing.desk.operator.id.clone(), true, false),
        ] {
            let sitting = Sitting { id, billing: is_billing };
            let heard = news::heard(&world.desk, caller, Door::Desk, &sitting, event.clone()).await;
            assert_eq!(heard != Heard::Nothing, hears);
        }
        // Nor does a billing user hear of calls: they are of all companies.
        let call = Event { kind: "call_changed".to_owned(), ..event };
        let sitting = Sitting { id: billing.desk.operator.id, billing: true };
        let caller = Caller::Session(billing.token);
        assert_eq!(news::heard(&world.desk, &caller, Door::Desk, &sitting, call).await, Heard::Nothing);
    }
}
