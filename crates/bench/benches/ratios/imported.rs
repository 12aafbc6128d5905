//! Importing a file of users, against a bare bulk insert of the same rows; and how much memory it takes.

use std::io::Write;

use recovery_bench::{Goal, Ratio, Table, forget_peak, peak_bytes, resident_bytes};
use recovery_desk::caller::Caller;
use recovery_desk::hashing::HashingCost;
use recovery_desk::import::{Watch, look_through};
use recovery_desk::operations::import_users::ImportUsers;
use recovery_rules::roles::Door;

use crate::desks::{ENGINES, Engine, Wanted, open};
use crate::people::{company_name, person, write};
use crate::side_by_side::seconds;

/// The most an import may hold, in bytes (issue: 200 MB).
const MEMORY: f64 = 200e6;
/// Lines below which the rounds are three; a large file is imported once.
const SMALL: usize = 200_000;

/// Measures it on both databases.
pub async fn measure(table: &mut Table, lines: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.csv");
    make_file(&path, lines);
    for engine in ENGINES {
        let (mut rates, mut peaks) = (Vec::new(), Vec::new());
        for _ in 0..if lines <= SMALL { 3 } else { 1 } {
            let bare = bare_insert(engine, lines).await;
            let counted = forget_peak();
            let import = import(engine, &path, lines).await;
            rates.push(bare / import);
            if let Some(peak) = peak_bytes("self").filter(|_| counted) {
                peaks.push(peak / MEMORY);
            }
        }
        table.add(Ratio {
            what: format!("Lines imported a second, of {lines}, {}", engine.name()),
            against: "a bare bulk insert of the same rows".to_owned(),
            rounds: rates,
            goal: Goal::AtLeast(0.5),
        });
        if resident_bytes("self").is_some() {
            table.add(Ratio {
                what: format!("Memory of the whole process during that, {}", engine.name()),
                against: "200 MB".to_owned(),
                rounds: peaks,
                goal: Goal::AtMost(1.0),
            });
        }
    }
}

async fn bare_insert(engine: Engine, lines: usize) -> f64 {
    let bench = open(Wanted { engine, hashing: HashingCost::cheap() }).await;
    seconds(write(&bench.desk, lines)).await
}

async fn import(engine: Engine, path: &std::path::Path, lines: usize) -> f64 {
    let bench = open(Wanted { engine, hashing: HashingCost::cheap() }).await;
    seconds(async {
        let (of, chance, watch) = (path.to_owned(), bench.desk.chance.clone(), Watch::default());
        let looking = tokio::task::spawn_blocking(move || look_through(&of, Some("GB"), &chance, &watch));
        let looked = looking.await.unwrap().unwrap();
        assert!(looked.bad.none(), "{:?}", looked.bad.listed.first());
        let request = ImportUsers {
            path: path.to_owned(),
            region: Some("GB".to_owned()),
            digest: looked.digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            watch: Watch::default(),
        };
        let caller = Caller::System("import");
        let imported = bench.desk.perform(&caller, Door::System, None, request).await.unwrap();
        assert_eq!(imported.created, lines as u64);
    })
    .await
}

fn make_file(path: &std::path::Path, lines: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "company,role,given_name,family_name,email,phone").unwrap();
    for n in 0..lines {
        let one = person(n, lines);
        let company = company_name(one.company);
        writeln!(file, "{company},standard,{},{},{},{}", one.given, one.family, one.email, one.phone)
            .unwrap();
    }
    file.flush().unwrap();
}
