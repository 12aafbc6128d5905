//! D10.4: letters that fail for good, at once or by a delivery report hours later, which `recovery-desk-server bounce`
//! reads from standard input.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use recovery_desk::caller::Caller;
use recovery_desk::database::Address;
use recovery_desk::keys::sealed_file::IfExists;
use recovery_desk::keys::unwrapped;
use recovery_desk::operations::messages::{Bounced, DueMessages, RecordBounce, SettleMessage, TakeMessage};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;
use secrecy::ExposeSecret;

use crate::harness::mail_faults::{arrived, world_and_server};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::ask;
use crate::harness::{Engine, World, on_both_databases, refused};

const POSTFIX: &str = include_str!("../../crates/desk/src/delivery_report/postfix.eml");
const WORDS: &str = "550 5.1.1 <priya.raman@hartwell.example>: Recipient address rejected: User unknown";

/// Runs the command as a mail server does; gives its exit code and everything it said.
fn bounce(world: &World, keys: &[&str], report: &[u8]) -> (i32, String) {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("recovery-desk-server");
    assert!(program.exists(), "{} is missing: cargo build --workspace --all-targets", program.display());
    let mut command = Command::new(program);
    command.arg("bounce").args(keys).env_remove("RECOVERY_DESK_DATABASE_URL");
    match &world.address {
        Address::Sqlite(path) => command.arg("--sqlite").arg(path),
        Address::Postgres { url, .. } => command.env("RECOVERY_DESK_DATABASE_URL", url.expose_secret()),
    };
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = piped.spawn().unwrap();
    // It may stop reading before the end, when there is too much.
    let _ = running.stdin.take().unwrap().write_all(report);
    let output = running.wait_with_output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), said)
}

fn keys_file(world: &World) -> PathBuf {
    let path = world.folder.path().join("keys.unwrapped");
    unwrapped::write_file(&path, &world.keys, IfExists::Replace, &world.desk.chance).unwrap();
    path
}

on_both_databases! {
    async fn d10_4_a_letter_that_came_back_shows_failed_with_the_servers_words_and_its_link_is_dead(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let letter = arrived(&server, PRIYA).remove(0);
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted);

        let path = keys_file(&world);
        let keys = ["--keys-unwrapped", path.to_str().unwrap()];
        let report = POSTFIX.replace("<01abc@accounts.meridian.example>", letter.header("message-id"));
        let (exit, said) = bounce(&world, &keys, report.as_bytes());
        assert_eq!((exit, said.trim_end()), (0, format!("The letter is marked as failed: {WORDS}. Its link or code doesn't work any more.").as_str()));
        let delivery = dana.view(&call.call_id).await.delivery.unwrap();
        assert_eq!((delivery.state, delivery.server_reply.as_deref(), delivery.code_live), (MessageState::Failed, Some(WORDS), false));
        let redeemed = pages::redeem(&world.desk, &letter.links().0, &code, NEW_PASSWORD).await;
        assert_eq!(refused(redeemed), "link_stopped", "the report holds the link in clear");

        let (exit, said) = bounce(&world, &keys, report.as_bytes());
        assert_eq!((exit, said.trim_end()), (0, "The letter is not on its way (its state is failed). Nothing was changed."));
        world.later(Span::seconds(60));
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted, "the same address; there is no other");
        assert_eq!(world.audited("record_bounce", "done").await, 2);
    }

    async fn d10_4_what_is_no_report_or_about_no_letter_gets_a_sentence_and_changes_nothing(engine: Engine) {
        let (world, _server) = world_and_server(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        world.post().await;
        let path = keys_file(&world);
        let keys = ["--keys-unwrapped", path.to_str().unwrap()];
        let delayed = POSTFIX.replace("Action: failed", "Action: delayed");
        let hostile = POSTFIX.replace("<01abc@accounts.meridian.example>", "<x'; DROP TABLE outbox;--\u{1b}[2J@y>");
        let cases: [(i32, &str, Vec<u8>); 7] = [
            (1, "Nothing came on standard input", Vec::new()),
            (1, "no delivery report in the form of RFC 3464", b"Hello,\n\nwhere is my letter?\n".to_vec()),
            (1, "no delivery report in the form of RFC 3464", vec![0xff; 9_000]),
            (1, "longer than 1 MiB", vec![b'x'; 3 * 1024 * 1024]),
            (1, "No letter of this database has the Message-ID 01abc@accounts.meridian.example", POSTFIX.as_bytes().to_vec()),
            (1, "No letter of this database has the Message-ID", hostile.into_bytes()),
            (0, "goes on trying. Nothing was changed", delayed.into_bytes()),
        ];
        for (exit, words, report) in cases {
            let (ended, said) = bounce(&world, &keys, &report);
            assert!(ended == exit && said.contains(words) && !said.contains('\u{1b}'), "{words}: {ended} {said}");
        }
        let (exit, said) = bounce(&world, &["--keys", path.to_str().unwrap()], POSTFIX.as_bytes());
        assert!(exit == 1 && said.contains("--keys-unwrapped"), "{said}");
        let (exit, said) = bounce(&world, &["--keys-unwrapped", "/nowhere"], POSTFIX.as_bytes());
        assert_eq!(exit, 75, "a mail server tries again: {said}");
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted);
    }

    async fn d10_4_a_report_about_a_letter_whose_link_was_pressed_changes_nothing(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        let code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let letter = arrived(&server, PRIYA).remove(0);
        let link = letter.links().0;
        pages::press(&world.desk, &link).await.unwrap();
        let message_id = letter.header("message-id").trim_matches(['<', '>']).to_uppercase();
        let report = || RecordBounce { message_id: message_id.clone(), words: "550 forged".to_owned() };
        let system = Caller::System("command line");
        assert_eq!(ask(&world.desk, &system, report()).await.unwrap(), Bounced::Arrived);
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Accepted);
        let done = pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true });
    }

    async fn a_report_that_is_faster_than_the_workers_own_mark_stays(engine: Engine) {
        let (world, _server) = world_and_server(engine).await;
        let priya = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await;
        dana.send(&call.call_id).await.unwrap();
        let system = Caller::System("mailer");
        let due = ask(&world.desk, &system, DueMessages::default()).await.unwrap().messages;
        let early = RecordBounce { message_id: "nobody@nowhere.example".to_owned(), words: String::new() };
        assert_eq!(refused(ask(&world.desk, &system, early).await), "not_found");
        let taken = ask(&world.desk, &system, TakeMessage { id: due[0].id.clone() }).await.unwrap().to_send.unwrap();
        let message = taken.message;
        let report = RecordBounce { message_id: message.message_id, words: "550 5.1.1 nobody".to_owned() };
        assert_eq!(ask(&world.desk, &system, report).await.unwrap(), Bounced::Marked);
        let (id, fence, state) = (message.id, message.fence, MessageState::Accepted);
        let mark = SettleMessage { id, fence, state, reply: "250 ok".to_owned(), secret_stayed: false };
        assert!(!ask(&world.desk, &system, mark).await.unwrap().marked);
        assert_eq!(dana.view(&call.call_id).await.delivery.unwrap().state, MessageState::Failed);
    }
}
