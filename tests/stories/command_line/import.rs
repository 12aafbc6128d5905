//! `import`: a whole file or nothing of it, told line by line what is wrong, harmless when repeated.

use std::path::{Path, PathBuf};

use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_desk::store::{two_step, users};
use recovery_rules::states::TwoStep;
use serde_json::Value;

use super::{PASSPHRASE, Ran, Server, ended, sealed, state};
use crate::harness::agent::right;
use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, pages, refused};

const HEADER: &str = "company,role,given_name,family_name,email,phone\n";
const THREE: &str = "Osprey Retail,standard,Aïcha,Benali,aicha@osprey.example,07700 900145\n\
                     Osprey Retail,billing,Tom,\"Ito, jr.\",Tom@Osprey.example,\n\
                     Hartwell Logistics,standard,,Ng,ng@hartwell.example,+353 85 012 3456\n";

fn written(world: &World, text: &str) -> PathBuf {
    let path = world.folder.path().join("users.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn import(world: &World, text: &str) -> Ran {
    import_file(world, &written(world, text), &["--region", "GB"]).run(&[PASSPHRASE])
}

fn import_file(world: &World, path: &Path, words: &[&str]) -> Server {
    let keys = world.folder.path().join("keys.sealed");
    if !keys.exists() {
        sealed(world);
    }
    Server::new(&[&["import"], words].concat()).on(world).path("--keys", &keys).path("--", path)
}

/// `lines` people of a few companies.
fn many(lines: usize) -> String {
    let mut text = HEADER.to_owned();
    for i in 0..lines {
        let phone = if i % 3 == 0 { format!("07700 900{:03}", i % 1000) } else { String::new() };
        text.push_str(&format!(
            "Company {},standard,Given{i},Family{},user{i}@many.example,{phone}\n",
            i % 50,
            i % 997
        ));
    }
    text
}

async fn user(world: &World, email: &str) -> users::User {
    let mut tx = world.desk.database.begin_read().await.unwrap();
    users::by_email(&mut tx, email).await.unwrap().unwrap()
}

on_both_databases! {
    async fn imported_users_are_found_at_the_desk_and_have_no_password(engine: Engine) {
        let world = World::live(engine).await;
        world.priya().await;
        let dana = world.agent("Dana Whitlock").await;
        let said = import(&world, &format!("{HEADER}{THREE}")).well();
        assert!(said.out.contains("3 users are new, 0 updated, 0 unchanged; 1 new companies."), "{said:?}");
        assert!(said.out.contains("Forgot password"), "{said:?}");

        let found = dana.look_up("aicha").await.unwrap();
        assert_eq!(found.users.len(), 1, "accents don't matter");
        assert_eq!(dana.look_up("ng").await.unwrap().users.len(), 1);
        assert_eq!(dana.look_up("osprey").await.unwrap().users.len(), 2);
        for number in ["0145 benali", "900145", "+447700900145", "0145 osprey"] {
            assert_eq!(dana.look_up(number).await.unwrap().users.len(), 0, "{number}: no number is known before its code was verified");
        }
        let aicha = user(&world, "aicha@osprey.example").await;
        assert_eq!((aicha.given_name.as_str(), aicha.account.as_str()), ("Aïcha", "active"));
        assert!(aicha.password_hash.is_none());
        let tom = user(&world, "tom@osprey.example").await;
        assert_eq!((tom.kind.as_str(), tom.family_name.as_str(), tom.email.as_str()), ("billing", "Ito, jr.", "Tom@Osprey.example"));
        let mut tx = world.desk.database.begin_read().await.unwrap();
        let row = two_step::of(&mut tx, &aicha.id).await.unwrap();
        assert_eq!((row.state().unwrap(), row.phone), (TwoStep::Never, None), "D3.2: an imported number is no factor");
        drop(tx);
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE offered_phone IN ('+447700900145', '+353850123456')").await, 2);
        match pages::sign_in(&world.desk, "aicha@osprey.example", PASSWORD).await {
            Ok(UserSignedIn::Done { .. }) => panic!("signed in without a password of their own"),
            Ok(other) => panic!("{other:?}"),
            Err(failure) => assert_eq!(failure.code(), "sign_in_not_right"),
        }
        let call = dana.open(&aicha.id).await.unwrap();
        let checked = dana.check(&call.call_id, right()).await;
        assert_eq!(refused(checked), "cannot_be_verified", "without answers nobody is verified by phone");

        let audit = world.audit().await;
        let entries: Vec<_> = audit.iter().filter(|row| row.operation == "import_users").collect();
        assert_eq!(entries.len(), 1);
        let detail: Value = serde_json::from_str(entries[0].detail.as_deref().unwrap()).unwrap();
        assert_eq!((&detail["created"], &detail["companies"]), (&3.into(), &1.into()));
        assert_eq!(detail["file_sha256"].as_str().unwrap().len(), 64);
        assert!(!detail.to_string().contains("osprey"), "counts and a digest, no people");
    }

    async fn the_same_file_again_changes_nothing_and_new_names_are_taken_over(engine: Engine) {
        let world = World::live(engine).await;
        import(&world, &format!("{HEADER}{THREE}")).well();
        let before = state(&world).await;
        let again = import(&world, &format!("{HEADER}{THREE}")).well();
        assert!(again.out.contains("0 users are new, 0 updated, 3 unchanged; 0 new companies."), "{again:?}");
        let audit = world.count("SELECT COUNT(*) FROM audit").await;
        assert_eq!(state(&world).await, before.replace(&format!("audit {}", audit - 1), &format!("audit {audit}")));

        world.change("UPDATE users SET account = 'closed' WHERE email_fold = $1", "ng@hartwell.example").await;
        let married = THREE.replace("Benali", "Benali-Ross").replace("TOM@", "tom@").replace(",Ng,", ",Nguyen,");
        let changed = import(&world, &format!("{HEADER}{married}")).well();
        assert!(changed.out.contains("0 users are new, 1 updated, 2 unchanged"), "{changed:?}");
        assert!(changed.out.contains("1 of the unchanged have closed accounts"), "{changed:?}");
        let aicha = user(&world, "aicha@osprey.example").await;
        assert_eq!((aicha.family_name.as_str(), aicha.security_epoch), ("Benali-Ross", 1), "sessions and links live on");
        assert_eq!(world.agent("Dana Whitlock").await.look_up("benali ross").await.unwrap().users.len(), 1);
        assert_eq!(user(&world, "ng@hartwell.example").await.account, "closed");

        let numbers = THREE.replace("900145", "900146");
        let changed = import(&world, &format!("{HEADER}{numbers}")).well();
        assert!(changed.out.contains("1 updated"), "{changed:?}");
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE offered_phone = '+447700900146'").await, 1);
    }

    async fn a_number_that_was_forgotten_stays_forgotten_whatever_else_a_later_file_changes(engine: Engine) {
        let world = World::live(engine).await;
        for (email, two_step) in [("on@osprey.example", TwoStep::On), ("off@osprey.example", TwoStep::Off), ("never@osprey.example", TwoStep::Never)] {
            world.user(NewUser { given: "Aya", family: "Noor", email, company: "Osprey Retail", two_step, ..NewUser::default() }).await;
        }
        // Another name, and a number, for each.
        let line = |who: &str| format!("Osprey Retail,standard,Aya,Nour,{who}@osprey.example,07700 900147\n");
        let text = format!("{HEADER}{}{}{}", line("on"), line("off"), line("never"));
        assert!(import(&world, &text).well().out.contains("3 updated"));
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE family_name = 'Nour'").await, 3);
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE offered_phone IS NOT NULL").await, 1, "whose phone was never proved");
    }

    async fn every_bad_line_is_told_by_number_and_reason_and_nothing_is_imported(engine: Engine) {
        let world = World::live(engine).await;
        sealed(&world);
        let before = state(&world).await;
        let text = format!(
            "{HEADER}{THREE}\
             Osprey Retail,owner,A,B,a@osprey.example,\n\
             ,standard,A,B,b@osprey.example,\n\
             Osprey Retail,standard,,,c@osprey.example,\n\
             Osprey Retail,standard,A,B,nobody,\n\
             Osprey Retail,standard,A,B,AICHA@osprey.example,\n\
             Osprey Retail,standard,A,B,d@osprey.example,12345\n\
             Osprey Retail,standard,A\n\
             Osprey Retail,standard,\"A\u{202e}B\",C,e@osprey.example,\n"
        );
        let said = import(&world, &text).says(3, "Nothing was imported.");
        for sentence in [
            "Line 5: role: write standard or billing.",
            "Line 6: company: Write a name.",
            "Line 7: Write a given name, a family name, or both.",
            "Line 8: email: Write the whole e-mail address",
            "Line 9: email: the same address stands in line 2.",
            "Line 10: phone: ",
            "Line 11: It has 3 fields, the first line has 6.",
            "Line 12: given_name: The name holds characters that can't be shown.",
        ] {
            assert!(said.err.contains(sentence), "{sentence}: {said:?}");
        }
        assert_eq!(said.err.lines().count(), 9, "{said:?}");
        let national = import_file(&world, &written(&world, &format!("{HEADER}{THREE}")), &[]).run(&[PASSPHRASE]);
        national.says(3, "Line 2: phone: begin with + and the country code");
        let many_bad = many(250).replace("standard", "agent");
        let said = import(&world, &many_bad).says(3, "… and 150 more bad lines.");
        assert_eq!(said.err.lines().filter(|line| line.starts_with("Line ")).count(), 100);
        assert_eq!(state(&world).await, before);
    }

    async fn nobody_is_moved_to_another_company_or_role_and_a_slip_in_a_companys_name_is_told(engine: Engine) {
        let world = World::live(engine).await;
        world.priya().await;
        world.user(NewUser { email: "zed@calder.example", company: "Calder & Finch", ..NewUser::default() }).await;
        sealed(&world);
        let before = state(&world).await;
        let text = format!(
            "{HEADER}\
             Osprey Retail,standard,New,Person,new@osprey.example,\n\
             Calder & Finch,standard,Priya,Raman,priya.raman@hartwell.example,\n\
             Calder & Finch,billing,Zed,Z,ZED@calder.example,\n\
             calder and finch,standard,A,B,a@calder.example,\n\
             Calder Finch,standard,A,B,b@calder.example,\n"
        );
        let said = import(&world, &text).says(3, "Nothing was imported.");
        assert!(said.err.contains("Line 3: This address belongs to a user of another company."), "{said:?}");
        assert!(said.err.contains("Line 4: The user of this address has the other role."), "{said:?}");
        assert!(said.err.contains("Line 6: company: it is spelled “Calder & Finch” already."), "{said:?}");
        let after = state(&world).await;
        let (entries, all) = (world.count("SELECT COUNT(*) FROM audit").await, "audit ");
        assert_eq!(after, before.replace(&format!("{all}{};", entries - 1), &format!("{all}{entries};")), "the refusal is audited, and that is all");
        assert_eq!(world.audited("import_users", "refused").await, 1);
    }

    async fn a_malformed_file_is_named_and_nothing_is_imported(engine: Engine) {
        let world = World::live(engine).await;
        sealed(&world);
        let before = state(&world).await;
        let endless = format!("{HEADER}Osprey,standard,A,B,a@osprey.example,\nOsprey,standard,\"A,B,b@osprey.example,\n{}", "x,y\n".repeat(100_000));
        import(&world, &endless).says(1, "Line 3 is too long: a quotation mark is opened there and not closed.");
        import(&world, "company,role,given_name,family_name\n").says(1, "Missing: email.");
        import(&world, "").says(1, "is empty. The first line names the columns");
        import(&world, "\u{0}").says(1, "The first line must name the columns");
        let path = world.folder.path().join("utf16.csv");
        std::fs::write(&path, [0xff, 0xfe, b'c', 0]).unwrap();
        import_file(&world, &path, &[]).run(&[PASSPHRASE]).says(1, "is not UTF-8 text");
        import_file(&world, Path::new("/nowhere/users.csv"), &[]).run(&[PASSPHRASE]).says(1, "/nowhere/users.csv can't be read");
        import_file(&world, world.folder.path(), &[]).run(&[PASSPHRASE]).says(1, "can't be read");
        assert_eq!(state(&world).await, before);
    }

    async fn thousands_of_lines_go_in_whole_and_a_killed_import_leaves_nothing(engine: Engine) {
        let world = World::live(engine).await;
        let path = written(&world, &many(5_003));
        let began = std::time::Instant::now();
        for step in 1..=4 {
            let mut running = import_file(&world, &path, &["--region", "GB"]).start(&[PASSPHRASE]);
            tokio::time::sleep(std::time::Duration::from_millis(250 * step)).await;
            let _ = running.kill();
            ended(running);
            // A transaction whose client is gone ends by itself, a moment later.
            let users = settled(&world).await;
            assert!(users == 0 || users == 5_003, "{users} of 5003 after {:?}", began.elapsed());
        }
        let said = import(&world, &many(5_003)).well();
        let all = "5003 users are new, 0 updated, 0 unchanged; 50 new companies.";
        let none = "0 users are new, 0 updated, 5003 unchanged; 0 new companies.";
        assert!(said.out.contains(all) || said.out.contains(none), "{said:?}");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE state = 'never'").await, 5_003);
        let grown = import(&world, &many(5_100)).well();
        assert!(grown.out.contains("97 users are new, 0 updated, 5003 unchanged; 0 new companies."), "{grown:?}");
        let dana = world.agent("Dana Whitlock").await;
        assert_eq!(dana.look_up("given5099").await.unwrap().users.len(), 1);
        world.audit().await;
    }
}

/// How many users there are once nobody imports any more.
async fn settled(world: &World) -> i64 {
    for _ in 0..100 {
        if world.engine == Engine::Sqlite || others(world).await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.count("SELECT COUNT(*) FROM users").await
}

/// Transactions of others on this database that are under way.
async fn others(world: &World) -> i64 {
    world
        .count(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
             AND xact_start IS NOT NULL",
        )
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_takes_no_real_users() {
    use recovery_desk::clock::Clock;
    use recovery_desk::keys::DataKeys;
    let clock = Clock::set_to(crate::harness::world::MORNING);
    let world = World::with(Engine::Sqlite, DataKeys::published_demo(), None, clock).await;
    let before = state(&world).await;
    let path = written(&world, &format!("{HEADER}{THREE}"));
    let said = Server::new(&["import", "--demo"]).on(&world).path("--", &path).run(&[]);
    said.says(1, "A demo takes no real users.");
    assert_eq!(state(&world).await, before);
    let request = recovery_desk::operations::import_users::ImportUsers {
        path,
        region: None,
        digest: String::new(),
        watch: recovery_desk::import::Watch::default(),
    };
    let caller = recovery_desk::caller::Caller::System("command line");
    assert_eq!(
        refused(world.ask(&caller, request).await),
        "not_in_demo",
        "the rule stands where data is changed"
    );
}

/// A million lines: only in `./test --full`.
#[tokio::test(flavor = "multi_thread")]
async fn a_million_lines_are_imported_in_less_than_200_mb() {
    if std::env::var_os("RECOVERY_DESK_FULL").is_none() {
        return;
    }
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::live(engine).await;
        let path = written(&world, &many(1_000_000));
        let mut running = import_file(&world, &path, &["--region", "GB"]).start(&[PASSPHRASE]);
        let status = format!("/proc/{}/status", running.id());
        let mut most = 0;
        while running.try_wait().unwrap().is_none() {
            // The peak so far, as the kernel counts it; gone with the process.
            let now = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = now
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            most = most.max(peak.unwrap_or(0_u64));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let said = ended(running).well();
        assert!(said.out.contains("1000000 users are new"), "{said:?}");
        assert!(most > 0 && most < 200_000, "{most} kB on {engine:?}");
    }
}
