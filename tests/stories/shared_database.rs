//! The auth database shared with others: the server's role on PostgreSQL (D0.7), what other applications may read, and
//! the answer to a reverse proxy.

use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database, sql};
use recovery_desk::desk::Desk;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, StatusCode, redirect};
use secrecy::ExposeSecret;

use crate::harness::databases::cluster;
use crate::harness::fixtures::NewUser;
use crate::harness::posted::PRIYA;
use crate::harness::scan::database_name;
use crate::harness::world::{PUBLIC_URL, open};
use crate::harness::{Engine, PASSWORD, World, on_both_databases};
use recovery_tests::cluster::DATABASE_PASSWORD;

const ROLES: &str = include_str!("../../deploy/postgresql-roles.sql");

/// The database by a login of that role.
fn as_role(world: &World, role: &str) -> Address {
    let name = database_name(world);
    cluster().run(&name, ROLES);
    let login = format!("{role}_of_{name}");
    cluster().run(&name, &format!("CREATE ROLE {login} LOGIN PASSWORD '{DATABASE_PASSWORD}' IN ROLE {role}"));
    let Address::Postgres { url, .. } = &world.address else { panic!("on PostgreSQL") };
    let url = url.expose_secret().replace("//postgres:", &format!("//{login}:"));
    Address::Postgres { url: url.into(), certificate: None }
}

/// What PostgreSQL says to a statement.
async fn told(database: &Database, statement: &'static str) -> Result<u64, String> {
    let mut tx = database.begin().await.unwrap();
    let done = sql(statement).run(&mut tx).await.map_err(|error| error.to_string())?;
    tx.commit().await.unwrap();
    Ok(done)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d0_7_the_servers_role_does_the_main_job_and_can_change_no_audit_entry_and_own_no_table() {
    let world = World::with_mail(Engine::Postgres).await;
    let priya = world.priya().await;
    let dana = world.agent("Dana Whitlock").await;
    let address = as_role(&world, "recovery_desk_server");
    let clock = world.desk.clock.clone();
    let smtp = Some(world.mail.as_ref().unwrap().settings());
    let folder = world.folder.path();
    let desk: Desk =
        open(&address, &world.keys, smtp, None, &PUBLIC_URL.parse().unwrap(), clock, folder).await;
    // Two times, so that it doesn't matter that the roles were made before.
    cluster().run(&database_name(&world), ROLES);
    let served = World { desk, address, ..world };
    let at = dana.at(&served.desk);
    let call = at.verified_call(&priya).await;
    at.send(&call.call_id).await.unwrap();
    served.post().await;
    assert!(served.mail.as_ref().unwrap().newest(PRIYA, "Unlock").text.contains("/unlock/"));
    at.end(&call.call_id).await.unwrap();
    served.later(Span::minutes(2));
    assert!(served.audit().await.len() > 4, "sealed by that role");
    let database = &served.desk.database;
    for statement in [
        "UPDATE audit SET operation = 'look_up'",
        "UPDATE audit SET detail = NULL",
        "UPDATE audit SET at = at + 1",
        "UPDATE audit SET hash = NULL WHERE seq = 1",
        "UPDATE audit SET seq = seq + 1000",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "ALTER TABLE audit DISABLE TRIGGER audit_chained_once",
        "DROP TRIGGER audit_chained_once ON audit",
        "ALTER TABLE users ADD COLUMN note TEXT",
        "DROP TABLE counters",
        "CREATE TABLE mine (id TEXT)",
        "UPDATE _sqlx_migrations SET version = 7",
        "CREATE ROLE another",
        "GRANT recovery_desk_server TO postgres",
    ] {
        let refused = told(database, statement).await.unwrap_err();
        let wanted =
            ["permission denied", "must be owner", "must have admin option", "has its place already"];
        assert!(wanted.iter().any(|words| refused.contains(words)), "{statement}: {refused}");
    }
    let owned = "SELECT COUNT(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)";
    let mut tx = database.begin_read().await.unwrap();
    assert_eq!(sql(owned).number(&mut tx).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_whose_login_may_not_migrate_says_who_has_to() {
    let world = World::live(Engine::Postgres).await;
    let address = as_role(&world, "recovery_desk_server");
    let database = Database::connect(&address).await.unwrap();
    database.migrate().await.expect("up to date: nothing is to be done");
    cluster().run(&database_name(&world), "DELETE FROM _sqlx_migrations; INSERT INTO _sqlx_migrations SELECT 0, 'former', now(), true, ''::bytea, 0");
    let refused = database.migrate().await.unwrap_err().to_string();
    assert!(refused.contains("recovery-desk-server migrate"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_application_reads_the_views_of_the_contract_and_nothing_else() {
    let world = World::live(Engine::Postgres).await;
    world.priya().await;
    let database = Database::connect(&as_role(&world, "recovery_desk_reader")).await.unwrap();
    let mut tx = database.begin_read().await.unwrap();
    assert_eq!(sql("SELECT COUNT(*) FROM shared_users_v1").number(&mut tx).await.unwrap(), 1);
    assert_eq!(
        sql("SELECT COUNT(*) FROM shared_two_step_v1 WHERE state = 'on'").number(&mut tx).await.unwrap(),
        1
    );
    assert_eq!(sql("SELECT COUNT(*) FROM shared_sessions_v1").number(&mut tx).await.unwrap(), 0);
    drop(tx);
    for statement in [
        "SELECT password_hash FROM users",
        "SELECT answer_hash FROM security_answers",
        "SELECT token_hash FROM sessions",
        "SELECT detail FROM audit",
        "UPDATE shared_users_v1 SET email = 'x'",
        "DELETE FROM shared_sessions_v1",
    ] {
        let refused = told(&database, statement).await.unwrap_err();
        assert!(
            refused.contains("permission denied") || refused.contains("cannot"),
            "{statement}: {refused}"
        );
    }
}

on_both_databases! {
    async fn a_reverse_proxy_learns_who_is_signed_in_and_nobody_else_gets_a_name(engine: Engine) {
        let keys = recovery_desk::keys::DataKeys::fresh(&recovery_desk::chance::Chance::operating_system());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        let world = World::with(engine, keys, None, Clock::Database).await;
        let url = site.parse().unwrap();
        let desk = open(&world.address, &world.keys, None, None, &url, Clock::Database, world.folder.path()).await;
        let router = recovery_web::router(desk);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let given = "Zo\u{eb}\r\nRecovery-User-Id: admin";
        let user = world.user(NewUser { given, two_step: TwoStep::Never, ..NewUser::default() }).await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let browser = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let asked = format!("{site}/auth/whoami");
        let nobody = browser.get(&asked).header("recovery-user-id", &user).send().await.unwrap();
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
        assert!(nobody.headers().get("recovery-user-id").is_none());
        let form = [("email", PRIYA), ("password", PASSWORD)];
        let signed_in = browser.post(format!("{site}/sign-in")).header("origin", &site).form(&form).send().await.unwrap();
        let cookies: Vec<_> = signed_in.headers().get_all(SET_COOKIE).iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect();
        let known = browser.get(&asked).header(COOKIE, cookies.join("; ")).send().await.unwrap();
        assert_eq!(known.status(), StatusCode::NO_CONTENT, "{cookies:?}");
        let said = |name: &str| known.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(said("recovery-user-id"), user);
        assert_eq!(said("recovery-user-name"), "Zo%C3%AB%0D%0ARecovery-User-Id%3A+admin+Raman");
        assert_eq!(known.headers().get_all("recovery-user-id").iter().count(), 1);
        // The session ends: so does the name.
        world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &user).await;
        let ended = browser.get(&asked).header(COOKIE, cookies.join("; ")).send().await.unwrap();
        assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
    }
}
