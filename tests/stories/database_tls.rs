//! D13.4: PostgreSQL over verified TLS. The certificates are the published ones of the mail server's stories, made
//! for `localhost`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use recovery_desk::database::{Address, ConnectError, Database};

use crate::harness::databases::cluster;
use recovery_tests::cluster::Cluster;

fn with_tls() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let read = |name: &str| std::fs::read(certificates().join(name)).unwrap();
        let files = [("server.crt", read("server.pem")), ("server.key", read("server.key.pem"))];
        let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        Cluster::start("ssl = on\nssl_cert_file = '../server.crt'\nssl_key_file = '../server.key'", &files)
    })
}

fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/desk/src/smtp/test_certificate")
}

fn ours() -> PathBuf {
    certificates().join("authority.pem")
}

async fn connect(url: String, certificate: PathBuf) -> Result<Database, ConnectError> {
    Database::connect(&Address::Postgres { url: url.into(), certificate: Some(certificate) }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_the_right_name_under_the_right_authority_is_connected_to_over_tls() {
    let database = connect(with_tls().url_by_name("localhost", "postgres"), ours()).await.unwrap();
    let Database::Postgres(pool) = &database else { panic!("not PostgreSQL") };
    let mine = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(sqlx::query_scalar::<_, bool>(mine).fetch_one(pool).await.unwrap());
    database.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_another_authority_is_refused() {
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("support/other_authority.pem");
    let refused = connect(with_tls().url_by_name("localhost", "postgres"), other).await.unwrap_err();
    assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_a_certificate_for_another_name_is_refused() {
    // The server listens there too; the certificate is for localhost and 127.0.0.1.
    let refused = connect(with_tls().url_by_name("127.0.0.2", "postgres"), ours()).await.unwrap_err();
    assert!(refused.to_string().contains("not valid for name"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_a_server_without_tls_is_refused_before_the_password_is_sent() {
    // A certificate asks for verification, on loopback too, as every other machine does without one.
    let refused = connect(cluster().url_by_name("localhost", "postgres"), ours()).await.unwrap_err();
    assert!(refused.to_string().contains("server does not support TLS"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_4_nobody_talks_the_desk_down_to_a_plain_or_unverified_connection() {
    for mode in ["disable", "allow"] {
        let url = format!("{}?sslmode={mode}", with_tls().url_by_name("localhost", "postgres"));
        assert!(matches!(connect(url, ours()).await, Err(ConnectError::NotVerified)), "{mode}");
    }
    let other = || Path::new(env!("CARGO_MANIFEST_DIR")).join("support/other_authority.pem");
    for mode in ["prefer", "require", "verify-ca"] {
        let url = format!("{}?sslmode={mode}", with_tls().url_by_name("localhost", "postgres"));
        assert!(connect(url, other()).await.is_err(), "{mode} switched verification off");
    }
}
