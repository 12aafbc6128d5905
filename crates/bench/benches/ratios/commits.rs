//! An operation with its audit entry and its letter, by eight clients at once, against bare inserts of the same rows by
//! as many: commits a second.

use std::sync::Arc;
use std::time::Instant;

use recovery_bench::{Goal, Ratio, Table};
use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::id::new_id;
use recovery_desk::operations::put_off_set_up::PutOffSetUp;
use recovery_desk::secret::SecretText;
use recovery_rules::roles::Door;
use tokio::sync::Mutex;

use crate::desks::{ENGINES, Wanted, open};
use crate::people::write;
use crate::people_sessions::session_of_user;
use crate::side_by_side::ratios;

const ROUNDS: usize = 7;
const CLIENTS: usize = 8;
/// Operations of a client in a round.
const EACH: usize = 25;

/// Measures it on both databases.
pub async fn measure(table: &mut Table) {
    for engine in ENGINES {
        let bench = open(Wanted { engine, hashing: HashingCost::cheap() }).await;
        let people = (ROUNDS + 1) * CLIENTS * EACH;
        write(&bench.desk, people).await;
        let callers = Arc::new(Mutex::new(callers(&bench.desk).await));
        let rows = Arc::new(Rows::like_those_of(&bench.desk, &callers).await);
        let rounds = ratios(
            ROUNDS,
            async || {
                at_once(|| {
                    let (desk, callers) = (bench.desk.clone(), callers.clone());
                    async move {
                        let caller = callers.lock().await.pop().unwrap();
                        desk.perform(&caller, Door::Pages, None, PutOffSetUp {}).await.unwrap();
                    }
                })
                .await
            },
            async || {
                at_once(|| {
                    let (desk, rows) = (bench.desk.clone(), rows.clone());
                    async move { rows.insert(&desk).await }
                })
                .await
            },
        )
        .await;
        table.add(Ratio {
            what: format!("Operations a second with audit entry and letter, 8 clients, {}", engine.name()),
            against: "bare inserts of the same rows, 8 clients".to_owned(),
            rounds,
            goal: Goal::AtLeast(0.7),
        });
    }
}

/// How often a second it is done by all clients together.
async fn at_once<F>(work: impl Fn() -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let work: Vec<F> = (0..EACH).map(|_| work()).collect();
        clients.spawn(async move {
            for once in work {
                once.await;
            }
        });
    }
    clients.join_all().await;
    (CLIENTS * EACH) as f64 / began.elapsed().as_secs_f64()
}

/// Everybody, signed in, with 2-step to be set up again.
async fn callers(desk: &Desk) -> Vec<Caller> {
    let mut tx = desk.database.begin().await.unwrap();
    sql("UPDATE two_step SET state = 'to_be_set_up_again', phone = NULL, phone_last4 = NULL")
        .run(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = desk.database.begin_read().await.unwrap();
    let ids: Vec<(String,)> = sql("SELECT id FROM users ORDER BY id").all(&mut tx).await.unwrap();
    drop(tx);
    let mut callers = Vec::new();
    for (id,) in ids {
        callers.push(Caller::Session(SecretText::new(session_of_user(desk, &id).await)));
    }
    callers
}

/// What one operation leaves behind, to be inserted bare.
struct Rows {
    detail: Option<String>,
    facts: String,
    address: String,
}

impl Rows {
    async fn like_those_of(desk: &Desk, callers: &Mutex<Vec<Caller>>) -> Self {
        let caller = callers.lock().await.pop().unwrap();
        desk.perform(&caller, Door::Pages, None, PutOffSetUp {}).await.unwrap();
        callers.lock().await.push(caller);
        let mut tx = desk.database.begin_read().await.unwrap();
        let (detail,) =
            sql("SELECT detail FROM audit ORDER BY at DESC, id DESC LIMIT 1").one(&mut tx).await.unwrap();
        let (facts, address) = sql("SELECT facts, address FROM outbox ORDER BY queued_at DESC LIMIT 1")
            .one(&mut tx)
            .await
            .unwrap();
        Self { detail, facts, address }
    }

    async fn insert(&self, desk: &Desk) {
        let now = desk.clock.machine();
        let (entry, letter) = (new_id(now, &desk.chance), new_id(now, &desk.chance));
        let mut tx = desk.database.begin().await.unwrap();
        sql("INSERT INTO audit (id, at, operation, result, actor_kind, actor_id, detail, detail_hash, previous_hash, hash)
             VALUES ($1, $2, 'put_off_set_up', 'done', 'user', $1, $3, $4, $4, $4)")
        .bind(entry)
        .bind(now)
        .bind(self.detail.clone())
        .bind([7_u8; 32])
        .run(&mut tx)
        .await
        .unwrap();
        sql("INSERT INTO outbox (id, kind, letter, facts, address, state, next_at, message_id, queued_at)
             VALUES ($1, 'mail', 'notice', $2, $3, 'waiting', $4, $1, $4)")
        .bind(letter)
        .bind(&self.facts)
        .bind(&self.address)
        .bind(now)
        .run(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}
