//! A sign-in on the account pages without its two commits, against one bare hash of a password.

use recovery_bench::{Goal, Ratio, Table};
use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::desk::Desk;
use recovery_desk::hashing::HashingCost;
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn, UserSignedIn};
use recovery_rules::passwords::Password;
use recovery_rules::roles::Door;

use crate::answers::Bare;
use crate::desks::{ENGINES, Wanted, open};
use crate::people::{person, write};
use crate::side_by_side::seconds;

const ROUNDS: usize = 40;
/// The password everybody here has.
pub const PASSWORD: &str = "wandering teacup meridian 9";

/// Measures it on both databases.
pub async fn measure(table: &mut Table) {
    let cost = HashingCost::standard();
    let bare = Bare::new(cost.password.memory_kib, cost.password.passes, cost.password.lanes);
    for engine in ENGINES {
        let bench = open(Wanted { engine, hashing: cost }).await;
        write(&bench.desk, 1_000).await;
        everybody_has_a_password(&bench.desk).await;
        let mut rounds = Vec::new();
        for round in 0..=ROUNDS {
            let hash = bare.seconds();
            let commits = seconds(async {
                bare_commit(&bench.desk).await;
                bare_commit(&bench.desk).await;
            })
            .await;
            let email = person(round, 1_000).email;
            let signing_in = seconds(sign_in(&bench.desk, &email)).await;
            if round > 0 {
                rounds.push((signing_in - commits) / hash);
            }
        }
        table.add(Ratio {
            what: format!("A sign-in less two bare commits, {}", engine.name()),
            against: "one bare Argon2id hash of the same cost".to_owned(),
            rounds,
            goal: Goal::AtMost(1.15),
        });
    }
}

/// Gives everybody the same password.
pub async fn everybody_has_a_password(desk: &Desk) {
    let hash = desk.hasher.hash_password(&Password::new(PASSWORD.to_owned())).await.unwrap();
    let mut tx = desk.database.begin().await.unwrap();
    sql("UPDATE users SET password_hash = $1").bind(hash).run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn bare_commit(desk: &Desk) {
    let mut tx = desk.database.begin().await.unwrap();
    sql("UPDATE meta SET value = value WHERE name = 'kind'").run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sign_in(desk: &Desk, email: &str) {
    let request = UserSignIn {
        email: email.to_owned(),
        password: PASSWORD.to_owned().into(),
        browser: BrowserCookies::default(),
    };
    let answer = desk.perform(&Caller::Nobody, Door::Pages, None, request).await.unwrap();
    assert!(matches!(answer, UserSignedIn::Done(_)));
}
