//! Connecting, told through the doors of the window: first run, later starts with and without a keyring, leaving.

use std::sync::Mutex;

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::sealed_file::{self, IfExists};
use recovery_desk::keys::{DataKeys, KeyKind, Passphrase};
use recovery_desk::settings::Settings;
use recovery_rules::roles::Door;
use serde_json::json;

use super::*;
use crate::perform::perform;

const PASSPHRASE: &str = "seven green boats at noon";

struct Desktop {
    folder: Arc<tempfile::TempDir>,
    keyring: Keyring,
    connection: Connection,
    heard: Arc<Mutex<Vec<events::DeskEvent>>>,
}

impl Desktop {
    fn new(keyring: Keyring) -> Self {
        Self::on(Arc::new(tempfile::tempdir().unwrap()), keyring)
    }

    fn on(folder: Arc<tempfile::TempDir>, keyring: Keyring) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        let around = Around {
            home: Home::open(folder.path().to_owned()).unwrap(),
            keyring: keyring.clone(),
            seat: Arc::new(Seat::default()),
            tell: Arc::new(move |event| hears.lock().unwrap().push(event)),
        };
        Self { folder, keyring, connection: Connection::new(around), heard }
    }

    /// Quits and starts again, perhaps with another keyring.
    async fn restarted(self, keyring: Option<Keyring>) -> Self {
        let keyring = keyring.unwrap_or(self.keyring);
        self.connection.end(&mut *self.connection.now.write().await).await;
        Self::on(self.folder, keyring)
    }

    async fn ask(&self, name: &str, request: serde_json::Value) -> Result<serde_json::Value, String> {
        let id = format!("{name}-{}", std::process::id());
        perform(&self.connection, name, Some(&id), request).await.map_err(|failure| failure.code)
    }

    async fn first_run(&self) {
        self.connection.choose(Choice::Sqlite { path: None }).await.unwrap();
        let passphrase = SecretString::from(PASSPHRASE);
        self.connection.set_passphrase(&passphrase, &passphrase).await.unwrap();
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn a_new_database_asks_for_a_passphrase_and_opens_by_the_keyring_from_then_on() {
    let desktop = Desktop::new(Keyring::in_memory());
    assert_eq!(desktop.connection.view().await.mode, "none");
    assert_eq!(desktop.ask("greeting", json!({})).await, Err("not_connected".to_owned()));

    desktop.connection.choose(Choice::Sqlite { path: None }).await.unwrap();
    let view = desktop.connection.view().await;
    assert!(view.needs_passphrase && view.first_run && view.mode == "sqlite");
    let short = desktop.connection.set_passphrase(&secret("short"), &secret("short")).await;
    assert_eq!(short.unwrap_err().wire().code, "passphrase_too_short");
    let differ =
        desktop.connection.set_passphrase(&secret(PASSPHRASE), &secret("another long passphrase")).await;
    assert_eq!(differ.unwrap_err().wire().field.as_deref(), Some("confirmation"));
    desktop.connection.set_passphrase(&secret(PASSPHRASE), &secret(PASSPHRASE)).await.unwrap();

    let greeting = desktop.ask("greeting", json!({})).await.unwrap();
    assert_eq!(greeting["operators_exist"], false);
    assert_eq!(greeting["demo"], false);

    let desktop = desktop.restarted(None).await;
    let view = desktop.connection.view().await;
    assert!(!view.needs_passphrase && view.mode == "sqlite" && view.keyring == KeyringState::Ok);
    desktop.ask("greeting", json!({})).await.unwrap();
}

#[tokio::test]
async fn d13_1_without_a_keyring_the_passphrase_is_asked_at_each_start_and_no_key_lies_in_clear() {
    for keyring in [Keyring::absent, Keyring::locked, Keyring::silent] {
        let desktop = Desktop::new(keyring());
        desktop.first_run().await;
        let desktop = desktop.restarted(None).await;
        let view = desktop.connection.view().await;
        assert!(view.needs_passphrase && !view.first_run, "{view:?}");
        assert_ne!(view.keyring, KeyringState::Ok);
        let wrong = desktop.connection.open_with(&secret("seven green boats at nine")).await;
        assert_eq!(wrong.unwrap_err().wire().code, "wrong_passphrase");
        assert!(desktop.connection.view().await.needs_passphrase, "it can be tried again");
        desktop.connection.open_with(&secret(PASSPHRASE)).await.unwrap();
        desktop.ask("greeting", json!({})).await.unwrap();
        for entry in std::fs::read_dir(desktop.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                assert!(!text.contains("rdk1;") && !text.contains(PASSPHRASE), "{}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn keys_that_the_database_took_are_kept_when_the_post_cannot_be_set_up() {
    let desktop = Desktop::new(Keyring::absent());
    let settings = desktop.folder.path().join("settings.toml");
    let smtp = "[organisation]\nname = \"Hartwell\"\ndesk_phone = \"020 7946 0000\"\nopening_hours = \"9 to 5\"\n\n[smtp]\nhost = \"mail.example\"\nport = 587\ntls = \"start_tls\"\nfrom = \"desk@mail.example\"\n";
    std::fs::write(&settings, format!("{smtp}extra_root_certificate = \"nowhere.pem\"\n")).unwrap();
    desktop.connection.choose(Choice::Sqlite { path: None }).await.unwrap();
    let set = desktop.connection.set_passphrase(&secret(PASSPHRASE), &secret(PASSPHRASE)).await;
    assert!(set.unwrap_err().to_string().contains("nowhere.pem"));
    assert!(desktop.folder.path().join("keys.sealed").exists(), "nothing else opens this database");
    let view = desktop.connection.view().await;
    assert!(view.needs_passphrase && !view.first_run, "from now on it is asked: {view:?}");
    // Set right, the passphrase opens it, now and at the next start.
    std::fs::write(&settings, smtp).unwrap();
    desktop.connection.open_with(&secret(PASSPHRASE)).await.unwrap();
    desktop.ask("greeting", json!({})).await.unwrap();
    let desktop = desktop.restarted(None).await;
    assert!(desktop.connection.view().await.needs_passphrase);
    desktop.connection.open_with(&secret(PASSPHRASE)).await.unwrap();
}

#[tokio::test]
async fn a_database_without_its_keys_is_not_given_new_ones() {
    let desktop = Desktop::new(Keyring::absent());
    desktop.first_run().await;
    let desktop = desktop.restarted(None).await;
    std::fs::remove_file(desktop.folder.path().join("keys.sealed")).unwrap();
    let view = desktop.connection.view().await;
    assert_eq!(view.mode, "none");
    assert!(view.reason.unwrap().contains("keys.sealed"));
    let refused = desktop.connection.choose(Choice::Sqlite { path: None }).await;
    assert_eq!(refused.unwrap_err().wire().code, "keys_missing");
}

/// The keys of the default database, opened with the passphrase.
fn keys_file(desktop: &Desktop) -> (std::path::PathBuf, DataKeys) {
    let path = desktop.folder.path().join("keys.sealed");
    let keys = sealed_file::open_file(&path, &Passphrase::parse(&secret(PASSPHRASE)).unwrap()).unwrap();
    (path, keys)
}

/// What `recovery-desk-server keys rotate` does to the file, and to the database once it opens with it.
async fn rotated(desktop: &Desktop, the_database_is_told: bool) {
    let (path, keys) = keys_file(desktop);
    let chance = Chance::operating_system();
    let new = keys.replaced(KeyKind::Pepper, &chance).replaced(KeyKind::Outbox, &chance);
    let passphrase = Passphrase::parse(&secret(PASSPHRASE)).unwrap();
    sealed_file::seal_to_file(&path, &new, &passphrase, IfExists::Replace, &chance).unwrap();
    if the_database_is_told {
        let address = Address::Sqlite(desktop.folder.path().join("auth.db"));
        let desk = Desk::open(Parts {
            database: Database::connect(&address).await.unwrap(),
            keys: new,
            settings: Settings::for_demo("http://localhost".parse().unwrap()),
            clock: Clock::Database,
            chance,
            hashing: HashingCost::cheap(),
            audit_heads: None,
        });
        desk.await.unwrap().database.close().await;
    }
}

#[tokio::test]
async fn after_a_rotation_the_keyrings_old_copy_leads_to_the_passphrase_and_is_renewed() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.first_run().await;
    desktop.ask("greeting", json!({})).await.unwrap();
    rotated(&desktop, true).await;
    assert_eq!(
        desktop.ask("greeting", json!({})).await,
        Err("keys_replaced".to_owned()),
        "a window that was open"
    );

    let desktop = desktop.restarted(None).await;
    let view = desktop.connection.view().await;
    assert!(view.needs_passphrase && !view.first_run && view.mode == "sqlite", "asked, no error: {view:?}");
    assert_eq!(view.keyring, KeyringState::Ok);
    desktop.connection.open_with(&secret(PASSPHRASE)).await.unwrap();
    desktop.ask("greeting", json!({})).await.unwrap();
    let desktop = desktop.restarted(None).await;
    assert!(!desktop.connection.view().await.needs_passphrase, "the keyring has the new keys");
}

#[tokio::test]
async fn a_rotation_that_broke_off_before_the_database_was_told_shuts_nobody_out() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.first_run().await;
    rotated(&desktop, false).await;
    desktop.ask("greeting", json!({})).await.unwrap();
    let desktop = desktop.restarted(None).await;
    assert!(!desktop.connection.view().await.needs_passphrase, "the keyring's copy is still the database's");
    desktop.ask("greeting", json!({})).await.unwrap();
    // D13.1: the keyring is lost; the passphrase opens the new file, and the database takes its keys over.
    let desktop = desktop.restarted(Some(Keyring::in_memory())).await;
    assert!(desktop.connection.view().await.needs_passphrase);
    desktop.connection.open_with(&secret(PASSPHRASE)).await.unwrap();
    desktop.ask("greeting", json!({})).await.unwrap();
}

#[tokio::test]
async fn a_file_of_keys_from_before_the_rotation_is_named_and_no_passphrase_is_asked_for_it() {
    let desktop = Desktop::new(Keyring::absent());
    desktop.first_run().await;
    let (path, _) = keys_file(&desktop);
    let former = std::fs::read(&path).unwrap();
    rotated(&desktop, true).await;
    std::fs::write(&path, former).unwrap();
    let desktop = desktop.restarted(None).await;
    let view = desktop.connection.view().await;
    assert_eq!(view.mode, "none");
    assert!(view.reason.unwrap().contains("holds the former ones"));
    let refused = desktop.connection.choose(Choice::Sqlite { path: None }).await;
    assert_eq!(refused.unwrap_err().wire().code, "keys_out_of_date");
}

#[tokio::test]
async fn leaving_forgets_the_connection_and_what_the_keyring_held() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.first_run().await;
    desktop.connection.leave().await.unwrap();
    assert_eq!(desktop.connection.view().await.mode, "none");
    let desktop = desktop.restarted(None).await;
    assert_eq!(desktop.connection.view().await.mode, "none");
    desktop.connection.choose(Choice::Sqlite { path: None }).await.unwrap();
    assert!(desktop.connection.view().await.needs_passphrase);
}

#[tokio::test]
async fn the_demo_never_touches_the_keyring_and_one_click_signs_in() {
    let desktop = Desktop::new(Keyring::silent());
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    assert_eq!(desktop.connection.view().await.mode, "demo");
    assert_eq!(desktop.ask("who_is_in", json!({})).await, Err("signed_out".to_owned()));
    let answer = desktop.ask("demo_sign_in", json!({"role": "agent"})).await.unwrap();
    assert_eq!(answer["demo"], true);
    assert!(answer.get("token").is_none(), "the page never gets the session");
    let who = desktop.ask("who_is_in", json!({})).await.unwrap();
    assert_eq!(who["operator"]["id"].as_str(), desktop.connection.seat().operator_id().as_deref());
    desktop.ask("demo_mailbox", json!({})).await.unwrap();

    desktop.connection.reset_demo().await.unwrap();
    assert_eq!(desktop.ask("who_is_in", json!({})).await, Err("signed_out".to_owned()));
    desktop.ask("demo_sign_in", json!({"role": "agent"})).await.unwrap();
    desktop.ask("operator_sign_out", json!({})).await.unwrap();
    assert!(desktop.connection.seat().operator_id().is_none());
}

#[tokio::test]
async fn a_billing_user_of_the_demo_is_one_click_away() {
    let desktop = Desktop::new(Keyring::silent());
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    let marta = desktop.ask("demo_sign_in", json!({"role": "billing"})).await.unwrap();
    assert_eq!((marta["operator"]["role"].as_str(), marta.get("token")), (Some("billing"), None));
    assert!(desktop.connection.seat().billing(), "their window hears of no calls");
}

/// A desk server of this process, with a billing user whose code comes by e-mail.
async fn desk_server(folder: &std::path::Path) -> (String, std::path::PathBuf) {
    use recovery_desk::store::{companies, two_step, users};
    use recovery_web::server::Server;
    use recovery_web::server::listen::Listener;
    use recovery_web::server::tls::TlsFiles;
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let chance = Chance::operating_system();
    let desk = Desk::open(Parts {
        database: Database::connect(&Address::Sqlite(folder.join("server.db"))).await.unwrap(),
        keys: DataKeys::fresh(&chance),
        settings: Settings::for_demo(url.parse().unwrap()),
        clock: Clock::Database,
        chance,
        hashing: HashingCost::cheap(),
        audit_heads: None,
    });
    let desk = desk.await.unwrap();
    let password = recovery_rules::passwords::Password::new(PASSPHRASE.to_owned());
    let hash = desk.hasher.hash_password(&password).await.unwrap();
    let now = recovery_rules::time::Moment(1);
    let mut tx = desk.database.begin().await.unwrap();
    let company = companies::Company::new("company".to_owned(), "Hartwell".to_owned());
    companies::insert(&mut tx, &company, "hartwell", now).await.unwrap();
    let user = users::User {
        id: "grace".to_owned(),
        company_id: company.id,
        kind: "billing".to_owned(),
        given_name: "Grace".to_owned(),
        family_name: "Obi".to_owned(),
        email: "grace@hartwell.example".to_owned(),
        account: "active".to_owned(),
        locked_by: None,
        password_hash: Some(hash),
        security_epoch: 1,
        paused_until: None,
        reference_paused_until: None,
        stopped_until: None,
        frozen_until: None,
        last_sign_in_at: None,
    };
    let (given, family, email) = ("grace".to_owned(), "obi".to_owned(), user.email.clone());
    users::insert(&mut tx, &user, &users::Folded { given, family, email }, now).await.unwrap();
    let clock = desk.clock.read(&mut tx).await.unwrap();
    let state = recovery_rules::states::TwoStep::ToBeSetUpAgain;
    two_step::insert(&mut tx, &user.id, state, None, None, clock).await.unwrap();
    tx.commit().await.unwrap();
    let certificates =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/desk/src/smtp/test_certificate");
    let files = TlsFiles { certificate: folder.join("tls.pem"), key: folder.join("tls.key") };
    std::fs::copy(certificates.join("server.pem"), &files.certificate).unwrap();
    std::fs::copy(certificates.join("server.key.pem"), &files.key).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let server = Server::new(desk);
    let listener = Listener::new(listener, Some(files)).unwrap();
    tokio::spawn(async move { listener.serve(&server, std::future::pending()).await });
    (url, certificates.join("authority.pem"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_sign_in_at_a_desk_server_waits_for_its_code_and_is_not_ended_by_the_watch_for_events() {
    let folder = tempfile::tempdir().unwrap();
    let (url, authority) = desk_server(folder.path()).await;
    let desktop = Desktop::new(Keyring::in_memory());
    let chosen = json!({ "kind": "server", "url": url, "certificate": authority });
    desktop.connection.choose(serde_json::from_value(chosen).unwrap()).await.unwrap();
    let password = json!({ "email": "grace@hartwell.example", "password": PASSPHRASE });
    let half = desktop.ask("billing_sign_in", password).await.unwrap();
    assert_eq!(half["result"], "code_needed");
    // The watch looks every second. Between password and code there is nothing to hear, and nobody to sign out.
    tokio::time::sleep(std::time::Duration::from_millis(3_500)).await;
    let heard: Vec<_> = desktop.heard.lock().unwrap().iter().map(|event| event.kind.clone()).collect();
    assert!(heard.is_empty(), "{heard:?}");
    assert!(desktop.connection.seat().token().is_some() && desktop.connection.seat().operator_id().is_none());
    let wrong = desktop.ask("enter_billing_code", json!({ "code": "000000" })).await.unwrap();
    assert_eq!((wrong["result"].as_str(), wrong["tries_left"].as_i64()), (Some("not_right"), Some(4)));
}

#[tokio::test]
async fn a_live_database_cannot_be_reset_and_a_demo_one_cannot_be_opened_as_live() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.first_run().await;
    assert_eq!(desktop.connection.reset_demo().await.unwrap_err().wire().code, "demo_only");
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    let demo = desktop.folder.path().join("demo/auth.db");
    let refused = desktop.connection.choose(Choice::Sqlite { path: Some(demo) }).await;
    assert_eq!(refused.unwrap_err().wire().code, "demo_mixed");
}

#[tokio::test]
async fn no_name_of_another_door_is_reached_from_the_page() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    for listed in recovery_desk::operations::TABLE {
        if listed.doors.contains(&Door::Desk) {
            continue;
        }
        let refused = desktop.ask(listed.name, json!({})).await;
        assert_eq!(refused, Err("not_allowed".to_owned()), "{}", listed.name);
    }
}

#[tokio::test]
async fn a_lock_while_the_database_is_away_holds_here_at_once() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    desktop.ask("demo_sign_in", json!({"role": "agent"})).await.unwrap();
    desktop.connection.desk().await.unwrap().desk.database.close().await;
    assert_eq!(desktop.ask("lock_desk", json!({})).await, Err("fault".to_owned()));
    let seat = desktop.connection.seat();
    assert!(seat.operator_id().is_none(), "nobody is signed in here");
    assert!(seat.locked_alone().is_some(), "the session is ended once the database answers");
}

#[tokio::test]
async fn the_page_is_told_when_the_database_is_gone() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.first_run().await;
    desktop.connection.desk().await.unwrap().desk.database.close().await;
    assert_eq!(desktop.ask("greeting", json!({})).await, Err("fault".to_owned()));
    for _ in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        if desktop.heard.lock().unwrap().iter().any(|event| event.kind == "connection_lost") {
            return;
        }
    }
    panic!("nothing was heard");
}

#[tokio::test]
async fn a_lock_that_meets_a_busy_database_holds_here_and_is_told_until_the_database_knows() {
    let desktop = Desktop::new(Keyring::in_memory());
    desktop.connection.choose(Choice::Demo {}).await.unwrap();
    desktop.ask("demo_sign_in", json!({"role": "agent"})).await.unwrap();
    let seat = desktop.connection.seat();
    let session = seat.caller();
    let desk = desktop.connection.desk().await.unwrap().desk.clone();
    // Somebody else writes, for longer than anybody waits.
    let other = desk.database.begin().await.unwrap();
    assert_eq!(desktop.ask("lock_desk", json!({})).await, Err("busy".to_owned()));
    assert!(seat.operator_id().is_none() && seat.token().is_none(), "nobody sits here any more");
    assert!(seat.locked_alone().is_some());
    // Longer than the watch's next try, which finds it busy too.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(seat.locked_alone().is_some(), "a busy database has not heard of it");
    other.rollback().await.unwrap();
    let known = async {
        while seat.locked_alone().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), known).await.unwrap();
    let asked =
        desk.perform(&session, Door::Desk, None, recovery_desk::operations::who_is_in::WhoIsIn {}).await;
    assert_eq!(asked.unwrap_err().code(), "signed_out");
}
