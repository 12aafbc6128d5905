//! A review: a snapshot of all members, open until a billing user signs off exactly what was seen. Who becomes a member
//! meanwhile is marked; who leaves the company is gone from it at once.

use recovery_rules::notes::notes_hold_a_code;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::members::{MemberRow, ReadTeam, days_of, page};
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::team_reviews::{self, Review, SignOff};
use crate::work::Work;

/// Reviews on a page.
const PAGE: usize = 20;
/// Characters of a note.
const NOTE: usize = 500;
/// Rows of one review.
const ALL: usize = 100_000;

/// Starts a review.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StartReview {}

/// Signs a review off.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SignOffReview {
    /// Which.
    pub review_id: String,
    /// The digest that was shown with it: what is signed is what was seen.
    pub digest: String,
    /// A remark, if there is one.
    pub note: String,
}

/// Asks for the company's reviews, newest first.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadReviews {
    /// The last id of the page before.
    pub before: Option<String>,
}

/// A page of reviews.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReviewRows {
    /// Each of them.
    pub reviews: Vec<ReviewRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReviewRow {
    /// Its id.
    pub review_id: String,
    /// Who started it.
    pub started_by: String,
    /// UTC ms.
    pub started_at: i64,
    /// Who signed it off; none while it is open.
    pub signed_by: Option<String>,
    /// UTC ms.
    pub signed_at: Option<i64>,
    /// What it shows, as a hash: SHA-256 in hexadecimal digits over every row.
    pub digest: String,
    /// What it shows, in numbers.
    pub counts: ReviewCounts,
    /// What whoever signed it off wrote.
    pub note: String,
}

/// A review in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReviewCounts {
    /// Members.
    pub members: i64,
    /// With 2-step on.
    pub two_step_on: i64,
    /// With 2-step to be set up again.
    pub to_be_set_up_again: i64,
    /// With all four questions answered.
    pub questions_answered: i64,
    /// With a sign of a shared log-in.
    pub with_signs: i64,
    /// Who became members after it was started.
    pub added: i64,
}

macro_rules! of_a_review {
    ($request:ident, $name:literal) => {
        impl Operation for $request {
            const NAME: &'static str = $name;
            const WHO: Who = Who::Operator(BILLING);
            const DOORS: &'static [Door] = &[Door::Desk];
            const KIND: Kind = Kind::Change;
            type Answer = ReviewRow;
            type Shape = PlainShape;

            fn kept(answer: &ReviewRow) -> String {
                answer.review_id.clone()
            }

            async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<ReviewRow, Stop> {
                let company_id = work.billing()?.company_id.clone();
                let review = team_reviews::by_id(&mut work.tx, &company_id, kept).await?;
                review_row(review.ok_or(Refusal::NotFound)?, work).await
            }
        }
    };
}
of_a_review!(StartReview, "start_review");
of_a_review!(SignOffReview, "sign_off_review");

impl Operation for ReadReviews {
    const NAME: &'static str = "read_reviews";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = ReviewRows;
    type Shape = PlainShape;
}

impl Plain for StartReview {
    async fn run(self, work: &mut Work<'_>) -> Result<ReviewRow, Stop> {
        let billing = work.billing_proved()?;
        let id = work.new_id();
        work.note("review", id.clone());
        work.note("company", billing.company_id.clone());
        let by = (billing.id.as_str(), billing.name.as_str());
        if !team_reviews::start(&mut work.tx, &id, &billing.company_id, by, work.now).await? {
            return Err(Refusal::ReviewOpen.into());
        }
        count_signs(&id, &billing.company_id, work).await?;
        let review = team_reviews::by_id(&mut work.tx, &billing.company_id, &id).await?;
        review_row(review.ok_or(Refusal::NotFound)?, work).await
    }
}

impl Plain for SignOffReview {
    async fn run(self, work: &mut Work<'_>) -> Result<ReviewRow, Stop> {
        let billing = work.billing_proved()?;
        let company_id = &billing.company_id;
        let review =
            team_reviews::lock(&mut work.tx, company_id, &self.review_id).await?.ok_or(Refusal::NotFound)?;
        work.note("review", review.id.clone());
        if review.signed_at.is_some() {
            return Err(Refusal::ReviewSigned.into());
        }
        let note = self.note.trim();
        if note.chars().count() > NOTE {
            return Err(Refusal::BadField { field: "note", problem: "reason_too_long" }.into());
        }
        if notes_hold_a_code(note).is_some() {
            return Err(Refusal::BadField { field: "note", problem: "reason_holds_a_code" }.into());
        }
        team_reviews::take_out(&mut work.tx, &review.id, company_id).await?;
        let added = team_reviews::take_in(&mut work.tx, &review.id, company_id, true).await?;
        if added > 0 {
            count_added_signs(&review.id, work).await?;
        }
        let (digest, counts) = seen(&review.id, work).await?;
        if digest != self.digest {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        let json = serde_json::to_string(&counts).map_err(|error| Fault::Stored(error.to_string()))?;
        let sign_off = SignOff { by: &billing.id, name: &billing.name, digest: &digest, counts: &json, note };
        if !team_reviews::sign_off(&mut work.tx, company_id, &review.id, sign_off, work.now).await? {
            return Err(Refusal::ReviewSigned.into());
        }
        work.note("digest", digest);
        work.note("members", counts.members);
        work.note("added", counts.added);
        let review = team_reviews::by_id(&mut work.tx, company_id, &review.id).await?;
        review_row(review.ok_or(Refusal::NotFound)?, work).await
    }
}

impl Plain for ReadReviews {
    async fn run(self, work: &mut Work<'_>) -> Result<ReviewRows, Stop> {
        let company_id = work.billing()?.company_id.clone();
        let limit = i64::try_from(PAGE).unwrap_or(20) + 1;
        let mut rows = team_reviews::page(&mut work.tx, &company_id, self.before.as_deref(), limit).await?;
        let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].id.clone());
        rows.truncate(PAGE);
        let mut reviews = Vec::with_capacity(rows.len());
        for review in rows {
            reviews.push(review_row(review, work).await?);
        }
        Ok(ReviewRows { reviews, next })
    }
}

/// A review as a screen shows it; of an open one what is seen is counted now.
pub(super) async fn review_row(review: Review, work: &mut Work<'_>) -> Result<ReviewRow, Stop> {
    let (digest, counts) = match (review.digest, review.counts) {
        (Some(digest), Some(counts)) => {
            (digest, serde_json::from_str(&counts).map_err(|error| Fault::Stored(error.to_string()))?)
        }
        _ => seen(&review.id, work).await?,
    };
    Ok(ReviewRow {
        review_id: review.id,
        started_by: review.started_by_name,
        started_at: review.started_at,
        signed_by: review.signed_by_name,
        signed_at: review.signed_at,
        digest,
        counts,
        note: review.note,
    })
}

/// What a review shows, whole: its hash and its numbers.
async fn seen(review_id: &str, work: &mut Work<'_>) -> Result<(String, ReviewCounts), Stop> {
    let asked = ReadTeam {
        review_id: Some(review_id.to_owned()),
        filter: "all".to_owned(),
        name: String::new(),
        sort: "name".to_owned(),
        descending: false,
        after: None,
    };
    let (rows, _) = page(&asked, ALL, work).await?;
    let mut hash = Sha256::new();
    let mut counts = ReviewCounts::default();
    for row in rows {
        counts.members += 1;
        counts.two_step_on += i64::from(row.two_step == "on");
        counts.to_be_set_up_again += i64::from(row.two_step == "to_be_set_up_again");
        counts.questions_answered += i64::from(row.questions_answered);
        counts.with_signs += i64::from(!row.signs.is_empty());
        counts.added += i64::from(row.added);
        let json = serde_json::to_string(&steady(row)).map_err(|error| Fault::Stored(error.to_string()))?;
        hash.update(json.as_bytes());
        hash.update(b"\n");
    }
    Ok((hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), counts))
}

/// Of a member who was added what goes on changing stays out of the hash until the sign-off.
fn steady(row: MemberRow) -> MemberRow {
    if row.added { MemberRow { last_sign_in_at: None, reminded_at: None, ..row } } else { row }
}

/// Asks the rule about those members who had sessions from several networks.
async fn count_signs(review_id: &str, company_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let since = work.now - work.policy.span(Number::SharingWindow);
    for user_id in team_reviews::candidates(&mut work.tx, review_id, company_id, since).await? {
        let days = days_of(&user_id, work).await?;
        team_reviews::set_distant_days(&mut work.tx, review_id, &user_id, days).await?;
    }
    Ok(())
}

async fn count_added_signs(review_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let asked = ReadTeam {
        review_id: Some(review_id.to_owned()),
        filter: "added".to_owned(),
        name: String::new(),
        sort: "name".to_owned(),
        descending: false,
        after: None,
    };
    for row in page(&asked, ALL, work).await?.0 {
        let days = days_of(&row.user_id, work).await?;
        team_reviews::set_distant_days(&mut work.tx, review_id, &row.user_id, days).await?;
    }
    Ok(())
}
