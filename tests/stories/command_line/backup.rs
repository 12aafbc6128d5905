//! `backup` and `restore`: a restored backup revives nothing (SECURITY D8 of the attack list).

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use recovery_desk::caller::Caller;
use recovery_desk::clock::Clock;
use recovery_desk::database::Address;
use recovery_desk::desk::Desk;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_rules::roles::Door;
use recovery_rules::states::TwoStep;

use super::{PASSPHRASE, Server, sealed};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::world::{PUBLIC_URL, open};
use crate::harness::{Engine, PASSWORD, World, databases, on_both_databases, refused};

/// Where a backup of this world is restored to: a new file, or a new and empty database.
fn elsewhere(world: &World) -> Address {
    match world.engine {
        Engine::Sqlite => Address::Sqlite(world.folder.path().join("restored.db")),
        Engine::Postgres => databases::empty(),
    }
}

fn backed_up(world: &World) -> PathBuf {
    let file = world.folder.path().join("backup");
    let asked = Server::new(&["backup"]).path_alone(&file).on(world);
    let said = asked.run(&[]).well();
    assert!(said.out.contains("keys.sealed"), "{said:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    file
}

async fn restored(world: &World, file: &std::path::Path) -> (Address, Desk) {
    let address = elsewhere(world);
    let keys = world.folder.path().join("keys.sealed");
    let asked = Server::new(&["restore"]).path_alone(file).path("--keys", &keys).at(&address);
    let said = asked.run(&[PASSPHRASE]).well();
    assert!(said.out.contains("Everybody signs in anew"), "{said:?}");
    let clock = Clock::Set(match &world.desk.clock {
        Clock::Set(at) => at.clone(),
        Clock::Database => panic!("a clock set by hand"),
    });
    let folder = tempfile::tempdir().unwrap().keep();
    let desk = open(&address, &world.keys, None, None, &PUBLIC_URL.parse().unwrap(), clock, &folder).await;
    (address, desk)
}

on_both_databases! {
    async fn a_restored_backup_revives_no_session_no_link_no_code_and_sends_nothing(engine: Engine) {
        let world = World::with_mail(engine).await;
        sealed(&world);
        let priya = world.priya().await;
        world.user(NewUser {
            given: "Noor", family: "Haddad", email: "noor@hartwell.example", two_step: TwoStep::Never, ..NewUser::default()
        }).await;
        world.recovery_code(&priya).await;
        let dana = world.agent("Dana Whitlock").await;
        let user = pages::sign_in(&world.desk, "noor@hartwell.example", PASSWORD).await.unwrap();
        let UserSignedIn::Done(SignedIn { token, .. }) = user else { panic!("no code is asked for") };
        let user = Caller::Session(token);
        let call = dana.verified_call(&priya).await;
        let call_code = dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        world.post().await;
        let (link, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        dana.end(&call.call_id).await.unwrap();
        // A second message waits when the backup is made, and leaves afterwards.
        let again = dana.open(&world.user(NewUser {
            given: "Omar", family: "Aziz", email: "omar@hartwell.example", ..NewUser::default()
        }).await).await.unwrap();
        dana.check(&again.call_id, crate::harness::agent::right()).await.unwrap();
        dana.send(&again.call_id).await.unwrap();
        let file = backed_up(&world);
        // What happens after the backup is not in it: the link is used, its letter sent.
        pages::redeem(&world.desk, &link, &call_code, NEW_PASSWORD).await.unwrap();
        world.post().await;

        let (address, desk) = restored(&world, &file).await;
        // The world the backup knows: same users, their old passwords, everybody out.
        assert_eq!(refused(desk.perform(&dana.caller, Door::Desk, None, WhoIsIn {}).await), "signed_out");
        assert_eq!(refused(desk.perform(&user, Door::Pages, None, ReadAccount {}).await), "signed_out");
        let used = refused(pages::redeem(&desk, &link, &call_code, "another kettle by the river 3").await);
        assert!(used.starts_with("link_"), "{used}");
        // Pressed late it stops nothing, and says what it says when it is pressed twice.
        let stop = pages::not_me(&desk, &not_me).await;
        assert!(stop.map_or(true, |stop| stop.again && !stop.locked));
        assert!(pages::sign_in(&desk, "noor@hartwell.example", PASSWORD).await.is_ok(), "the password is the backup's");
        assert!(dana.at(&desk).sign_in().await.is_err(), "an authenticator's code of this minute may have been used");
        let restored_world = World { desk: desk.clone(), address, ..world };
        for (what, statement) in [
            ("live sessions but the one just made", "SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL AND operator_id IS NOT NULL"),
            ("live links", "SELECT COUNT(*) FROM links WHERE used_at IS NULL AND ended_at IS NULL"),
            ("live codes", "SELECT COUNT(*) FROM codes WHERE used_at IS NULL AND ended_at IS NULL"),
            ("open calls", "SELECT COUNT(*) FROM calls WHERE state IN ('open', 'verified')"),
            ("messages to send", "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending', 'deferred')"),
            ("sealed secrets", "SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL"),
            ("acknowledged recovery codes", "SELECT COUNT(*) FROM two_step WHERE recovery_code_hash IS NOT NULL AND recovery_code_last_group IS NULL"),
        ] {
            assert_eq!(restored_world.count(statement).await, 0, "{what}");
        }
        assert_eq!(restored_world.post().await, 0);
        assert_eq!(restored_world.audited("end_what_was_restored", "done").await, 1);
    }

    async fn a_restore_that_broke_off_is_opened_by_nobody_and_can_be_begun_again(engine: Engine) {
        let world = World::live(engine).await;
        let keys = sealed(&world);
        let file = backed_up(&world);
        let taken = Server::new(&["backup"]).path_alone(&file).on(&world);
        taken.run(&[]).says(1, "exists. Nothing was written");
        // Over a database that holds something, nothing is restored.
        let over = Server::new(&["restore"]).path_alone(&file).path("--keys", &keys).on(&world);
        over.run(&[PASSPHRASE]).says(1, "Nothing was changed");
        world.change("INSERT INTO meta (name, value) VALUES ('restore_unfinished', $1)", "yes").await;
        let open = Server::new(&["operators", "list"]).path("--keys", &keys).on(&world);
        open.run(&[PASSPHRASE]).says(1, "was restored from a backup, and the restore broke off");
        let missing = world.folder.path().join("nothing");
        let target = elsewhere(&world);
        Server::new(&["restore"]).path_alone(&missing).path("--keys", &keys).at(&target).run(&[PASSPHRASE]).says(1, "There is no file");
    }
}
