//! What every story stands on: a database of either engine, a desk on it, people, letters that arrived.

pub mod agent;
pub mod api;
pub mod at_once;
pub mod biller;
pub mod contacts;
pub mod databases;
pub mod fixtures;
pub mod letters;
pub mod log;
pub mod mail_faults;
pub mod pages;
pub mod person;
pub mod posted;
pub mod reset;
pub mod scan;
/// The very server of the unit tests of SMTP.
#[path = "../../../crates/desk/src/smtp/test_server.rs"]
pub mod scripted_mail_server;
pub mod sms_gateway;
pub mod statements;
pub mod worker_process;
pub mod world;

pub use agent::Agent;
// The scripted mail server finds it beside itself.
pub use databases::Engine;
pub use fixtures::{ANSWERS, PASSWORD};
use recovery_desk::smtp::SmtpTls;
pub use world::World;

/// Each story becomes two tests, `name::sqlite` and `name::postgres`. A macro, because a test can't be made by a
/// function.
macro_rules! on_both_databases {
    ($($(#[doc = $doc:literal])* async fn $name:ident($engine:ident: Engine) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[doc = $doc])*
            async fn story($engine: Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                story(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                story(Engine::Postgres).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// The code of the refusal this must be.
pub fn refused<T>(result: Result<T, recovery_desk::failure::Failure>) -> &'static str {
    match result {
        Ok(_) => panic!("was not refused"),
        Err(failure) => {
            assert_ne!(failure.code(), "fault", "broke instead of refusing: {failure:?}");
            failure.code()
        }
    }
}
