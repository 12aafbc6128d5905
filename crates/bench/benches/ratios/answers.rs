//! Four answers, as a check of a call hashes them, against one bare hash of the same parameters on one thread; and how
//! much memory that takes.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use recovery_bench::{Goal, Ratio, Table, forget_peak, peak_bytes, resident_bytes};
use recovery_desk::chance::Chance;
use recovery_desk::hashing::{Hasher, HashingCost, Whose};
use recovery_desk::keys::DataKeys;
use recovery_rules::answers::{AnswerRule, CanonicalAnswer};

use crate::side_by_side::{ratios, seconds};

const ROUNDS: usize = 15;
const ANSWERS: [&str; 4] = ["Quibblecar", "Nether Wallop", "Saint Ethelburga", "Whiskerbottom"];

/// Measures it.
pub async fn measure(table: &mut Table) {
    let cost = HashingCost::standard();
    let chance = Chance::operating_system();
    let hasher = Hasher::new(DataKeys::fresh(&chance), cost, chance);
    let mut stored = Vec::new();
    for answer in ANSWERS {
        stored.push(hasher.hash_answer(&canonical(answer)).await.unwrap());
    }
    let bare = Bare::new(cost.answer.memory_kib, cost.answer.passes, cost.answer.lanes);
    let rounds = ratios(
        ROUNDS,
        async || {
            let places = hasher.line_up(4, Whose::SignedIn).unwrap();
            let said = ANSWERS.map(canonical).into_iter().zip(stored.clone()).collect();
            seconds(async {
                let verdicts = places.verify_answers(said).await.unwrap();
                assert_eq!(verdicts, [true; 4]);
            })
            .await
        },
        async || bare.seconds(),
    )
    .await;
    table.add(Ratio {
        what: "Four answers of a call checked".to_owned(),
        against: "one bare Argon2id hash of the same cost, one thread".to_owned(),
        rounds,
        goal: Goal::AtMost(2.3),
    });
    memory(table, &cost).await;
}

/// Memory that two hundred checks at once take beyond what the process holds, against a block of memory a core.
async fn memory(table: &mut Table, cost: &HashingCost) {
    let chance = Chance::operating_system();
    let hasher = Hasher::new(DataKeys::fresh(&chance), *cost, chance);
    let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
    let (Some(before), true) = (resident_bytes("self"), forget_peak()) else { return };
    let mut rounds = Vec::new();
    for _ in 0..5 {
        let places = hasher.line_up(16, Whose::SignedIn).unwrap();
        let jobs = (0..16).map(|_| {
            let places = places.clone();
            tokio::spawn(async move { places.hash_answer(&canonical(ANSWERS[0])).await.unwrap() })
        });
        for job in jobs.collect::<Vec<_>>() {
            job.await.unwrap();
        }
        let peak = peak_bytes("self").unwrap_or(before);
        rounds.push((peak - before) / (cores * f64::from(cost.answer.memory_kib) * 1024.0));
    }
    table.add(Ratio {
        what: "Memory that sixteen checked answers at once add".to_owned(),
        against: "the 64 MiB of one hash, once a core".to_owned(),
        rounds,
        goal: Goal::AtMost(1.2),
    });
}

fn canonical(answer: &str) -> CanonicalAnswer {
    CanonicalAnswer::new(AnswerRule::CURRENT, answer)
}

/// A hash by the library alone, in memory that is there already, on one thread.
pub struct Bare {
    params: Params,
    pool: rayon::ThreadPool,
    memory: std::sync::Mutex<Vec<Block>>,
}

impl Bare {
    /// Of this cost.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Self {
        let params = Params::new(memory_kib, passes, lanes, Some(32)).unwrap();
        let memory = std::sync::Mutex::new(vec![Block::new(); params.block_count()]);
        // What RAYON_NUM_THREADS=1 would do, for this hash alone.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        Self { params, pool, memory }
    }

    /// Seconds of one.
    pub fn seconds(&self) -> f64 {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let mut lock = self.memory.lock().unwrap();
        let memory: &mut [Block] = &mut lock;
        let began = std::time::Instant::now();
        let mut output = [0_u8; 32];
        self.pool.install(|| {
            argon2
                .hash_password_into_with_memory(b"Whiskerbottom", b"sixteen bytes of", &mut output, memory)
                .unwrap();
        });
        std::hint::black_box(output);
        began.elapsed().as_secs_f64()
    }
}
