//! An address with an account costs the same work as one without: as many hashes, and the same statements in the same order,
//! counted for real. Time is measured beside it (`time.rs`); this can't be hidden by a fast or a busy machine.

use recovery_desk::caller::Caller;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_rules::passwords::Password;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::biller;
use crate::harness::fixtures::NewUser;
use crate::harness::reset::Forgot;
use crate::harness::statements::statements_of;
use crate::harness::world::ask;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, pages, refused};

/// What somebody's request cost.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    hashes: usize,
    statements: Vec<String>,
}

async fn cost<T>(world: &World, work: impl Future<Output = T>) -> (T, Cost) {
    let before = world.desk.hasher.begun();
    let (done, mut statements) = statements_of(work).await;
    // A connection that is new in the pool prepares itself, whoever asked first.
    statements.retain(|text| !text.starts_with("SELECT set_config('synchronous_commit'"));
    let cost = Cost { hashes: world.desk.hasher.begun() - before, statements };
    assert!(
        !cost.statements.is_empty(),
        "the database library tells of its statements no more: nothing is counted"
    );
    (done, cost)
}

#[track_caller]
fn same(what: &str, costs: &[(&str, Cost)]) {
    let (first, of_first) = &costs[0];
    for (address, cost) in costs {
        assert_eq!(cost, of_first, "{what}: {address} does not cost what {first} costs");
    }
}

const KNOWN: &str = "known@roe.example";
const STRANGER: &str = "stranger@roe.example";
/// Everybody who may be asked about.
const ADDRESSES: [&str; 6] = [
    STRANGER,
    KNOWN,
    "locked@roe.example",
    "closed@roe.example",
    "imported@roe.example",
    "two-step@roe.example",
];

/// Billing users, for the door that is theirs.
const BILLING: [&str; 3] =
    ["billing@roe.example", "billing-locked@roe.example", "billing-closed@roe.example"];

async fn everybody(engine: Engine) -> World {
    let world = World::live(engine).await;
    let plain = || NewUser { two_step: TwoStep::Never, ..NewUser::default() };
    world.user(NewUser { email: KNOWN, ..plain() }).await;
    world.user(NewUser { email: ADDRESSES[2], account: "locked", locked_by: Some("owner"), ..plain() }).await;
    world.user(NewUser { email: ADDRESSES[3], account: "closed", ..plain() }).await;
    let imported = world.user(NewUser { email: ADDRESSES[4], ..plain() }).await;
    world.change("UPDATE users SET password_hash = NULL WHERE id = $1", &imported).await;
    world.user(NewUser { email: ADDRESSES[5], ..NewUser::default() }).await;
    // The first request of a connection prepares it.
    refused(pages::sign_in(&world.desk, "nobody@roe.example", "not her password").await);
    world
}

async fn sign_in(world: &World, email: &str, password: &str) -> (&'static str, Cost) {
    let (answer, cost) = cost(world, pages::sign_in(&world.desk, email, password)).await;
    (refused(answer), cost)
}

async fn forgot(world: &World, email: &str, source: usize) -> Cost {
    let request = RequestReset { email: email.to_owned(), source: format!("198.51.100.{source}") };
    let (answer, cost) = cost(world, ask(&world.desk, &Caller::Nobody, request)).await;
    answer.unwrap();
    cost
}

on_both_databases! {
    async fn d1_1_a_sign_in_costs_one_hash_and_the_same_statements_for_every_address_and_none_at_its_limit(engine: Engine) {
        let world = everybody(engine).await;
        let mut costs = Vec::new();
        for address in ADDRESSES {
            let (code, cost) = sign_in(&world, address, "not her password").await;
            assert_eq!((code, cost.hashes), ("sign_in_not_right", 1), "{address}");
            costs.push((address, cost));
        }
        // Whoever knows the password of an account that can't be used learns nothing from the work either.
        for address in [ADDRESSES[2], ADDRESSES[3]] {
            let (code, cost) = sign_in(&world, address, PASSWORD).await;
            assert_eq!(code, "sign_in_not_right", "{address}");
            costs.push((address, cost));
        }
        same("sign-in", &costs);

        let mut at_the_limit = Vec::new();
        for address in ADDRESSES {
            while sign_in(&world, address, "not her password").await.0 != "sign_in_wait" {}
            let (code, cost) = sign_in(&world, address, "not her password").await;
            assert_eq!((code, cost.hashes), ("sign_in_wait", 0), "{address}");
            at_the_limit.push((address, cost));
        }
        same("sign-in at its limit", &at_the_limit);
    }

    async fn d1_1_the_billing_users_door_at_the_desk_costs_one_hash_and_the_same_statements_for_every_address(engine: Engine) {
        let world = everybody(engine).await;
        let mut costs = Vec::new();
        let addresses = || ADDRESSES.into_iter().chain(BILLING);
        for (address, kind) in BILLING.into_iter().zip(["active", "locked", "closed"]) {
            let locked_by = (kind == "locked").then_some("owner");
            let user = NewUser { email: address, kind: "billing", account: kind, locked_by, ..NewUser::default() };
            world.user(user).await;
        }
        let knock = async |address: &str, password: &str| {
            let (answer, cost) = cost(&world, biller::knocks(&world.desk, address, password)).await;
            (refused(answer), cost)
        };
        for address in addresses() {
            let (code, cost) = knock(address, "not her password").await;
            assert_eq!((code, cost.hashes), ("sign_in_not_right", 1), "{address}");
            costs.push((address, cost));
        }
        // Whoever knows the password of somebody who can't come in here learns nothing from the work either.
        for address in ADDRESSES.into_iter().skip(1).chain([BILLING[1], BILLING[2]]) {
            let (code, cost) = knock(address, PASSWORD).await;
            assert_eq!(code, "sign_in_not_right", "{address}");
            costs.push((address, cost));
        }
        same("a billing user's sign-in", &costs);

        let mut at_the_limit = Vec::new();
        for address in addresses() {
            while knock(address, "not her password").await.0 != "sign_in_wait" {}
            let (code, cost) = knock(address, "not her password").await;
            assert_eq!((code, cost.hashes), ("sign_in_wait", 0), "{address}");
            at_the_limit.push((address, cost));
        }
        same("a billing user's sign-in at its limit", &at_the_limit);
    }

    async fn d6_1_forgot_password_costs_no_hash_and_the_same_statements_the_first_time_again_and_at_its_limit(engine: Engine) {
        let world = everybody(engine).await;
        forgot(&world, "nobody@roe.example", 0).await;
        let mut costs = Vec::new();
        for time in 1..=8 {
            for (at, address) in ADDRESSES.into_iter().enumerate() {
                let cost = forgot(&world, address, at).await;
                assert_eq!(cost.hashes, 0, "{address}");
                // The first time makes a counter's row, later ones count it up: one statement all the same.
                costs.push((address, cost));
            }
            let counted = world.count("SELECT COUNT(*) FROM reset_requests WHERE counts").await;
            assert_eq!(counted, 1 + 6 * i64::from(time.min(6)), "the limit is six of an address");
        }
        same("forgot password", &costs);
    }

    async fn a_reset_code_sent_again_costs_the_same_by_text_and_by_email_and_at_its_limit(engine: Engine) {
        let (mut sent, mut at_the_limit) = (Vec::new(), Vec::new());
        for (way, two_step) in [("by text", TwoStep::On), ("by e-mail", TwoStep::Off)] {
            let forgot = Forgot::new(engine, two_step).await;
            let link = forgot.staged().await;
            for _ in 0..5 {
                forgot.later(Span::seconds(61));
                let (answer, cost) = cost(&forgot.world, forgot.again(&link)).await;
                answer.unwrap();
                sent.push((way, cost));
            }
            forgot.later(Span::seconds(61));
            let (answer, cost) = cost(&forgot.world, forgot.again(&link)).await;
            assert_eq!(refused(answer), "codes_used", "{way}");
            at_the_limit.push((way, cost));
        }
        same("a reset code again", &sent);
        same("a reset code again at its limit", &at_the_limit);
    }

    async fn the_counters_see_one_hash_and_one_statement_more(engine: Engine) {
        let world = everybody(engine).await;
        let (_, plain) = sign_in(&world, STRANGER, "not her password").await;
        // What a careless change would do: something more for an address that has an account.
        let careless = async {
            let answer = pages::sign_in(&world.desk, KNOWN, "not her password").await;
            world.count("SELECT COUNT(*) FROM two_step").await;
            world.desk.hasher.hash_password(&Password::new(PASSWORD.to_owned())).await.unwrap();
            answer
        };
        let (answer, careless) = cost(&world, careless).await;
        refused(answer);
        assert_eq!(careless.hashes, plain.hashes + 1);
        let more = careless.statements.iter().filter(|text| text.as_str() == "SELECT COUNT(*) FROM two_step").count();
        assert_eq!(more, 1, "{careless:#?}");
        assert!(careless.statements.len() > plain.statements.len());
        assert_ne!(careless, plain);
    }
}
