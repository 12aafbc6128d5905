//! Whether a server lives (`/health`: the process answers) and whether it can work (`/ready`: database, schema, keys).
//! Neither says more than that to a stranger; what is wrong stands in the log.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use recovery_desk::database::latest_version;
use recovery_desk::desk::Desk;
use recovery_desk::news;

/// A balancer wants to know soon.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn alive() -> &'static str {
    "alive\n"
}

pub async fn ready(State(desk): State<Desk>) -> (StatusCode, &'static str) {
    let (status, said, reason) = match tokio::time::timeout(PATIENCE, find_out(&desk)).await {
        Ok(Ok(())) => return (StatusCode::OK, "ready\n"),
        Ok(Err((said, reason))) => (StatusCode::SERVICE_UNAVAILABLE, said, reason),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: database\n", "no answer in time".to_owned()),
    };
    tracing::warn!(reason, "not ready");
    (status, said)
}

async fn find_out(desk: &Desk) -> Result<(), (&'static str, String)> {
    match desk.database.schema_version().await {
        Ok(Some(version)) if version == latest_version() => {}
        Ok(other) => return Err(("not ready: schema\n", format!("the schema is {other:?}"))),
        Err(error) => return Err(("not ready: database\n", error.to_string())),
    }
    // Every operation looks whether the keys still are the database's.
    match news::since(desk, None).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.code() == "keys_replaced" => Err(("not ready: keys\n", failure.to_string())),
        Err(failure) => Err(("not ready: database\n", failure.code().to_owned())),
    }
}
