//! The rows of a review for a file, page by page, exactly as the screen shows them. The first page spends one of the
//! day's exports; the others are read with the place that the page before gave, which is sealed. Every page is audited;
//! writing the file is in `team_export`.

use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use super::members::{MemberRow, ReadTeam, page};
use super::reviews::{ReviewRow, review_row};
use crate::export_place::{self, OnItsWay};
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::{companies, team_reviews};
use crate::work::Work;

/// Rows on a page of an export. Each page reads and sorts the whole review once more, whatever its order: so they are few.
const PAGE: usize = 5_000;

/// Asks for rows of a review, as the screen has them filtered and sorted.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ExportReview {
    /// What the screen shows, but for its place; its review must be named. Where a page begins is what the page before
    /// said, and leads on in that export alone.
    pub shown: ReadTeam,
    /// `csv` or `xlsx`, for the audit log.
    pub format: String,
}

/// A page of an export.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExportPage {
    /// The company's name.
    pub company: String,
    /// The review, on the first page.
    pub review: Option<ReviewRow>,
    /// Each member.
    pub members: Vec<MemberRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

impl Operation for ExportReview {
    const NAME: &'static str = "export_review";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Look;
    type Answer = ExportPage;
    type Shape = PlainShape;
}

impl Plain for ExportReview {
    async fn run(self, work: &mut Work<'_>) -> Result<ExportPage, Stop> {
        let billing = work.billing_proved()?;
        if !["csv", "xlsx"].contains(&self.format.as_str()) {
            return Err(Refusal::BadField { field: "format", problem: "choice_unknown" }.into());
        }
        let id = self.shown.review_id.clone().ok_or(Refusal::NotFound)?;
        let found = team_reviews::by_id(&mut work.tx, &billing.company_id, &id).await?;
        let found = found.ok_or(Refusal::NotFound)?;
        let shown = ReadTeam { after: None, ..self.shown.clone() };
        let what = serde_json::to_string(&(&shown, &self.format));
        let what = format!("{} {}", Self::NAME, what.map_err(|error| Fault::Stored(error.to_string()))?);
        let mut review = None;
        let (begun, after) = if let Some(sealed) = &self.shown.after {
            let OnItsWay { begun, place } = export_place::open(sealed, &what, work)?;
            (begun, Some(place))
        } else {
            let (limit, day) = (work.policy.count(Number::ExportsADay), Span::days(1));
            let (keys, now) = (&work.desk.keys, work.now);
            counters::spend_within(&mut work.tx, keys, Counter::Exports, &billing.id, limit, day, now)
                .await?
                .map_err(|until| Refusal::BillingLimit { until })?;
            review = Some(review_row(found, work).await?);
            (work.now, None)
        };
        let (members, next) = page(&ReadTeam { after, ..shown }, PAGE, work).await?;
        let next = next.map(|place| export_place::seal(&OnItsWay { begun, place }, &what, work));
        work.note("review", id);
        work.note("format", self.format);
        work.note("filter", self.shown.filter);
        work.note("rows", i64::try_from(members.len()).unwrap_or(i64::MAX));
        let company = companies::by_id(&mut work.tx, &billing.company_id).await?.map(|company| company.name);
        Ok(ExportPage { company: company.unwrap_or_default(), review, members, next })
    }
}
