//! What stands in the database before and after a step, and what of it may never be.

use recovery_desk::database::{Tx, sql};
use recovery_rules::time::Moment;

use crate::harness::World;

/// What is looked at after each step; each counts rows that may not be. `$1` is the moment.
const NEVER: [(&str, &str); 9] = [
    (
        "D0.1: on without its phone, recovery code or four answers",
        "SELECT COUNT(*) FROM two_step WHERE state = 'on' AND (phone IS NULL OR phone_last4 IS NULL OR recovery_code_hash IS NULL
           OR (SELECT COUNT(*) FROM security_answers a WHERE a.user_id = two_step.user_id) <> 4) AND $1 > 0",
    ),
    (
        "D0.1: not on, and a phone or a recovery code is left",
        "SELECT COUNT(*) FROM two_step WHERE state <> 'on' AND (phone IS NOT NULL OR phone_last4 IS NOT NULL
           OR recovery_code_hash IS NOT NULL OR recovery_code_last_group IS NOT NULL) AND $1 > 0",
    ),
    (
        "D0.1: not on, and a browser is remembered",
        "SELECT COUNT(*) FROM remembered_browsers b JOIN two_step t ON t.user_id = b.user_id WHERE t.state <> 'on' AND $1 > 0",
    ),
    (
        "D0.1: off or never, and a code that needs a phone lives",
        "SELECT COUNT(*) FROM codes c JOIN two_step t ON t.user_id = c.user_id JOIN users u ON u.id = c.user_id
           WHERE t.state IN ('off', 'never') AND c.purpose IN ('sign_in', 'step_up', 'change_phone', 'reset_sms')
           AND c.epoch = u.security_epoch AND c.used_at IS NULL AND c.ended_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $1)",
    ),
    (
        "D2.7: answers are a full set or none",
        "SELECT COUNT(*) FROM users u WHERE (SELECT COUNT(*) FROM security_answers a WHERE a.user_id = u.id) NOT IN (0, 4) AND $1 > 0",
    ),
    (
        "D0.4: two unlock links live",
        "SELECT COUNT(*) FROM users u WHERE $1 > 0 AND (SELECT COUNT(*) FROM links l WHERE l.user_id = u.id AND l.purpose = 'unlock'
           AND l.used_at IS NULL AND l.ended_at IS NULL) > 1",
    ),
    (
        "D0.4: more than three reset links live",
        "SELECT COUNT(*) FROM users u WHERE (SELECT COUNT(*) FROM links l WHERE l.user_id = u.id AND l.purpose = 'reset'
           AND l.used_at IS NULL AND l.ended_at IS NULL AND l.epoch = u.security_epoch
           AND (l.expires_at IS NULL OR l.expires_at > $1)) > 3",
    ),
    (
        "D0.4: two codes live for one thing",
        "SELECT COUNT(*) FROM (SELECT user_id, purpose, bound_to FROM codes WHERE used_at IS NULL AND ended_at IS NULL
           GROUP BY user_id, purpose, bound_to HAVING COUNT(*) > 1) twice WHERE $1 > 0",
    ),
    (
        "a staged password outlives its link",
        "SELECT COUNT(*) FROM resets r JOIN links l ON l.id = r.link_id WHERE r.staged_hash IS NOT NULL AND l.used_at IS NOT NULL AND $1 > 0",
    ),
];

/// A look at the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The user's security epoch.
    pub epoch: i64,
    /// Everything a refusal may not change: the account, 2-step, answers, browsers, sessions, links, codes, what waits.
    pub state: String,
    /// Entries of the audit log about the operation: done, reserved, refused.
    pub audited: [i64; 3],
}

/// Looks.
pub async fn look(world: &World, user: &str, operation: &str) -> Looked {
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let epoch =
        sql("SELECT security_epoch FROM users WHERE id = $1").bind(user).number(&mut tx).await.unwrap();
    let mut audited = [0; 3];
    for (count, result) in audited.iter_mut().zip(["done", "reserved", "refused"]) {
        let entries = sql("SELECT COUNT(*) FROM audit WHERE operation = $1 AND result = $2");
        *count = entries.bind(operation).bind(result).number(&mut tx).await.unwrap();
    }
    Looked { epoch, state: state(&mut tx, user).await, audited }
}

async fn state(tx: &mut Tx, user: &str) -> String {
    type Own = (String, Option<String>, String, Option<String>, Option<i64>, Option<i64>);
    type Second = (String, Option<String>, Option<Vec<u8>>, Option<Vec<u8>>);
    type Of = (String, Option<i64>, Option<i64>);
    let own: Vec<Own> =
        sql("SELECT email, password_hash, account, locked_by, frozen_until, stopped_until FROM users WHERE id = $1")
            .bind(user)
            .all(tx)
            .await
            .unwrap();
    let second: Vec<Second> = sql(
        "SELECT state, phone, recovery_code_hash, recovery_code_last_group FROM two_step WHERE user_id = $1",
    )
    .bind(user)
    .all(tx)
    .await
    .unwrap();
    let mut rest: Vec<Of> = Vec::new();
    for statement in [
        "SELECT answer_hash, slot, saved_at FROM security_answers WHERE user_id = $1 ORDER BY slot",
        "SELECT id, epoch, expires_at FROM remembered_browsers WHERE user_id = $1 ORDER BY id",
        "SELECT id, ended_at, second_step_at FROM sessions WHERE user_id = $1 ORDER BY id",
        "SELECT id, used_at, ended_at FROM links WHERE user_id = $1 ORDER BY id",
        "SELECT id, used_at, ended_at FROM codes WHERE user_id = $1 ORDER BY id",
        "SELECT phone, asked_at, expires_at FROM pending_phones WHERE user_id = $1",
        "SELECT link_id, staged_at, CAST(NULL AS BIGINT) FROM resets WHERE user_id = $1 ORDER BY link_id",
        "SELECT confirm_link_id, confirmed_at, stopped_at FROM email_changes WHERE user_id = $1 ORDER BY confirm_link_id",
    ] {
        rest.extend(sql(statement).bind(user).all::<Of>(tx).await.unwrap());
    }
    format!("{own:?} {second:?} {rest:?}")
}

/// What the invariants say about the database at a moment.
pub async fn wrong(world: &World, now: Moment) -> Vec<&'static str> {
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let mut wrong = Vec::new();
    for (what, statement) in NEVER {
        if sql(statement).bind(now.0).number(&mut tx).await.unwrap() > 0 {
            wrong.push(what);
        }
    }
    wrong
}

/// Links and codes of a user that were used at that moment: how many, and how many of them in another epoch than this.
pub async fn used(world: &World, user: &str, now: Moment, epoch: i64) -> (i64, i64) {
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let (mut all, mut other) = (0, 0);
    for (statement, of_another) in [
        (
            "SELECT COUNT(*) FROM codes WHERE user_id = $1 AND used_at = $2",
            "SELECT COUNT(*) FROM codes WHERE user_id = $1 AND used_at = $2 AND epoch <> $3",
        ),
        // What takes a change back outlives it: that is what it is for.
        (
            "SELECT COUNT(*) FROM links WHERE user_id = $1 AND used_at = $2 AND purpose IN ('unlock', 'reset', 'confirm_address')",
            "SELECT COUNT(*) FROM links WHERE user_id = $1 AND used_at = $2 AND purpose IN ('unlock', 'reset', 'confirm_address') AND epoch <> $3",
        ),
    ] {
        all += sql(statement).bind(user).bind(now.0).number(&mut tx).await.unwrap();
        other += sql(of_another).bind(user).bind(now.0).bind(epoch).number(&mut tx).await.unwrap();
    }
    (all, other)
}
