//! What is kept about one user (as a member of a team in `personal_team_data`), and taking it away. The row of the user and those that other rows point at stay, emptied, so that
//! counts and the audit log still hold; `docs/privacy.md` lists both.

use recovery_rules::fold::search_fold;
use recovery_rules::time::Moment;

use super::users::User;
use crate::database::{Tx, sql};

/// The account itself, beside what [`User`] has.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct AccountData {
    /// The company's name.
    pub company: String,
    /// 2-step.
    pub two_step: String,
    /// The verified phone.
    pub phone: Option<String>,
    /// The number an import brought.
    pub offered_phone: Option<String>,
    /// The address before the last change.
    pub former_email: Option<String>,
    /// UTC ms.
    pub created_at: i64,
}

/// A question that was answered; the answer can't be shown by anybody.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct QuestionData {
    /// Which question of the catalogue.
    pub question_id: String,
    /// UTC ms.
    pub saved_at: i64,
}

/// A session.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct SessionData {
    /// UTC ms.
    pub started_at: i64,
    /// UTC ms.
    pub last_seen_at: i64,
    /// UTC ms.
    pub ended_at: Option<i64>,
    /// By what a second step was done.
    pub second_step_by: Option<String>,
    /// The company it acted for, of a session at the desk.
    pub desk_company: Option<String>,
    /// When the network it began in was noted, as keyed hashes that nobody can read; UTC ms.
    pub network_noted_at: Option<i64>,
}

/// A remembered browser.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct BrowserData {
    /// What it says it is, in our words.
    pub label: String,
    /// UTC ms.
    pub remembered_at: i64,
    /// UTC ms.
    pub last_used_at: i64,
}

/// A phone call with the desk. By whom it was taken is not told.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct CallData {
    /// UTC ms.
    pub opened_at: i64,
    /// UTC ms.
    pub ended_at: Option<i64>,
    /// The address on file then.
    pub address: String,
    /// Checks of the answers.
    pub checks_used: i64,
    /// How it ended.
    pub outcome: Option<String>,
    /// What was written down.
    pub notes: String,
}

/// A message that was sent or waits.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct MessageData {
    /// `mail` or `sms`.
    pub kind: String,
    /// Which letter.
    pub letter: String,
    /// Where to.
    pub address: String,
    /// What became of it.
    pub state: String,
    /// UTC ms.
    pub queued_at: i64,
}

/// A change of address that was asked for.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct AddressData {
    /// From.
    pub former_email: String,
    /// To.
    pub new_email: String,
    /// UTC ms.
    pub asked_at: i64,
    /// UTC ms.
    pub confirmed_at: Option<i64>,
    /// UTC ms.
    pub stopped_at: Option<i64>,
}

/// An entry of the audit log about the user.
#[derive(Debug, sqlx::FromRow, serde::Serialize)]
pub struct AuditData {
    /// UTC ms.
    pub at: i64,
    /// What.
    pub operation: String,
    /// `done`, `reserved` or `refused`.
    pub result: String,
    /// By whom, as a role.
    pub actor_kind: String,
}

/// The account.
pub async fn account(tx: &mut Tx, id: &str) -> Result<AccountData, sqlx::Error> {
    sql("SELECT c.name AS company, t.state AS two_step, t.phone, u.offered_phone, u.former_email, u.created_at
         FROM users u JOIN companies c ON c.id = u.company_id JOIN two_step t ON t.user_id = u.id WHERE u.id = $1")
    .bind(id)
    .one(tx)
    .await
}

/// The questions.
pub async fn questions(tx: &mut Tx, id: &str) -> Result<Vec<QuestionData>, sqlx::Error> {
    sql("SELECT question_id, saved_at FROM security_answers WHERE user_id = $1 ORDER BY slot")
        .bind(id)
        .all(tx)
        .await
}

/// The sessions.
pub async fn sessions(tx: &mut Tx, id: &str) -> Result<Vec<SessionData>, sqlx::Error> {
    sql("SELECT s.started_at, s.last_seen_at, s.ended_at, s.second_step_by,
           (SELECT c.name FROM desk_sessions d JOIN companies c ON c.id = d.company_id WHERE d.session_id = s.id) AS desk_company,
           (SELECT n.noted_at FROM session_networks n WHERE n.session_id = s.id) AS network_noted_at
         FROM sessions s WHERE s.user_id = $1 ORDER BY s.started_at")
    .bind(id)
    .all(tx)
    .await
}

/// The remembered browsers.
pub async fn browsers(tx: &mut Tx, id: &str) -> Result<Vec<BrowserData>, sqlx::Error> {
    sql("SELECT label, remembered_at, last_used_at FROM remembered_browsers WHERE user_id = $1 ORDER BY remembered_at")
        .bind(id)
        .all(tx)
        .await
}

/// The calls.
pub async fn calls(tx: &mut Tx, id: &str) -> Result<Vec<CallData>, sqlx::Error> {
    sql("SELECT opened_at, ended_at, address, checks_used, outcome, notes FROM calls WHERE user_id = $1 ORDER BY opened_at")
        .bind(id)
        .all(tx)
        .await
}

/// The messages.
pub async fn messages(tx: &mut Tx, id: &str) -> Result<Vec<MessageData>, sqlx::Error> {
    sql("SELECT kind, letter, address, state, queued_at FROM outbox WHERE user_id = $1 ORDER BY queued_at, id")
        .bind(id)
        .all(tx)
        .await
}

/// The changes of address.
pub async fn addresses(tx: &mut Tx, id: &str) -> Result<Vec<AddressData>, sqlx::Error> {
    sql("SELECT former_email, new_email, asked_at, confirmed_at, stopped_at FROM email_changes WHERE user_id = $1
         ORDER BY asked_at")
    .bind(id)
    .all(tx)
    .await
}

/// The audit log about the user.
pub async fn audit(tx: &mut Tx, id: &str) -> Result<Vec<AuditData>, sqlx::Error> {
    sql("SELECT at, operation, result, actor_kind FROM audit WHERE user_id = $1 ORDER BY at, id")
        .bind(id)
        .all(tx)
        .await
}

/// Whether a call about the user is open.
pub async fn on_a_call(tx: &mut Tx, id: &str) -> Result<bool, sqlx::Error> {
    Ok(sql("SELECT COUNT(*) FROM calls WHERE user_id = $1 AND ended_at IS NULL").bind(id).number(tx).await?
        > 0)
}

/// What belongs to the user alone; rows that others point at come last.
const REMOVED: &[&str] = &[
    "DELETE FROM pending_phones WHERE user_id = $1",
    "DELETE FROM security_answers WHERE user_id = $1",
    "DELETE FROM remembered_browsers WHERE user_id = $1",
    "DELETE FROM sign_in_challenges WHERE user_id = $1",
    "DELETE FROM call_references WHERE user_id = $1",
    "DELETE FROM reset_proofs WHERE user_id = $1",
    "DELETE FROM resets WHERE user_id = $1",
    "DELETE FROM email_changes WHERE user_id = $1",
    "DELETE FROM unlock_proofs WHERE link_id IN (SELECT id FROM links WHERE user_id = $1)
       OR (contact_id = $1 AND approval_id IS NULL)",
    // Of somebody else's e-mail: that its approval was used stays true without its contact.
    "UPDATE unlock_proofs SET code_id = NULL, contact_id = NULL, contact_epoch = NULL WHERE contact_id = $1",
    "DELETE FROM device_proofs WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)",
    "DELETE FROM session_networks WHERE user_id = $1",
    "DELETE FROM member_reminders WHERE user_id = $1 OR reminded_by = $1",
    "DELETE FROM sign_answers WHERE user_id = $1 OR answered_by = $1",
    "UPDATE team_review_rows SET given_name = 'Erased', family_name = 'user', given_fold = 'erased', family_fold = 'user',
       email = '', email_fold = '', last_sign_in_at = NULL WHERE user_id = $1",
    "UPDATE team_reviews SET started_by_name = 'Erased user' WHERE started_by = $1",
    "UPDATE team_reviews SET signed_by_name = 'Erased user' WHERE signed_by = $1",
    "DELETE FROM sessions WHERE user_id = $1",
    "UPDATE two_step SET state = 'never', phone = NULL, phone_last4 = NULL, recovery_code_hash = NULL,
       recovery_code_at = NULL, recovery_code_last_group = NULL WHERE user_id = $1",
    "UPDATE operators SET user_id = NULL WHERE user_id = $1",
    "UPDATE calls SET address = '', notes = '', reference = NULL WHERE user_id = $1",
    "UPDATE outbox SET address = '', facts = '{}', sealed_secret = NULL, server_reply = NULL, lease_until = NULL,
       fence = fence + 1,
       state = CASE WHEN state IN ('waiting', 'sending', 'deferred') THEN 'superseded' ELSE state END
     WHERE user_id = $1",
    // Personal data of the audit log stands in `detail` alone; the chain is over its hash.
    "UPDATE audit SET detail = NULL
     WHERE user_id = $1 OR call_id IN (SELECT id FROM calls WHERE user_id = $1)",
];

/// Takes away everything about a user that says who it is or opens anything.
pub async fn erase(tx: &mut Tx, user: &User, now: Moment) -> Result<(), sqlx::Error> {
    for address in
        addresses(tx, &user.id).await?.iter().flat_map(|change| [&change.former_email, &change.new_email])
    {
        forget_address(tx, address).await?;
    }
    forget_address(tx, &user.email).await?;
    forget_letters(tx, user).await?;
    for statement in REMOVED {
        sql(statement).bind(&user.id).run(tx).await?;
    }
    forget_requests(tx, &user.id, now).await?;
    forget_invitations(tx, user).await?;
    forget_look_ups(tx, user).await?;
    sql("UPDATE codes SET code_hash = NULL, ended_at = COALESCE(ended_at, $2) WHERE user_id = $1")
        .bind(&user.id)
        .bind(now)
        .run(tx)
        .await?;
    sql("UPDATE links SET address = '', secret_hash = NULL, ended_because = COALESCE(ended_because, 'account_changed'),
           ended_at = COALESCE(ended_at, $2) WHERE user_id = $1")
    .bind(&user.id)
    .bind(now)
    .run(tx)
    .await?;
    // No mailbox can have this address: `.invalid` is nobody's [RFC 2606 2].
    let nobody = format!("erased-{}@erased.invalid", user.id.to_lowercase());
    sql("UPDATE users SET given_name = 'Erased', family_name = 'user', given_fold = 'erased', family_fold = 'user',
           email = $2, email_fold = $2, account = 'closed', locked_by = NULL, lock_beneath = NULL, password_hash = NULL,
           security_epoch = security_epoch + 1, offered_phone = NULL, paused_until = NULL,
           reference_paused_until = NULL, stopped_until = NULL, frozen_until = NULL, last_sign_in_at = NULL,
           former_email = NULL, former_email_until = NULL, reminded_at = NULL, unfinished_told_at = NULL
         WHERE id = $1")
    .bind(&user.id)
    .bind(nobody)
    .run(tx)
    .await?;
    Ok(())
}

/// Requests of administrators about the user, or confirmed by the user: reasons and what came of them are free text. One that
/// waits is over with its content. Reasons of reports are codes and stay.
async fn forget_requests(tx: &mut Tx, id: &str, now: Moment) -> Result<(), sqlx::Error> {
    sql("UPDATE approvals SET notes = '', content = '', reason = CASE WHEN seal IS NULL THEN reason ELSE '' END,
           decision = CASE WHEN decision IS NULL THEN NULL ELSE '' END,
           decided_at = CASE WHEN state = 'waiting' AND seal IS NOT NULL THEN $3 ELSE decided_at END,
           state = CASE WHEN state = 'waiting' AND seal IS NOT NULL THEN 'expired' ELSE state END
         WHERE user_id = $1 OR content LIKE $2")
    .bind(id)
    .bind(format!("%\"contact_id\":\"{id}\"%"))
    .bind(now)
    .run(tx)
    .await?;
    Ok(())
}

/// Invitations and reminders that name a billing user to colleagues: the name is needed until they are sent.
async fn forget_invitations(tx: &mut Tx, user: &User) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET facts = '{}'
         WHERE letter IN ('invitation', 'two_step_reminder') AND state IN ('accepted', 'superseded', 'expired')
           AND user_id IN (SELECT id FROM users WHERE company_id = $1)")
    .bind(&user.company_id)
    .run(tx)
    .await?;
    let by = |name: &str| format!("\"by\":{}", serde_json::Value::from(name));
    sql("UPDATE outbox SET facts = REPLACE(facts, $2, $3)
         WHERE letter IN ('invitation', 'two_step_reminder')
           AND user_id IN (SELECT id FROM users WHERE company_id = $1)")
    .bind(&user.company_id)
    .bind(by(&user.name()))
    .bind(by("Erased user"))
    .run(tx)
    .await?;
    Ok(())
}

/// Look-ups are about nobody by column: their detail goes where the user was shown, or was typed by whole name or by the
/// beginning of an address.
async fn forget_look_ups(tx: &mut Tx, user: &User) -> Result<(), sqlx::Error> {
    let mut after = String::new();
    let names = [search_fold(&user.given_name), search_fold(&user.family_name)];
    let address = user.email.split('@').next().unwrap_or_default().to_lowercase();
    loop {
        let page: Vec<(String, String)> = sql("SELECT id, detail FROM audit
             WHERE operation = 'look_up' AND detail IS NOT NULL AND id > $1 ORDER BY id LIMIT 1000")
        .bind(&after)
        .all(tx)
        .await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        for (id, detail) in &page {
            let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
            let typed = detail["query"].as_str().unwrap_or_default();
            let words = format!(" {} ", search_fold(typed));
            let by_name = names.iter().all(|name| words.contains(&format!(" {name} ")));
            let by_address = !address.is_empty() && typed.to_lowercase().contains(&address);
            if by_name || by_address || detail.to_string().contains(&user.id) {
                sql("UPDATE audit SET detail = NULL WHERE id = $1").bind(id).run(tx).await?;
            }
        }
    }
}

/// Requests with an address, before anybody looked whose it is, and letters of a demo.
async fn forget_address(tx: &mut Tx, address: &str) -> Result<(), sqlx::Error> {
    sql("DELETE FROM reset_requests WHERE email_fold = $1").bind(address.to_lowercase()).run(tx).await?;
    sql("DELETE FROM demo_mailbox WHERE sent_to = $1").bind(address).run(tx).await?;
    Ok(())
}

/// Letters about colleagues that went to the user: a billing user is told of the company's unlocks, and gets contact codes.
/// (Those that name a billing user to colleagues: `forget_invitations`.)
async fn forget_letters(tx: &mut Tx, user: &User) -> Result<(), sqlx::Error> {
    sql("UPDATE outbox SET address = '', sealed_secret = NULL, server_reply = NULL, lease_until = NULL, fence = fence + 1,
           state = CASE WHEN state IN ('waiting', 'sending', 'deferred') THEN 'superseded' ELSE state END
         WHERE address = $1")
    .bind(&user.email)
    .run(tx)
    .await?;
    Ok(())
}
