//! Names are hostile text: inert in the look-up, the call, the letter, the page and the log.

use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::notes::SaveNotes;

use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, world_with_texts};
use crate::harness::{Engine, PASSWORD, World, log, on_both_databases, refused};

const MARKUP: &str = "\"><img src=x onerror=alert(1)>";

on_both_databases! {
    async fn a_nul_in_any_text_is_refused_alike_and_is_no_fault(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let priya = world.priya().await;
        let stranger = Person::at(&world);
        for email in ["a\0", "\0", "priya.raman@hartwell.example\0"] {
            stranger.types_password(email, PASSWORD).await.says("a character that can\u{2019}t be used").never_says("Reference");
            stranger.post("/forgot", &[("email", email)]).await.never_says("Reference");
        }
        let mut dana = world.agent("Dana Whitlock").await;
        assert_eq!(refused(dana.look_up("pri\0ya").await), "malformed_request");
        let call = dana.open(&priya).await.unwrap().call_id;
        let notes = SaveNotes { call_id: call.clone(), notes: "Rang twice\0".to_owned() };
        assert_eq!(refused(dana.ask(notes).await), "malformed_request");
        assert_eq!(refused(dana.check(&call, [Some("Ford\0"), None, None, None]).await), "malformed_request");
        assert_eq!(dana.view(&call).await.checks.used, 0);
        dana.email.push('\0');
        assert_eq!(refused(dana.sign_in().await), "malformed_request");
        // Whoever is signed in stands in the log with it, a stranger does not.
        assert_eq!(world.audited("stray_request", "refused").await, 3);
    }

    async fn d13_5_hostile_names_are_inert_in_row_call_letter_and_log(engine: Engine) {
        let world = World::with_mail(engine).await;
        let long = "Zebedee".repeat(1_430);
        let names = [
            (MARKUP, "Markup"),
            ("Line\r\nBcc: everybody@evil.example", "Break"),
            ("\u{202e}nimdA\u{202c}", "Bidi"),
            (long.as_str(), "Long"),
        ];
        let dana = world.agent("Dana Whitlock").await;
        for (i, (given, family)) in names.into_iter().enumerate() {
            let email = format!("hostile{i}@hartwell.example");
            let company = format!("{given} Ltd");
            let new = NewUser { given, family, email: &email, company: &company, ..NewUser::default() };
            let id = world.user(new).await;
            let found = dana.look_up(&family.to_lowercase()).await.unwrap();
            // The desk gives names as they are; the window shows them as text nodes.
            assert!(found.users.iter().any(|row| row.user_id == id), "{family}");
            let call = dana.open(&id).await.unwrap();
            assert!(matches!(call.standing, StandingView::NotVerifiedYet));
            assert!(dana.check(&call.call_id, right()).await.unwrap().verified);
            dana.send(&call.call_id).await.unwrap();
            world.post().await;
            let letter = world.mail.as_ref().unwrap().newest(&email, "Unlock your account");
            assert!(!letter.raw.contains("Bcc:"), "{family}");
            assert!(!letter.raw.contains("<img"), "{family}");
            dana.end(&call.call_id).await.unwrap();
        }
        let log = String::from_utf8_lossy(&log::so_far()).into_owned();
        assert!(!log.lines().any(|line| line.starts_with("Bcc:")), "a name made a line of the log");
        world.audit().await;
    }
}
