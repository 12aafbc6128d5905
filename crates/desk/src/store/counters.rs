//! Limits: how often something was spent in a window. The key is a keyed hash, so that unknown addresses are
//! counted like known ones and the table names nobody.

use recovery_rules::counters::{self, Spent};
use recovery_rules::time::{Moment, Span};

use crate::database::{Tx, sql};
use crate::keys::DataKeys;

/// The counters there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Wrong passwords of an address, users and operators apart.
    UserPassword,
    /// The same for operators.
    OperatorPassword,
    /// Fresh codes typed by an operator.
    FreshCodes,
    /// Invitation codes typed for an address.
    Invitations,
    /// Searches of an operator.
    LookUps,
    /// Calls opened by an operator.
    OpenCalls,
    /// Checks of a user's answers, calls without a reference.
    Checks,
    /// Checks of a user's answers, calls with a reference.
    ReferenceChecks,
    /// Unlock e-mails of a user.
    UnlockMails,
    /// Wrong call references typed by an operator.
    WrongReferences,
    /// Look-up requests of an operator, every keystroke.
    Keystrokes,
    /// Reset links asked for with an address.
    ResetAddress,
    /// Reset links asked for by a source.
    ResetSource,
    /// Reset links asked for in all.
    Resets,
    /// Letters that tell the owner of a locked account why there is no link.
    ResetLockedLetters,
    /// 2-step reset by one administrator alone.
    TwoStepResetAlone,
    /// Letters that say why a link waits after that.
    ResetWaitsLetters,
    /// Letters that tell an address that it has no account.
    NoAccountLetters,
    /// Changes of address asked for by a user.
    AddressChanges,
    /// New passwords typed behind one reset link.
    StagedPasswords,
    /// Text messages to a number.
    TextsANumber,
    /// Text messages for an account.
    TextsAnAccount,
    /// Text messages into a block of numbers that are nobody's second step.
    TextsABlock,
    /// Text messages in all.
    Texts,
    /// Wrong short codes of a user and purpose, over all codes.
    CodeTries,
    /// Short codes sent to a user for a purpose.
    CodesSent,
    /// Those of them that were asked for again.
    CodesResent,
    /// Recovery codes tried for a user.
    RecoveryCodeTries,
    /// Last groups of a recovery code typed to acknowledge it.
    Acknowledgements,
    /// Passwords typed by somebody who is signed in, to confirm a change.
    CurrentPassword,
    /// Wrong passwords from a browser that had signed in to that account before.
    KnownBrowserPassword,
    /// Colleagues invited by a billing user.
    Colleagues,
    /// Reminders of a company.
    Reminders,
    /// Exports of a billing user.
    Exports,
    /// Exports of the audit log by an administrator.
    AuditExports,
    /// Test letters of an operator.
    TestLetters,
}

impl Counter {
    const fn name(self) -> &'static str {
        match self {
            Self::UserPassword => "user_password",
            Self::OperatorPassword => "operator_password",
            Self::FreshCodes => "fresh_codes",
            Self::Invitations => "invitations",
            Self::LookUps => "look_ups",
            Self::OpenCalls => "open_calls",
            Self::Checks => "checks",
            Self::ReferenceChecks => "reference_checks",
            Self::UnlockMails => "unlock_mails",
            Self::WrongReferences => "wrong_references",
            Self::Keystrokes => "keystrokes",
            Self::ResetAddress => "reset_address",
            Self::ResetSource => "reset_source",
            Self::Resets => "resets",
            Self::ResetLockedLetters => "reset_locked_letters",
            Self::TwoStepResetAlone => "two_step_reset_alone",
            Self::ResetWaitsLetters => "reset_waits_letters",
            Self::NoAccountLetters => "no_account_letters",
            Self::AddressChanges => "address_changes",
            Self::StagedPasswords => "staged_passwords",
            Self::TextsANumber => "texts_a_number",
            Self::TextsAnAccount => "texts_an_account",
            Self::TextsABlock => "texts_a_block",
            Self::Texts => "texts",
            Self::CodeTries => "code_tries",
            Self::CodesSent => "codes_sent",
            Self::CodesResent => "codes_resent",
            Self::RecoveryCodeTries => "recovery_code_tries",
            Self::Acknowledgements => "acknowledgements",
            Self::CurrentPassword => "current_password",
            Self::KnownBrowserPassword => "known_browser_password",
            Self::Colleagues => "colleagues",
            Self::Reminders => "reminders",
            Self::Exports => "exports",
            Self::AuditExports => "audit_exports",
            Self::TestLetters => "test_letters",
        }
    }

    fn key(self, keys: &DataKeys, about: &str) -> [u8; 32] {
        keys.keyed_hash("counter", &[self.name().as_bytes(), about.as_bytes()])
    }
}

#[derive(sqlx::FromRow)]
struct CounterRow {
    window_start: i64,
    spent: i64,
    last_at: i64,
}

impl From<CounterRow> for Spent {
    fn from(row: CounterRow) -> Self {
        Self { window_start: Moment(row.window_start), spent: row.spent, last_at: Moment(row.last_at) }
    }
}

/// What is spent; the row is locked until the transaction ends, so that two at once can't both see the last
/// one free.
pub async fn spent(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
) -> Result<Option<Spent>, sqlx::Error> {
    let row: Option<CounterRow> = sql("UPDATE counters SET spent = spent WHERE name = $1 AND key_hash = $2
         RETURNING window_start, spent, last_at")
    .bind(counter.name())
    .bind(counter.key(keys, about))
    .optional(tx)
    .await?;
    Ok(row.map(Spent::from))
}

/// Reads without locking, for showing.
pub async fn seen(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
) -> Result<Option<Spent>, sqlx::Error> {
    let row: Option<CounterRow> =
        sql("SELECT window_start, spent, last_at FROM counters WHERE name = $1 AND key_hash = $2")
            .bind(counter.name())
            .bind(counter.key(keys, about))
            .optional(tx)
            .await?;
    Ok(row.map(Spent::from))
}

/// Spends one, whatever the limit; a window that is over begins anew.
pub async fn spend(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
    window: Span,
    now: Moment,
) -> Result<Spent, sqlx::Error> {
    let row: CounterRow =
        sql("INSERT INTO counters (name, key_hash, window_start, spent, last_at) VALUES ($1, $2, $3, 1, $3)
         ON CONFLICT (name, key_hash) DO UPDATE SET
           spent = CASE WHEN counters.window_start <= $4 THEN 1 ELSE counters.spent + 1 END,
           window_start = CASE WHEN counters.window_start <= $4 THEN $3 ELSE counters.window_start END,
           last_at = $3
         RETURNING window_start, spent, last_at")
        .bind(counter.name())
        .bind(counter.key(keys, about))
        .bind(now)
        .bind(now - window)
        .one(tx)
        .await?;
    Ok(row.into())
}

/// Spends one if the limit allows; else says when the window ends. Of two at once only one gets the last.
pub async fn spend_within(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
    limit: i64,
    window: Span,
    now: Moment,
) -> Result<Result<Spent, Moment>, sqlx::Error> {
    // The row is made or locked first: without it two at once could both be the first.
    let after = spend(tx, keys, counter, about, window, now).await?;
    let before = Spent { spent: after.spent - 1, ..after };
    if let Err(until) = counters::one_more(Some(before), limit, window, now) {
        give_back(tx, keys, counter, about).await?;
        return Ok(Err(until));
    }
    Ok(Ok(after))
}

#[derive(sqlx::FromRow)]
struct RecentRow {
    recent: String,
}

impl RecentRow {
    fn moments(&self) -> Vec<Moment> {
        self.recent.split_terminator(',').filter_map(|at| at.parse().ok().map(Moment)).collect()
    }
}

/// Spends one if at no time more than `limit` lie within the window before it; says how many do now, or when the
/// next is possible. For the small limits that guessing meets: a window that begins anew gives twice the limit
/// around its edge. The moments are kept in the row, so `limit` should be small.
pub async fn spend_sliding(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
    limit: i64,
    window: Span,
    now: Moment,
) -> Result<Result<i64, Moment>, sqlx::Error> {
    // The row is made or locked first: without it two at once could both be the last.
    let row: RecentRow = sql("INSERT INTO counters (name, key_hash, window_start, spent, last_at)
         VALUES ($1, $2, $3, 0, $3)
         ON CONFLICT (name, key_hash) DO UPDATE SET spent = counters.spent RETURNING recent")
    .bind(counter.name())
    .bind(counter.key(keys, about))
    .bind(now)
    .one(tx)
    .await?;
    let kept = match counters::one_more_sliding(row.moments(), limit, window, now) {
        Ok(kept) => kept,
        Err(until) => return Ok(Err(until)),
    };
    let spent = kept.len() as i64;
    let recent: Vec<_> = kept.iter().map(|at| at.0.to_string()).collect();
    sql("UPDATE counters SET recent = $3, spent = $4, window_start = $5, last_at = $6
         WHERE name = $1 AND key_hash = $2")
    .bind(counter.name())
    .bind(counter.key(keys, about))
    .bind(recent.join(","))
    .bind(spent)
    .bind(kept.first().copied().unwrap_or(now))
    .bind(now)
    .run(tx)
    .await?;
    Ok(Ok(spent))
}

/// How many were spent in the sliding window that ends now, for showing.
pub async fn seen_sliding(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
    window: Span,
    now: Moment,
) -> Result<i64, sqlx::Error> {
    let row: Option<RecentRow> = sql("SELECT recent FROM counters WHERE name = $1 AND key_hash = $2")
        .bind(counter.name())
        .bind(counter.key(keys, about))
        .optional(tx)
        .await?;
    let moments = row.map(|row| row.moments()).unwrap_or_default();
    Ok(moments.into_iter().filter(|at| now < *at + window).count() as i64)
}

/// Removes what no window reaches back to any more.
pub async fn remove_older(tx: &mut Tx, before: Moment) -> Result<u64, sqlx::Error> {
    sql("DELETE FROM counters WHERE last_at < $1").bind(before).run(tx).await
}

/// Gives back one that was spent: a right password is no wrong one.
pub async fn give_back(
    tx: &mut Tx,
    keys: &DataKeys,
    counter: Counter,
    about: &str,
) -> Result<(), sqlx::Error> {
    sql("UPDATE counters SET spent = spent - 1 WHERE name = $1 AND key_hash = $2 AND spent > 0")
        .bind(counter.name())
        .bind(counter.key(keys, about))
        .run(tx)
        .await?;
    Ok(())
}

/// Forgets what was spent.
pub async fn clear(tx: &mut Tx, keys: &DataKeys, counter: Counter, about: &str) -> Result<(), sqlx::Error> {
    sql("DELETE FROM counters WHERE name = $1 AND key_hash = $2")
        .bind(counter.name())
        .bind(counter.key(keys, about))
        .run(tx)
        .await?;
    Ok(())
}
