//! Hashing seen from outside: round trips, peppers, bounds, and the line that is never too long.

use std::time::Duration;

use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::passwords::Password;

use super::{Hasher, HashingCost, HashingError, Whose, cost::Cost};
use crate::chance::Chance;
use crate::keys::{DataKeys, KeyKind};

fn keys() -> DataKeys {
    DataKeys::fresh(&Chance::seeded(1))
}

fn hasher(keys: &DataKeys, cost: HashingCost) -> Hasher {
    Hasher::new(keys.clone(), cost, Chance::seeded(2))
}

fn cheap() -> Hasher {
    hasher(&keys(), HashingCost::cheap())
}

/// What an operation does: line up, then hash.
impl Hasher {
    async fn verify_password(&self, password: &Password, stored: &str) -> Result<bool, HashingError> {
        self.line_up(1, Whose::SignedIn)?.verify_password(password, stored).await
    }

    async fn verify_against_nothing(&self, password: &Password) -> Result<(), HashingError> {
        self.line_up(1, Whose::SignedIn)?.verify_against_nothing(password).await
    }

    async fn verify_answers(&self, pairs: Vec<(CanonicalAnswer, String)>) -> Result<Vec<bool>, HashingError> {
        self.line_up(pairs.len(), Whose::SignedIn)?.verify_answers(pairs).await
    }
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn answer(text: &str) -> CanonicalAnswer {
    CanonicalAnswer::new(AnswerRule::CURRENT, text)
}

#[tokio::test]
async fn a_password_verifies_against_its_own_hash_only() {
    let hasher = cheap();
    let stored = hasher.hash_password(&password("correct horse battery")).await.unwrap();
    assert_eq!(hasher.verify_password(&password("correct horse battery"), &stored).await, Ok(true));
    assert_eq!(hasher.verify_password(&password("correct horse batterx"), &stored).await, Ok(false));
    assert_ne!(stored, hasher.hash_password(&password("correct horse battery")).await.unwrap(), "salted");
}

#[tokio::test]
async fn no_byte_of_a_long_password_is_cut_off() {
    let hasher = cheap();
    let long = "x".repeat(127);
    let stored = hasher.hash_password(&password(&format!("{long}a"))).await.unwrap();
    assert_eq!(hasher.verify_password(&password(&format!("{long}a")), &stored).await, Ok(true));
    assert_eq!(hasher.verify_password(&password(&format!("{long}b")), &stored).await, Ok(false));
}

#[tokio::test]
async fn answers_are_judged_each_and_in_order() {
    let hasher = cheap();
    let mut pairs = Vec::new();
    for (given, right) in [("Pippin", "pippin"), ("Leeds", "York"), ("", "Corsa"), ("Mary", "mary")] {
        pairs.push((answer(given), hasher.hash_answer(&answer(right)).await.unwrap()));
    }
    assert_eq!(hasher.verify_answers(pairs).await, Ok(vec![true, false, false, true]));
    assert_eq!(hasher.verify_answers(Vec::new()).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_hash_of_an_answer_never_passes_as_that_of_a_password() {
    let hasher = cheap();
    let stored = hasher.hash_answer(&answer("pippin")).await.unwrap();
    assert_eq!(hasher.verify_password(&password("pippin"), &stored).await, Ok(false));
}

#[tokio::test]
async fn a_stolen_hash_is_worth_nothing_without_the_pepper() {
    let stored = cheap().hash_password(&password("correct horse battery")).await.unwrap();
    let thief = hasher(&DataKeys::fresh(&Chance::seeded(99)), HashingCost::cheap());
    let judged = thief.verify_password(&password("correct horse battery"), &stored).await;
    assert_eq!(judged, Err(HashingError::UnknownPepper));
}

#[tokio::test]
async fn hashes_survive_a_new_pepper_and_are_then_no_longer_current() {
    let old_keys = keys();
    let old = hasher(&old_keys, HashingCost::cheap());
    let stored = old.hash_password(&password("correct horse battery")).await.unwrap();
    assert_eq!(old.password_is_current(&stored), Ok(true));
    let new = hasher(&old_keys.replaced(KeyKind::Pepper, &Chance::seeded(3)), HashingCost::cheap());
    assert_eq!(new.verify_password(&password("correct horse battery"), &stored).await, Ok(true));
    assert_eq!(new.password_is_current(&stored), Ok(false));
}

#[tokio::test]
async fn the_standard_cost_is_what_the_documents_promise() {
    let hasher = hasher(&keys(), HashingCost::standard());
    let stored = hasher.hash_password(&password("correct horse battery")).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid="), "{stored}");
    let stored = hasher.hash_answer(&answer("pippin")).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=65536,t=3,p=4,keyid="), "{stored}");
    assert_eq!(hasher.verify_answers(vec![(answer("Pippin!"), stored)]).await, Ok(vec![true]));
}

#[tokio::test]
async fn a_stored_hash_keeps_its_own_cost_when_the_setting_changes() {
    let old = cheap().hash_password(&password("correct horse battery")).await.unwrap();
    let dearer = Cost { memory_kib: 64, passes: 2, lanes: 1 };
    let new = hasher(&keys(), HashingCost { password: dearer, answer: dearer });
    assert_eq!(new.verify_password(&password("correct horse battery"), &old).await, Ok(true));
    assert_eq!(new.password_is_current(&old), Ok(false));
}

#[tokio::test]
async fn damaged_foreign_or_absurd_hashes_are_errors_not_verdicts() {
    let hasher = cheap();
    let good = hasher.hash_password(&password("x")).await.unwrap();
    let bad = [
        String::new(),
        "plain".to_owned(),
        good.replace("argon2id", "argon2i"),
        good.replace("v=19", "v=16"),
        good.replace("m=32", "m=1048576"),
        good.replace("t=1", "t=4000000000"),
        good.replace("p=1", "p=5"),
        good[..good.len() - 6].to_owned(),
        "$argon2id$v=19$m=32,t=1,p=1".to_owned(),
        "$2b$12$KIXkz0cIqU9v8yTdcqkE0u5k7p5Q1zqWq9wJr9bq0Qe5mJ5v0hQhW".to_owned(),
    ];
    for stored in bad {
        assert_eq!(
            hasher.verify_password(&password("x"), &stored).await,
            Err(HashingError::NotAHash),
            "{stored}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_told_busy_and_the_line_empties_again() {
    let slow = Cost { memory_kib: 32 * 1024, passes: 2, lanes: 1 };
    let cost = HashingCost { password: slow, answer: slow };
    let hasher = Hasher::bounded(keys(), cost, Chance::seeded(2), 1, 4);
    let flood: Vec<_> = (0..20)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.verify_against_nothing(&password("x")).await })
        })
        .collect();
    let mut told_busy = 0;
    for attempt in flood {
        match attempt.await.unwrap() {
            Ok(()) => {}
            Err(HashingError::Busy) => told_busy += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(told_busy >= 10, "{told_busy} of 20 were told busy");
    assert_eq!(hasher.verify_against_nothing(&password("x")).await, Ok(()), "the line is free again");
}

#[tokio::test]
async fn four_answers_find_four_places_or_none() {
    let hasher = Hasher::bounded(keys(), HashingCost::cheap(), Chance::seeded(2), 1, 3);
    let stored = hasher.hash_answer(&answer("a")).await.unwrap();
    let four = || (0..4).map(|_| (answer("a"), stored.clone())).collect::<Vec<_>>();
    assert_eq!(hasher.verify_answers(four()).await, Err(HashingError::Busy));
    let three = four().into_iter().take(3).collect();
    assert_eq!(hasher.verify_answers(three).await, Ok(vec![true; 3]), "no place was lost");
}

#[tokio::test]
async fn whoever_stops_waiting_gives_the_place_back_when_the_hash_ends() {
    let slow = Cost { memory_kib: 32 * 1024, passes: 3, lanes: 1 };
    let cost = HashingCost { password: slow, answer: slow };
    let hasher = Hasher::bounded(keys(), cost, Chance::seeded(2), 1, 1);
    let given_up =
        tokio::time::timeout(Duration::from_millis(1), async { hasher.hash_password(&password("x")).await });
    assert!(given_up.await.is_err());
    assert_eq!(
        hasher.verify_against_nothing(&password("y")).await,
        Err(HashingError::Busy),
        "still computing"
    );
    let freed = tokio::time::timeout(Duration::from_secs(20), async {
        while hasher.verify_against_nothing(&password("y")).await == Err(HashingError::Busy) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(freed.await.is_ok());
}

#[tokio::test]
async fn strangers_fill_three_quarters_of_the_line_and_leave_the_rest_to_the_desk() {
    let hasher = Hasher::bounded(keys(), HashingCost::cheap(), Chance::seeded(2), 1, 8);
    let strangers: Vec<_> = (0..8).map_while(|_| hasher.line_up(1, Whose::Stranger).ok()).collect();
    assert_eq!(strangers.len(), 6);
    let mut desk = hasher.line_up(2, Whose::SignedIn);
    assert!(desk.is_ok());
    assert!(hasher.line_up(1, Whose::SignedIn).is_err());
    assert!(hasher.line_up(0, Whose::Stranger).is_ok(), "who hashes nothing needs no place");
    desk = Err(HashingError::Busy);
    assert!(desk.is_err() && hasher.line_up(2, Whose::SignedIn).is_ok(), "the places came back");
}
