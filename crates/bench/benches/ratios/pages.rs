//! A page of a signed-in user over HTTP, against a bare axum page that reads one row. Only told: a page looks at the
//! session, the user and 2-step, and a bare one at nothing.

use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use recovery_bench::{Goal, Ratio, Table, percentile};
use recovery_desk::database::{Database, sql};
use recovery_desk::hashing::HashingCost;
use tokio::net::TcpListener;

use crate::desks::{ENGINES, Wanted, open_at};
use crate::people::write;
use crate::people_sessions::session_of_user;

const ROUNDS: usize = 9;
const REQUESTS: usize = 200;

/// Measures it on both databases.
pub async fn measure(table: &mut Table) {
    for engine in ENGINES {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let bench = open_at(Wanted { engine, hashing: HashingCost::cheap() }, &address).await;
        let ids = write(&bench.desk, 1_000).await;
        let token = session_of_user(&bench.desk, &ids[0]).await;
        tokio::spawn(axum::serve(listener, recovery_web::router(bench.desk.clone())).into_future());
        let bare = serve_bare(bench.desk.database.clone(), ids[0].clone()).await;
        let client = reqwest::Client::new();
        let page = |url: String, cookie: String| {
            let client = client.clone();
            async move {
                let mut times = Vec::new();
                for _ in 0..REQUESTS {
                    let began = Instant::now();
                    let answer = client.get(&url).header("cookie", &cookie).send().await.unwrap();
                    assert!(answer.status().is_success(), "{}", answer.status());
                    answer.bytes().await.unwrap();
                    times.push(began.elapsed().as_secs_f64());
                }
                percentile(&times, 50.0)
            }
        };
        let rounds = crate::side_by_side::ratios(
            ROUNDS,
            async || page(format!("{address}account"), format!("session={token}")).await,
            async || page(bare.clone(), String::new()).await,
        )
        .await;
        table.add(Ratio {
            what: format!("The page of an account, p50, {}", engine.name()),
            against: "a bare axum page that reads one row, p50".to_owned(),
            rounds,
            goal: Goal::Told,
        });
    }
}

async fn serve_bare(database: Database, id: String) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let router = Router::new().route("/", get(bare_page)).with_state((database, id));
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

async fn bare_page(State((database, id)): State<(Database, String)>) -> String {
    let mut tx = database.begin_read().await.unwrap();
    let row: (String,) = sql("SELECT email FROM users WHERE id = $1").bind(id).one(&mut tx).await.unwrap();
    row.0
}
