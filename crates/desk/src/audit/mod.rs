//! The audit log: one entry for each transaction of an operation, in that transaction. On SQLite the entry is
//! chained at once (there is one writer); on PostgreSQL the sealer chains it within a second, because a
//! locked chain head cost 70-80 % of the throughput at 8 clients.

pub mod chain;
pub mod check;
pub mod export;
pub mod heads;
pub mod sealer;

use serde_json::Value;

use crate::failure::Stop;
use crate::id::new_id;
use crate::store::audit as store;
use crate::work::Work;

/// What `perform` says of a transaction; the rest is in the `Work`.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The operation.
    pub operation: &'static str,
    /// `done`, `reserved` or `refused`.
    pub result: &'static str,
    /// The code of a refusal.
    pub code: Option<&'static str>,
}

/// Adds the entry of this transaction.
pub async fn append(work: &mut Work<'_>, entry: Entry) -> Result<(), Stop> {
    let mut detail = std::mem::take(&mut work.about.detail);
    // The salt keeps an erased detail from being guessed out of its hash.
    let salt = work.desk.chance.bytes::<16>();
    detail.insert("salt".to_owned(), Value::String(hex(&salt)));
    let detail = Value::Object(detail).to_string();
    let mut row = store::AuditRow {
        id: new_id(work.now, &work.desk.chance),
        seq: None,
        at: work.now.0,
        operation: entry.operation.to_owned(),
        result: entry.result.to_owned(),
        code: entry.code.map(str::to_owned),
        actor_kind: work.actor.kind().to_owned(),
        actor_id: work.actor.id().map(str::to_owned),
        user_id: work.about.user_id.clone(),
        call_id: work.about.call_id.clone(),
        detail_hash: chain::detail_hash(&detail).to_vec(),
        detail: Some(detail),
        previous_hash: None,
        hash: None,
    };
    if !work.tx.is_postgres() {
        let head = store::head(&mut work.tx).await?;
        chain::link(&mut row, head.as_ref());
    }
    store::insert(&mut work.tx, row).await?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
