//! `user`: what is kept about one person is written down, and erased so that nothing is left in any byte but the audit chain, which holds.

use std::fs;

use recovery_desk::operations::administration::{DeclineRequest, ReadApprovals, ResetUserTwoStep};
use recovery_desk::operations::team::{InviteMember, ReadReviews, RemindMember, SignOffReview, StartReview};
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;

use super::{PASSPHRASE, Ran, Server, sealed};
use crate::harness::biller::{self, GRACE};
use crate::harness::contacts::{self, Strict};
use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

fn run(world: &World, words: &[&str]) -> Ran {
    Server::new(words).path("--keys", &world.folder.path().join("keys.sealed")).on(world).run(&[PASSPHRASE])
}

/// Priya with a life behind her: a sign-in, a remembered browser, a call with notes, a change of address that waits.
async fn lived(engine: Engine) -> (World, String) {
    let (world, gateway) = world_with_texts(engine).await;
    let user = world.priya().await;
    sealed(&world);
    let priya = Person::at(&world);
    priya.signs_in_remembered(&world, &gateway).await.is_at("/account");
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&user).await;
    dana.send(&call.call_id).await.unwrap();
    while world.post().await > 0 {}
    priya
        .post("/account/email", &[("password", PASSWORD), ("new_email", "priya.shah@hartwell.example")])
        .await
        .says("Check your new mailbox");
    while world.post().await > 0 {}
    dana.end(&call.call_id).await.unwrap();
    world.change("UPDATE calls SET notes = 'Priya rang from Whitby' WHERE user_id = $1", &user).await;
    (world, user)
}

on_both_databases! {
    async fn an_export_holds_what_is_kept_and_no_secret_and_is_audited(engine: Engine) {
        let (world, _) = lived(engine).await;
        let file = world.folder.path().join("priya.json");
        let file_name = file.to_str().unwrap().to_owned();
        run(&world, &["user", "export", "nobody@hartwell.example", "--to", &file_name]).says(1, "There is no user");
        assert!(!file.exists());
        run(&world, &["user", "export", " Priya.Raman@hartwell.example", "--to", &file_name]).well();
        let text = fs::read_to_string(&file).unwrap();
        let data: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((data["email"].as_str(), data["data"]["phone"].as_str()), (Some(PRIYA), Some("+447700900123")));
        assert_eq!(data["data"]["company"], "Hartwell Logistics");
        assert_eq!(data["calls"][0]["notes"], "Priya rang from Whitby");
        assert_eq!(data["address_changes"][0]["new_email"], "priya.shah@hartwell.example");
        assert_eq!(data["browsers"][0]["label"], "Firefox on Linux");
        assert_eq!(data["questions"].as_array().unwrap().len(), 4);
        assert!(data["messages"].as_array().unwrap().iter().any(|message| message["letter"] == "unlock"), "{text}");
        assert!(data["history"].as_array().unwrap().iter().any(|event| event["operation"] == "check_answers"));
        for never in ["Dana", "dana", "argon2", "hash", "Quibblecar", "secret"] {
            assert!(!text.contains(never), "{never} is in the export");
        }
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        run(&world, &["user", "export", PRIYA, "--to", &file_name]).says(1, "exists already");
        assert_eq!(world.audited("export_user", "done").await, 1);
    }

    async fn an_erased_user_is_in_no_row_any_more_and_the_audit_chain_holds(engine: Engine) {
        let (world, user) = lived(engine).await;
        let other = NewUser { given: "Noor", email: "noor@hartwell.example", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(other).await;
        let entries = world.audit().await.len();
        run(&world, &["user", "erase", PRIYA, "--confirm", "noor@hartwell.example"]).says(1, "not the same");
        let dana = world.agent("Sam Ortiz").await;
        let call = dana.open(&user).await.unwrap();
        run(&world, &["user", "erase", PRIYA, "--confirm", PRIYA]).says(1, "A phone call about");
        dana.end(&call.call_id).await.unwrap();
        assert_eq!(dana.look_up("iya.ram").await.unwrap().count, 1, "or the question below shows nothing");
        dana.look_up("priya raman").await.unwrap();
        // An administrator wrote about her; one request was declined, one waits.
        let (ines, ola) = (
            world.operator(Role::Administrator, "Ines Vogt").await,
            world.operator(Role::Administrator, "Ola Berg").await,
        );
        let reset = || ResetUserTwoStep {
            user_id: user.clone(),
            email: PRIYA.to_owned(),
            reason: "Priya lost it on Whitby pier".to_owned(),
            report_id: None,
            contact_id: None,
            reached: None,
        };
        let asked = ines.ask(reset()).await.unwrap().approval_id.unwrap();
        let reason = Some("Nobody in Whitby knows Priya".to_owned());
        ola.ask(DeclineRequest { approval_id: asked, reason }).await.unwrap();
        ines.ask(reset()).await.unwrap();
        let before = rows(&world).await;
        for there in ["iya.ram", "Whitby pier", "Nobody in Whitby", "Raman", "priya.raman", "priya.shah", "900123", "Whitby"] {
            assert!(before.contains(there), "the search for {there} is blind");
        }
        run(&world, &["user", "erase", PRIYA, "--confirm", PRIYA]).well();
        let after = rows(&world).await;
        assert!(ola.ask(ReadApprovals {}).await.unwrap().requests.is_empty(), "what waited is over");
        for gone in ["Priya", "priya", "iya.ram", "priya.raman", "priya.shah", "900123", "Whitby", "Firefox"] {
            assert!(!after.contains(gone), "{gone} is kept: {after}");
        }
        assert!(after.contains("noor@hartwell.example"), "nobody else is touched");
        // The chain holds, and says that an erasure happened.
        assert!(world.audit().await.len() > entries);
        assert_eq!(world.audited("erase_user", "done").await, 1);
        assert_eq!(dana.look_up("iya.ram").await.unwrap().count, 0, "a fragment of the address is kept");
        // Nothing opens: no sign-in, no reset, no look-up by name; the address is free for somebody new.
        Person::at(&world).types_password(PRIYA, PASSWORD).await.says("Email or password is not right");
        Person::at(&world).post("/forgot", &[("email", PRIYA)]).await.says("Check your email");
        let letters = world.mail.as_ref().unwrap().arrived().len();
        while world.post().await > 0 {}
        assert_eq!(world.mail.as_ref().unwrap().arrived().len(), letters, "no letter to who isn't there");
        run(&world, &["user", "erase", PRIYA, "--confirm", PRIYA]).says(1, "There is no user");
        world.user(NewUser::default()).await;
        Person::at(&world).types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
    }

    async fn a_billing_users_export_tells_their_team_work_and_an_erasure_takes_their_name_out_of_everybodys_rows(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let strict = Strict::new(&world).await;
        world.user(contacts::billing("Bo", "Lind", "bo.lind@hartwell.example")).await;
        world.change("UPDATE users SET last_sign_in_at = 5 WHERE id = $1", &strict.grace).await;
        sealed(&world);
        // Grace signs in on the pages and at the desk, reminds, invites, reviews, signs off, and is somebody's contact.
        let pages = Person::at(&world);
        pages.types_password(GRACE, PASSWORD).await.is_at("/sign-in/code");
        let code = text(&world, &gateway).await;
        pages.post("/sign-in/code", &[("code", &code)]).await.is_at("/account");
        let ann = world.user(biller::member("Ann", "ann@hartwell.example")).await;
        let ours = biller::sign_in(&world, &gateway, GRACE).await;
        ours.ask(RemindMember { user_id: ann }).await.unwrap();
        ours.ask(InviteMember { given_name: "Nia".to_owned(), family_name: "Cole".to_owned(), email: "nia@hartwell.example".to_owned() }).await.unwrap();
        let review = ours.ask(StartReview {}).await.unwrap();
        let note = "Seen with care".to_owned();
        ours.ask(SignOffReview { review_id: review.review_id, digest: review.digest, note }).await.unwrap();
        let sent = strict.sent(&world).await;
        while world.post().await > 0 {}

        let file = world.folder.path().join("grace.json");
        run(&world, &["user", "export", GRACE, "--to", file.to_str().unwrap()]).well();
        let told = fs::read_to_string(&file).unwrap();
        let data: serde_json::Value = serde_json::from_str(&told).unwrap();
        let desk: Vec<_> = data["sessions"].as_array().unwrap().iter().map(|session| session["desk_company"].as_str()).collect();
        assert!(desk.contains(&Some("Hartwell Logistics")) && desk.contains(&None), "{desk:?}");
        assert!(data["sessions"].as_array().unwrap().iter().any(|session| session["network_noted_at"].is_i64()), "{told}");
        assert_eq!(data["reminders"][0]["way"], "sent");
        assert_eq!((data["reviews"][0]["signed_by_name"].as_str(), data["reviews"][0]["note"].as_str()), (Some("Grace Obi"), Some("Seen with care")));
        assert_eq!((data["reviewed"][0]["email"].as_str(), data["reviewed"][0]["two_step"].as_str()), (Some(GRACE), Some("on")));
        assert_eq!(data["contact_codes"].as_array().unwrap().len(), 1);
        for never in ["hash", "Priya", "Ann", "Nia", sent.contact_code.as_str(), &strict.priya] {
            assert!(!told.contains(never), "{never} is in the export");
        }
        // Of somebody she reminded: that it happened, and not by whom.
        run(&world, &["user", "export", "ann@hartwell.example", "--to", world.folder.path().join("ann.json").to_str().unwrap()]).well();
        let anns = fs::read_to_string(world.folder.path().join("ann.json")).unwrap();
        assert!(anns.contains("\"way\": \"got\"") || anns.contains("\"way\":\"got\""), "{anns}");
        assert!(!anns.contains("Grace") && !anns.contains("Obi"), "{anns}");
        for file in ["grace.json", "ann.json"] {
            fs::remove_file(world.folder.path().join(file)).unwrap();
        }

        let before = rows(&world).await;
        for there in ["Obi", "grace.obi", "Seen with care"] {
            assert!(before.contains(there), "the search for {there} is blind");
        }
        run(&world, &["user", "erase", GRACE, "--confirm", GRACE]).well();
        let after = rows(&world).await;
        for gone in ["Obi", "grace.obi", "Grace"] {
            let line = after.lines().find(|line| line.contains(gone));
            assert!(line.is_none(), "{gone} is kept: {line:?}");
        }
        assert!(after.contains("ann@hartwell.example") && after.contains("Priya"), "nobody else is touched");
        world.audit().await;
        assert_eq!(refused(crate::harness::pages::read(&world.desk, &sent.link).await), "link_stopped", "the contact is gone");
        // The review stands as it was signed, without the name.
        let bo = biller::sign_in(&world, &gateway, "bo.lind@hartwell.example").await;
        let kept = bo.ask(ReadReviews { before: None }).await.unwrap().reviews.remove(0);
        assert_eq!((kept.signed_by.as_deref(), kept.note.as_str(), kept.counts.members), (Some("Erased user"), "Seen with care", 5));
    }

    async fn an_erased_billing_user_is_not_named_to_colleagues_any_more(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        sealed(&world);
        let billing = |given: &'static str, email: &'static str| NewUser { given, family: "Obi", email, kind: "billing", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(billing("Grace", "grace.obi@hartwell.example")).await;
        world.user(billing("Marta", "marta@hartwell.example")).await;
        let grace = Person::at(&world);
        grace.types_password("grace.obi@hartwell.example", PASSWORD).await.is_at("/account");
        for (given, sent) in [("Noor", true), ("Ida", false)] {
            let email = format!("{given}@hartwell.example").to_lowercase();
            grace.post("/account/colleague", &[("given_name", given), ("family_name", "Ng"), ("email", &email)]).await.says("is invited");
            if sent {
                while world.post().await > 0 {}
            }
        }
        assert!(rows(&world).await.contains("Grace Obi"));
        run(&world, &["user", "erase", "grace.obi@hartwell.example", "--confirm", "grace.obi@hartwell.example"]).well();
        let after = rows(&world).await;
        assert!(!after.contains("Grace"), "{after}");
        while world.post().await > 0 {}
        world.mail.as_ref().unwrap().newest("ida@hartwell.example", "");
    }

    async fn the_history_tells_everything_by_role_page_by_page_and_never_by_name(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        dana.end(&call.call_id).await.unwrap();
        let priya = Person::at(&world);
        let mut beyond = 0;
        for _ in 0..30 {
            world.later(recovery_rules::time::Span::minutes(30));
            priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
            let code = text(&world, &gateway).await;
            priya.post("/sign-in/code", &[("code", &code)]).await.is_at("/account");
            // A few more than one page holds, so that all of the call stands on the second.
            let older = priya.get("/account/history").await.text.contains("Older");
            beyond += usize::from(older);
            if beyond == 3 {
                break;
            }
            priya.post("/sign-out", &[]).await;
        }
        let account = priya.get("/account").await;
        account.says("What happened last").says("/account/history").never_says("Our desk took a phone call");
        let newest = priya.get("/account/history").await;
        newest.says("A verification code was entered to sign in").says("On the sign-in pages").says("Older").never_says("Newest");
        let older = newest.text.split("/account/history?before=").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = priya.get(&format!("/account/history?before={older}")).await;
        page.says("Our desk took a phone call about your account").says("Newest").never_says("Older");
        for page in [&account, &newest, &page] {
            page.never_says("Dana").never_says("Whitlock").never_says(&dana.id);
        }
        // A place that is none begins at the newest; nobody else's history can be reached by a place.
        priya.get("/account/history?before=%22%3E%3Cimg").await.says("Older").never_says("<img");
        let noor = NewUser { given: "Noor", email: "noor@hartwell.example", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(noor).await;
        let noor = Person::at(&world);
        noor.types_password("noor@hartwell.example", PASSWORD).await.is_at("/account");
        noor.get(&format!("/account/history?before={older}")).await.never_says("Our desk took");
    }
}

/// Prints them of a SQLite file; the index of fragments through the tables it is kept in.
const EVERY_ROW: &str = "
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
kept = \"SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'\"
for (table,) in database.execute(kept).fetchall():
    for row in database.execute(f'SELECT * FROM {table}'):
        print(table, row)
";

/// Every row of every table, as text.
async fn rows(world: &World) -> String {
    match &world.address {
        recovery_desk::database::Address::Sqlite(path) => {
            let dump =
                std::process::Command::new("python3").args(["-c", EVERY_ROW]).arg(path).output().unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            String::from_utf8_lossy(&dump.stdout).into_owned()
        }
        recovery_desk::database::Address::Postgres { .. } => {
            let name = crate::harness::scan::database_name(world);
            let cluster = crate::harness::databases::cluster();
            let tables = cluster
                .run(&name, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
            let dump = tables.lines().map(|table| cluster.run(&name, &format!("SELECT * FROM {table}")));
            dump.collect::<Vec<_>>().join("\n")
        }
    }
}
