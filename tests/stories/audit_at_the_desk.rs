//! The audit log from an administrator's window: its chain checked page by page, and exported under a name of its own.

use recovery_desk::operations::administration::{CheckAuditLog, ExportAuditLog, ReadAuditLog};
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::{Engine, World, on_both_databases, refused};

fn all() -> ReadAuditLog {
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

fn everything() -> ExportAuditLog {
    ExportAuditLog { shown: all() }
}

/// Enough entries for three pages, as another day's work left them.
async fn many_entries(world: &World) {
    let insert = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
        INSERT INTO audit (id, at, operation, result, actor_kind, detail_hash)
        SELECT '0' || CAST(100000 + i AS TEXT), 1000, 'sweep', 'done', 'system', (SELECT detail_hash FROM audit WHERE $1 = 'x' LIMIT 1) FROM n";
    world.change(insert, "x").await;
}

on_both_databases! {
    async fn d14_1_an_administrator_finds_an_edited_entry_at_the_desk_and_an_agent_is_not_let_in(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, ines) = (world.agent("Dana Okafor").await, world.operator(Role::Administrator, "Ines Vogt").await);
        let call = dana.verified_call(&priya).await;
        dana.end(&call.call_id).await.unwrap();
        world.look_round().await;
        assert_eq!(refused(dana.ask(CheckAuditLog { after: 0 }).await), "not_allowed");
        assert_eq!(refused(dana.ask(everything()).await), "not_allowed");
        world.look_round().await;
        let whole = ines.ask(CheckAuditLog { after: 0 }).await.unwrap();
        assert!(whole.end && whole.findings.is_empty() && whole.checked > 5, "{whole:?}");
        assert_eq!(world.audited("check_audit_log", "done").await, 1);

        // A check that goes on behind an entry holds what follows against it.
        let behind = ines.ask(CheckAuditLog { after: 4 }).await.unwrap();
        assert!(behind.findings.is_empty() && behind.checked >= whole.checked, "{behind:?}");
        world.change("UPDATE audit SET actor_id = $1 WHERE seq = 5", "somebody else").await;
        assert_eq!(ines.ask(CheckAuditLog { after: 4 }).await.unwrap().findings, ["Entry 5 was edited."]);
        assert_eq!(ines.ask(CheckAuditLog { after: 0 }).await.unwrap().findings, ["Entry 5 was edited."]);
        world.change("DELETE FROM audit WHERE seq = 5 AND $1 = 'x'", "x").await;
        assert_eq!(ines.ask(CheckAuditLog { after: 0 }).await.unwrap().findings[0], "Entry 5 is missing.");
    }

    async fn an_export_is_what_the_screen_shows_and_is_in_the_log_itself(engine: Engine) {
        let world = World::live(engine).await;
        let priya = world.priya().await;
        let (dana, ines) = (world.agent("Dana Okafor").await, world.operator(Role::Administrator, "Ines Vogt").await);
        dana.verified_call(&priya).await;
        let filter = || ReadAuditLog { user_id: Some(priya.clone()), operation: Some("open_call".to_owned()), ..all() };
        let exported = ines.ask(ExportAuditLog { shown: filter() }).await.unwrap();
        let shown = ines.ask(filter()).await.unwrap();
        let ids = |entries: &[recovery_desk::operations::administration::AuditEntry]| {
            entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&exported.entries), ids(&shown.entries));
        let entry = &exported.entries[0];
        assert_eq!((entry.actor.as_deref(), entry.actor_id.as_deref()), (Some("Dana Okafor"), Some(dana.id.as_str())));
        assert_eq!(world.audited("export_audit_log", "done").await, 1);
        let wrong = ReadAuditLog { result: Some("everything".to_owned()), ..all() };
        assert_eq!(refused(ines.ask(ExportAuditLog { shown: wrong }).await), "state_unknown");
    }

    async fn an_export_of_the_log_asks_for_a_fresh_code_is_counted_once_and_its_place_leads_on_nowhere_else(engine: Engine) {
        let world = World::live(engine).await;
        let (mut ines, ola) =
            (world.operator(Role::Administrator, "Ines Vogt").await, world.operator(Role::Administrator, "Ola Berg").await);
        many_entries(&world).await;
        let at = |place: &str| ExportAuditLog { shown: ReadAuditLog { before: Some(place.to_owned()), ..all() } };
        let first = ines.ask(everything()).await.unwrap();
        assert_eq!(first.entries.len(), 1_000);
        let place = first.next.unwrap();
        // A place that is a plain id, as the screen has it, begins no export that nobody counted.
        let id = first.entries[999].id.clone();
        assert!(ines.ask(ReadAuditLog { before: Some(id.clone()), ..all() }).await.is_ok());
        for made_up in [id.as_str(), "", "AAAA", &place[1..], &place.replace(&place[..4], "AAAA")] {
            assert_eq!(refused(ines.ask(at(made_up)).await), "export_over", "{made_up}");
        }
        // Nor does it lead on for somebody else, in another session, or with another filter.
        assert_eq!(refused(ola.ask(at(&place)).await), "export_over");
        let other = ReadAuditLog { result: Some("done".to_owned()), before: Some(place.clone()), ..all() };
        assert_eq!(refused(ines.ask(ExportAuditLog { shown: other }).await), "export_over");
        // Five minutes later a new export asks for a code; the one that was begun goes on.
        world.later(Span::minutes(5));
        assert_eq!(refused(ines.ask(everything()).await), "fresh_code_needed");
        let second = ines.ask(at(&place)).await.unwrap();
        assert_eq!(second.entries.len(), 1_000);
        assert!(second.entries[0].id < id, "it goes on where the first page ended");
        let again = ines.ask(at(&place)).await.unwrap();
        assert_eq!(again.entries[0].id, second.entries[0].id, "a page that nobody heard can be asked for again");
        world.later(Span::minutes(9));
        assert!(ines.ask(at(&second.next.clone().unwrap())).await.unwrap().next.is_none());
        world.later(Span::minutes(10));
        ines.ask(ReadAuditLog { until: Some(0), ..all() }).await.unwrap();
        world.later(Span::minutes(6));
        assert_eq!(refused(ines.ask(at(&place)).await), "export_over", "half an hour is over");
        // The day has ten: one is spent.
        ines.sign_in().await.unwrap();
        let none = || ExportAuditLog { shown: ReadAuditLog { until: Some(0), ..all() } };
        for _ in 0..9 {
            ines.ask(none()).await.unwrap();
        }
        assert_eq!(refused(ines.ask(none()).await), "billing_limit");
        assert_eq!(refused(ines.ask(at(&place)).await), "export_over", "another session");
        world.later(Span::days(1));
        ines.sign_in().await.unwrap();
        ines.ask(none()).await.unwrap();
    }
}
