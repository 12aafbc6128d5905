//! The check of the audit log against SHA-256 over the same bytes, which lie in memory.

use recovery_bench::{Goal, Ratio, Table};
use recovery_desk::audit::{chain, check};
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::id::new_id;
use recovery_desk::store::audit::{self, AuditRow, Head};

use crate::desks::{ENGINES, Engine, Wanted, open};
use crate::side_by_side::{ratios, seconds};

const ROUNDS: usize = 5;
const ENTRIES: usize = 100_000;

/// Measures it on both databases.
pub async fn measure(table: &mut Table) {
    for engine in ENGINES {
        let bench = open(Wanted { engine, hashing: HashingCost::cheap() }).await;
        let rows = entries(&bench.desk).await;
        let rounds = ratios(
            ROUNDS,
            async || {
                seconds(async {
                    let checked = check::check(&bench.desk, &[], |_, _| {}).await.unwrap();
                    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
                    assert_eq!(checked.entries, ENTRIES as i64);
                })
                .await
            },
            async || seconds(async { hash_all(&rows) }).await,
        )
        .await;
        table.add(Ratio {
            what: format!("Audit check of {ENTRIES} entries, {}", engine.name()),
            against: "SHA-256 over the same bytes in memory".to_owned(),
            rounds,
            goal: Goal::AtMost(if engine == Engine::Postgres { 3.0 } else { 10.0 }),
        });
    }
}

fn hash_all(rows: &[AuditRow]) -> u8 {
    rows.iter().fold(0, |sum, row| {
        let detail = row.detail.as_deref().map_or([0; 32], chain::detail_hash);
        let previous = row.previous_hash.as_deref().unwrap_or_default();
        let entry = chain::entry_hash(row, row.seq.unwrap_or_default(), previous);
        sum ^ detail[0] ^ entry[0]
    })
}

/// Writes entries as long as those of a look-up, chained.
async fn entries(desk: &Desk) -> Vec<AuditRow> {
    let now = desk.clock.machine();
    let mut tx = desk.database.begin().await.unwrap();
    let mut head: Option<Head> = audit::head(&mut tx).await.unwrap();
    assert!(head.is_none(), "a fresh log is empty");
    let mut rows = Vec::with_capacity(ENTRIES);
    for n in 0..ENTRIES {
        let detail =
            format!("{{\"query\":\"mart {n}\",\"shown\":[\"{}\"]}}", "01JQ2Z8N4M0000000000000000".repeat(4));
        let mut row = AuditRow {
            id: new_id(now, &desk.chance),
            seq: None,
            at: now.0,
            operation: "look_up".to_owned(),
            result: "done".to_owned(),
            code: None,
            actor_kind: "operator".to_owned(),
            actor_id: Some("01JQ2Z8N4M0000000000000001".to_owned()),
            user_id: None,
            call_id: None,
            detail_hash: chain::detail_hash(&detail).to_vec(),
            detail: Some(detail),
            previous_hash: None,
            hash: None,
        };
        chain::link(&mut row, head.as_ref());
        head = row.hash.clone().zip(row.seq).map(|(hash, seq)| Head { seq, hash });
        audit::insert(&mut tx, row.clone()).await.unwrap();
        rows.push(row);
    }
    tx.commit().await.unwrap();
    rows
}
