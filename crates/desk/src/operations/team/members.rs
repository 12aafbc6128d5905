//! The team, page by page: as it is now, or as a review saw it. D12.2: states and dates, the work mail, and nothing else.

use recovery_rules::fold::search_fold;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{BILLING, Door, Who};
use recovery_rules::shared_log_in::{Sign, SignAnswer, answer_until, answered, distant_days, signs};
use recovery_rules::time::Moment;
use serde::{Deserialize, Serialize};

use super::reviews::{ReviewRow, review_row};
use crate::failure::{Fault, Stop};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::team::{self, Member, Of, Wanted};
use crate::store::{companies, team_reviews};
use crate::work::Work;

/// Members on a page.
pub(super) const PAGE: usize = 50;
/// Rows looked through at once where the rule leaves some out.
const CHUNK: i64 = 200;
const FILTERS: [&str; 15] = [
    "all",
    "needs_something",
    "fully_protected",
    "to_be_set_up_again",
    "one_password_away",
    "no_help_by_phone",
    "without_two_step",
    "questions_missing",
    "never_signed_in",
    "with_signs",
    "signs_open",
    "signs_answered",
    "added",
    "reminder_due",
    "reminded",
];
/// Of these the rule leaves some out.
const PICKY: [&str; 3] = ["with_signs", "signs_open", "signs_answered"];
const SORTS: [&str; 7] = ["name", "email", "two_step", "questions", "last_sign_in", "joined", "reminded"];

/// Asks for members of the own company.
#[derive(Clone, Debug, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadTeam {
    /// As this review saw them; none: as they are now.
    pub review_id: Option<String>,
    /// `all`; one of the four groups that every member is in (`fully_protected`, `to_be_set_up_again`,
    /// `one_password_away`, `no_help_by_phone`); or `needs_something`, `without_two_step`, `questions_missing`,
    /// `never_signed_in`, `with_signs`, `signs_open` (not answered, or no longer), `signs_answered`, `added`, `reminder_due`,
    /// `reminded`.
    pub filter: String,
    /// How a name or the address begins; empty for all.
    pub name: String,
    /// `name`, `email`, `two_step`, `questions`, `last_sign_in`, `joined` or `reminded`.
    pub sort: String,
    /// From the end.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TeamPage {
    /// The company's name.
    pub company: String,
    /// Whether reminding, inviting, signing off and exporting are possible in this session.
    pub may_change: bool,
    /// How long after a reminder the next is possible, in ms.
    pub reminder_every: i64,
    /// The company in numbers, as it is now.
    pub counts: TeamCounts,
    /// The review, on its first page.
    pub review: Option<ReviewRow>,
    /// Each member.
    pub members: Vec<MemberRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// The company in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TeamCounts {
    /// Members.
    pub members: i64,
    /// With 2-step on.
    pub two_step_on: i64,
    /// With 2-step to be set up again.
    pub to_be_set_up_again: i64,
    /// With all four questions answered.
    pub questions_answered: i64,
    /// Who never signed in.
    pub never_signed_in: i64,
    /// With 2-step on and all four questions answered. This group, `to_be_set_up_again` and the next two hold every
    /// member once.
    pub fully_protected: i64,
    /// With 2-step off or never on, and all four questions answered.
    pub one_password_away: i64,
    /// With questions missing.
    pub no_help_by_phone: i64,
    /// Who can be reminded now.
    pub reminder_due: i64,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberRow {
    /// The user.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// Their work mail.
    pub email: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// `active` or `locked`.
    pub account: String,
    /// `never`, `on`, `off` or `to_be_set_up_again`.
    pub two_step: String,
    /// Since when, UTC ms.
    pub two_step_since: i64,
    /// Whether all four questions are answered.
    pub questions_answered: bool,
    /// Last sign-in, UTC ms.
    pub last_sign_in_at: Option<i64>,
    /// When the account was made, UTC ms.
    pub joined_at: i64,
    /// Last reminder, UTC ms.
    pub reminded_at: Option<i64>,
    /// Signs of a shared log-in.
    pub signs: Vec<MemberSign>,
    /// What a billing user answered to them; none where there are no signs now.
    pub sign_answer: Option<MemberSignAnswer>,
    /// Became a member after the review was started.
    pub added: bool,
}

/// A sign of a shared log-in, with what was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberSign {
    /// `distant_networks` (counted are days) or `same_phone` (counted are accounts of this company, this one included).
    pub sign: String,
    /// What was counted.
    pub counted: i64,
    /// How many the policy takes for a sign.
    pub takes: i64,
    /// Over how many days back sessions are looked at.
    pub days_back: i64,
}

/// What a billing user of the company answered to a member's signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberSignAnswer {
    /// `one_person`, `splitting` or `later`.
    pub answer: String,
    /// Who answered, by the name they have now.
    pub by: String,
    /// When, UTC ms.
    pub at: i64,
    /// Until when it holds, UTC ms.
    pub until: i64,
    /// Whether it holds: its time is not over, and no sign came up since that wasn't there when it was given.
    pub holds: bool,
}

impl Operation for ReadTeam {
    const NAME: &'static str = "read_team";
    const WHO: Who = Who::Operator(BILLING);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = TeamPage;
    type Shape = PlainShape;
}

impl Plain for ReadTeam {
    async fn run(self, work: &mut Work<'_>) -> Result<TeamPage, Stop> {
        let billing = work.billing()?.clone();
        let (members, next) = page(&self, PAGE, work).await?;
        let review = match (&self.review_id, &self.after) {
            (Some(id), None) => {
                let review = team_reviews::by_id(&mut work.tx, &billing.company_id, id).await?;
                Some(review_row(review.ok_or(Refusal::NotFound)?, work).await?)
            }
            _ => None,
        };
        let company = companies::by_id(&mut work.tx, &billing.company_id).await?.map(|company| company.name);
        let due_before = due_before(work);
        let counted = team::count(&mut work.tx, &billing.company_id, due_before).await?;
        Ok(TeamPage {
            company: company.unwrap_or_default(),
            may_change: billing.second_step,
            reminder_every: work.policy.span(Number::ReminderEvery).0,
            counts: TeamCounts {
                members: counted.members,
                two_step_on: counted.two_step_on,
                to_be_set_up_again: counted.to_be_set_up_again,
                questions_answered: counted.questions_answered,
                never_signed_in: counted.never_signed_in,
                fully_protected: counted.fully_protected,
                one_password_away: counted.one_password_away,
                no_help_by_phone: counted.no_help_by_phone,
                reminder_due: counted.reminder_due,
            },
            review,
            members,
            next,
        })
    }
}

/// A page and where the next begins; the same for the screen and for an export of it.
pub(super) async fn page(
    asked: &ReadTeam,
    size: usize,
    work: &mut Work<'_>,
) -> Result<(Vec<MemberRow>, Option<String>), Stop> {
    let company_id = work.billing()?.company_id.clone();
    let known = |field, list: &[&str], text: &str| {
        if list.contains(&text) {
            Ok(())
        } else {
            Err(Refusal::BadField { field, problem: "choice_unknown" })
        }
    };
    known("filter", &FILTERS, &asked.filter)?;
    known("sort", &SORTS, &asked.sort)?;
    let of = match asked.review_id.as_deref() {
        None => Of::Now,
        Some(id) => {
            let review =
                team_reviews::by_id(&mut work.tx, &company_id, id).await?.ok_or(Refusal::NotFound)?;
            if review.signed_at.is_some() { Of::Signed(id) } else { Of::Open(id) }
        }
    };
    let begins = search_fold(&asked.name);
    let mut after = asked.after.as_deref().map(keys).transpose()?;
    let since = work.now - work.policy.span(Number::SharingWindow);
    let picky = PICKY.contains(&asked.filter.as_str());
    let limit = if picky { CHUNK } else { i64::try_from(size).unwrap_or(CHUNK) + 1 };
    let mut shown: Vec<(MemberRow, String)> = Vec::new();
    loop {
        let wanted = Wanted {
            company_id: &company_id,
            of,
            filter: &asked.filter,
            begins: &begins,
            sort: &asked.sort,
            descending: asked.descending,
            after: after.as_ref().map(|(number, text, id)| (*number, text.as_str(), id.as_str())),
            since,
            due_before: due_before(work),
            limit,
        };
        let rows = team::page(&mut work.tx, &wanted).await?;
        let more = i64::try_from(rows.len()).unwrap_or(0) == limit;
        for member in rows {
            after = Some((member.number_key, member.text_key.clone(), member.id.clone()));
            let place = format!("{}\u{1f}{}\u{1f}{}", member.number_key, member.text_key, member.id);
            let row = row(member, work).await?;
            if fits(&asked.filter, &row) {
                shown.push((row, place));
            }
            if shown.len() > size {
                break;
            }
        }
        if shown.len() > size || !more {
            break;
        }
    }
    let next = (shown.len() > size).then(|| shown[size - 1].1.clone());
    Ok((shown.into_iter().take(size).map(|(row, _)| row).collect(), next))
}

/// Whether a row stands under a filter that the rule decides.
fn fits(filter: &str, row: &MemberRow) -> bool {
    let answered = row.sign_answer.as_ref().is_some_and(|answer| answer.holds);
    match filter {
        "with_signs" => !row.signs.is_empty(),
        "signs_open" => !row.signs.is_empty() && !answered,
        "signs_answered" => !row.signs.is_empty() && answered,
        _ => true,
    }
}

/// Whoever was reminded then or before can be reminded again.
fn due_before(work: &Work<'_>) -> Moment {
    work.now - work.policy.span(Number::ReminderEvery)
}

/// A place as it stands on the wire: number, text and id; a null character stands in none of them.
fn keys(after: &str) -> Result<(i64, String, String), Refusal> {
    let wrong = || Refusal::BadField { field: "after", problem: "choice_unknown" };
    let mut parts = after.split('\u{1f}');
    let mut next = || parts.next().ok_or_else(wrong);
    let number = next()?.parse().map_err(|_| wrong())?;
    Ok((number, next()?.to_owned(), next()?.to_owned()))
}

/// Days with sessions from distant networks at once, counted by the rule.
pub(super) async fn days_of(user_id: &str, work: &mut Work<'_>) -> Result<i64, Stop> {
    let company_id = work.billing()?.company_id.clone();
    let since = work.now - work.policy.span(Number::SharingWindow);
    let sessions = team::sessions(&mut work.tx, &company_id, user_id, since).await?;
    Ok(distant_days(&sessions, work.policy.span(Number::SharingOverlap)))
}

async fn row(member: Member, work: &mut Work<'_>) -> Result<MemberRow, Stop> {
    let days = if member.live { days_of(&member.id, work).await? } else { member.distant_days };
    let days_back = work.policy.span(Number::SharingWindow).0 / recovery_rules::time::Span::days(1).0;
    let found = signs(days, member.same_phone, &work.policy);
    let sign_answer = sign_answer(&member, &found, work)?;
    let signs = found
        .into_iter()
        .map(|(sign, counted, takes)| MemberSign { sign: sign.name().to_owned(), counted, takes, days_back })
        .collect();
    Ok(MemberRow {
        name: format!("{} {}", member.given_name, member.family_name).trim().to_owned(),
        user_id: member.id,
        email: member.email,
        kind: member.kind,
        account: member.account,
        two_step: member.two_step,
        two_step_since: member.two_step_since,
        questions_answered: member.answers == 4,
        last_sign_in_at: member.last_sign_in_at,
        joined_at: member.joined_at,
        reminded_at: member.reminded_at,
        signs,
        sign_answer,
        added: member.added,
    })
}

/// The answer to the signs that a row shows; in a review's row as it held when the review was started.
fn sign_answer(
    member: &Member,
    found: &[(Sign, i64, i64)],
    work: &Work<'_>,
) -> Result<Option<MemberSignAnswer>, Stop> {
    let (Some(answer), Some(at)) = (&member.sign_answer, member.answered_at) else { return Ok(None) };
    if found.is_empty() {
        return Ok(None);
    }
    let answer = SignAnswer::from_name(answer).ok_or_else(|| Fault::Stored(format!("an answer {answer}")))?;
    let then: Vec<_> =
        member.answered_signs.iter().flat_map(|s| s.split(',')).filter_map(Sign::from_name).collect();
    let shown: Vec<_> = found.iter().map(|(sign, _, _)| *sign).collect();
    let until = answer_until(answer, Moment(at), &work.policy);
    let now = member.as_of.map_or(work.now, Moment);
    Ok(Some(MemberSignAnswer {
        answer: answer.name().to_owned(),
        by: member.answered_by_name.clone().unwrap_or_default().trim().to_owned(),
        at,
        until: until.0,
        holds: answered(&shown, &then, until, now),
    }))
}
