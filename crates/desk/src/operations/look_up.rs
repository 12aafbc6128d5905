//! Look-up: finds callers while the agent types. Rows are masked; everything else opens with a call.

use recovery_rules::call_reference::CallReference;
use recovery_rules::fold::marks;
use recovery_rules::look_up_query::Query;
use recovery_rules::mask::masked_email;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Role, Who};
use recovery_rules::similar_names::similar_names;
use recovery_rules::time::{Moment, Span};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::look_up::{self, LIMIT};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::look_up::Candidate;
use crate::store::{call_references, look_up as store, requests, users};
use crate::work::Work;

/// The keystrokes of one search count once for so long; a search that lasts longer is another one.
const ONE_SEARCH: Span = Span::seconds(60);
/// Requests a search may take on average: typing a name, correcting it, narrowing it.
const KEYSTROKES_A_SEARCH: i64 = 20;
/// Call references that lead nowhere; there are 17 million, and somebody who reads one out mistypes a few.
const WRONG_REFERENCES_AN_HOUR: i64 = 20;

/// Looks for users.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct LookUp {
    /// What was typed.
    pub query: String,
    /// The client's id of this search: its keystrokes count once.
    pub search_id: String,
}

/// What was found.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Found {
    /// At most eight, best first.
    pub users: Vec<UserRow>,
    /// Whether more match.
    pub more: bool,
    /// How many are shown.
    pub count: usize,
    /// Searches used in this hour.
    pub used_this_hour: i64,
    /// Searches an hour.
    pub limit_per_hour: i64,
    /// Whether too little was typed to look for anything.
    pub too_short: bool,
    /// Whether a call reference was typed.
    pub by_reference: bool,
    /// The reference, if it leads to an account.
    pub reference: Option<String>,
    /// Nothing was found because there are no users at all yet.
    pub no_users: bool,
}

/// A masked row.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UserRow {
    /// The user.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// First letter and domain of the address.
    pub masked_email: String,
    /// Where the name matches: start and length in UTF-16 units.
    pub name_marks: Vec<(u32, u32)>,
    /// Where the company matches.
    pub company_marks: Vec<(u32, u32)>,
    /// The colleague who is on a call about this user.
    pub busy_with: Option<String>,
    /// Whether that is the one who asks.
    pub busy_with_me: bool,
    /// Other rows that could be mistaken for this one on the phone.
    pub similar: Vec<usize>,
    /// The state of the account; administrators only.
    pub admin_state: Option<String>,
}

impl Operation for LookUp {
    const NAME: &'static str = "look_up";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = Found;
    type Shape = PlainShape;
}

impl Plain for LookUp {
    async fn run(self, work: &mut Work<'_>) -> Result<Found, Stop> {
        let query = Query::parse(&self.query);
        let used =
            if query == Query::TooShort { used_this_hour(work).await? } else { self.count(work).await? };
        let mut found = Found {
            users: Vec::new(),
            more: false,
            count: 0,
            used_this_hour: used,
            limit_per_hour: work.policy.count(Number::LookUpsAnHour),
            too_short: query == Query::TooShort,
            by_reference: matches!(query, Query::CallReference(_)),
            reference: None,
            no_users: false,
        };
        let (candidates, tokens) = match query {
            Query::TooShort => return Ok(found),
            Query::CallReference(reference) => {
                let row = by_reference(work, &reference).await?;
                found.reference = row.is_some().then(|| reference.text());
                (row.into_iter().collect(), Vec::new())
            }
            Query::EmailPrefix(prefix) => (look_up::address(&mut work.tx, &prefix).await?, Vec::new()),
            Query::Words { .. } => look_up::words(&mut work.tx, &query).await?,
        };
        found.more = candidates.len() > LIMIT;
        found.users = rows(&candidates[..candidates.len().min(LIMIT)], &tokens, work)?;
        found.count = found.users.len();
        found.no_users = found.count == 0 && !users::any(&mut work.tx).await?;
        work.note("query", self.query.chars().take(120).collect::<String>());
        work.note("shown", found.users.iter().map(|row| row.user_id.clone()).collect::<Vec<_>>());
        Ok(found)
    }
}

impl LookUp {
    /// Counts a search once, whatever its keystrokes; says how many are used in this hour.
    async fn count(&self, work: &mut Work<'_>) -> Result<i64, Stop> {
        if self.search_id.is_empty() || self.search_id.len() > 64 {
            return Err(Refusal::MalformedRequest.into());
        }
        let operator = work.operator()?.id.clone();
        let search = format!("search:{}", self.search_id);
        let owner = work.actor.request_owner();
        let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
        let keystrokes = KEYSTROKES_A_SEARCH * work.policy.count(Number::LookUpsAnHour);
        counters::spend_within(&mut work.tx, keys, Counter::Keystrokes, &operator, keystrokes, hour, now)
            .await?
            .map_err(|until| Refusal::LookUpLimit { until })?;
        if !requests::insert(&mut work.tx, &owner, &search, Self::NAME, &[0; 32], now).await? {
            let began = requests::find(&mut work.tx, &owner, &search).await?.map_or(0, |row| row.at);
            if now < Moment(began) + ONE_SEARCH {
                return used_this_hour(work).await;
            }
            // Kept for longer than anybody types, it is another search under the same id.
            requests::forget(&mut work.tx, &owner, &search).await?;
            requests::insert(&mut work.tx, &owner, &search, Self::NAME, &[0; 32], now).await?;
        }
        let limit = work.policy.count(Number::LookUpsAnHour);
        let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
        let spent = counters::spend_within(&mut work.tx, keys, Counter::LookUps, &operator, limit, hour, now)
            .await?
            .map_err(|until| Refusal::LookUpLimit { until })?;
        Ok(spent.spent)
    }
}

async fn used_this_hour(work: &mut Work<'_>) -> Result<i64, Stop> {
    let operator = work.operator()?.id.clone();
    let spent = counters::seen(&mut work.tx, &work.desk.keys, Counter::LookUps, &operator).await?;
    Ok(spent.filter(|s| work.now < s.window_start + Span::hours(1)).map_or(0, |s| s.spent))
}

/// A reference leads to exactly one account or to none; misses are counted like wrong answers of the desk.
async fn by_reference(work: &mut Work<'_>, reference: &CallReference) -> Result<Option<Candidate>, Stop> {
    let hash = reference_hash(work, reference);
    match call_references::user_of(&mut work.tx, &hash, work.now).await? {
        Some(user) => Ok(store::one(&mut work.tx, &user).await?),
        None => {
            let operator = work.operator()?.id.clone();
            let (keys, now) = (&work.desk.keys, work.now);
            counters::spend_within(
                &mut work.tx,
                keys,
                Counter::WrongReferences,
                &operator,
                WRONG_REFERENCES_AN_HOUR,
                Span::hours(1),
                now,
            )
            .await?
            .map_err(|until| Refusal::LookUpLimit { until })?;
            work.note("wrong_reference", true);
            Ok(None)
        }
    }
}

/// The keyed hash a reference is found by.
pub fn reference_hash(work: &Work<'_>, reference: &CallReference) -> [u8; 32] {
    work.desk.keys.keyed_hash("call_reference", &[reference.text().as_bytes()])
}

fn rows(candidates: &[Candidate], tokens: &[String], work: &Work<'_>) -> Result<Vec<UserRow>, Stop> {
    let operator = work.operator()?;
    let names: Vec<_> = candidates.iter().map(|c| (c.given_fold.clone(), c.family_fold.clone())).collect();
    Ok(candidates
        .iter()
        .enumerate()
        .map(|(i, candidate)| {
            let name = format!("{} {}", candidate.given_name, candidate.family_name).trim().to_owned();
            UserRow {
                user_id: candidate.id.clone(),
                name_marks: marks(&name, tokens),
                name,
                company_marks: marks(&candidate.company, tokens),
                company: candidate.company.clone(),
                masked_email: masked_email(&candidate.email),
                busy_with: candidate.busy_with.clone(),
                busy_with_me: candidate.busy_with_id.as_deref() == Some(&operator.id),
                similar: similar_names(&names, i),
                admin_state: (operator.role == Role::Administrator).then(|| candidate.account.clone()),
            }
        })
        .collect())
}
