//! The audit log from an administrator's window: its chain checked page by page, and exported under a name of its own.

use recovery_desk::operations::administration::{CheckAuditLog, ExportAuditLog, ReadAuditLog};
use recovery_rules::roles::Role;

use crate::harness::{Engine, World, on_both_databases, refused};

fn everything() -> ExportAuditLog {
    ExportAuditLog {
        user_id: None,
        actor_id: None,
        operation: None,
        result: None,
        since: None,
        until: None,
        before: None,
    }
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
        let filter = || ExportAuditLog { user_id: Some(priya.clone()), operation: Some("open_call".to_owned()), ..everything() };
        let exported = ines.ask(filter()).await.unwrap();
        let ExportAuditLog { user_id, actor_id, operation, result, since, until, before } = filter();
        let shown = ines.ask(ReadAuditLog { user_id, actor_id, operation, result, since, until, before }).await.unwrap();
        let ids = |entries: &[recovery_desk::operations::administration::AuditEntry]| {
            entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&exported.entries), ids(&shown.entries));
        let entry = &exported.entries[0];
        assert_eq!((entry.actor.as_deref(), entry.actor_id.as_deref()), (Some("Dana Okafor"), Some(dana.id.as_str())));
        assert_eq!(world.audited("export_audit_log", "done").await, 1);
        let wrong = ExportAuditLog { result: Some("everything".to_owned()), ..everything() };
        assert_eq!(refused(ines.ask(wrong).await), "state_unknown");
    }
}
