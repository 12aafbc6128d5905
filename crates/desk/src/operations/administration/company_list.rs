//! Companies: the list, whether a company's users are handled by administrators only, and what it asks for before an
//! unlock. Asking for more is done at once; asking for less needs a second administrator.

use recovery_rules::contact::RecoveryPolicy;
use recovery_rules::fold::search_fold;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;
use serde::{Deserialize, Serialize};

use super::asking::ask_second;
use super::wanted::Wanted;
use super::{ADMINISTRATORS, Decided, of_an_administrator, reason};
use crate::failure::Stop;
use crate::fresh_code;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::{approvals, companies};
use crate::work::Work;

/// Companies on a page.
const PAGE: i64 = 50;

/// Asks for companies, by name.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ReadCompanies {
    /// How the name begins; empty for all.
    pub name: String,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// A page of them.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompanyRows {
    /// Each of them.
    pub companies: Vec<CompanyRow>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// One company.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CompanyRow {
    /// Its id.
    pub company_id: String,
    /// Its name.
    pub name: String,
    /// Whether its users are handled by administrators only.
    pub protected: bool,
    /// What it asks for before an unlock link opens an account: `link` or `link_and_contact_code`.
    pub recovery: String,
    /// How many users it has.
    pub users: i64,
    /// Of them, billing users.
    pub billing_users: i64,
    /// The request to take its protection away that waits.
    pub approval_id: Option<String>,
    /// The request to ask for no contact code any more that waits.
    pub recovery_approval_id: Option<String>,
}

/// Protects a company, or asks to take that away.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ProtectCompany {
    /// Which.
    pub company_id: String,
    /// Whether its users are to be handled by administrators only.
    pub protected: bool,
    /// Why.
    pub reason: String,
}

/// Changes what a company asks for before an unlock link opens an account of its users, or asks to loosen it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ChangeCompanyRecovery {
    /// Which.
    pub company_id: String,
    /// `link` or `link_and_contact_code`.
    pub recovery: String,
    /// Why.
    pub reason: String,
}

of_an_administrator!(ProtectCompany, "protect_company");
of_an_administrator!(ChangeCompanyRecovery, "change_company_recovery");

impl Operation for ReadCompanies {
    const NAME: &'static str = "read_companies";
    const WHO: recovery_rules::roles::Who = ADMINISTRATORS;
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    type Answer = CompanyRows;
    type Shape = PlainShape;
}

impl Plain for ReadCompanies {
    async fn run(self, work: &mut Work<'_>) -> Result<CompanyRows, Stop> {
        let begins = search_fold(&self.name);
        // A page begins behind a folded name and an id; a null character parts them and stands in neither.
        let after = self.after.as_deref().and_then(|after| after.split_once('\u{1f}')).unwrap_or_default();
        let mut rows = companies::page(&mut work.tx, &begins, after, PAGE + 1).await?;
        let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|last| format!("{}\u{1f}{}", last.name_fold, last.id));
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            let waiting = approvals::waiting_about(&mut work.tx, "change_company", &row.id, work.now).await?;
            let recovery =
                approvals::waiting_about(&mut work.tx, "change_company_recovery", &row.id, work.now).await?;
            listed.push(CompanyRow {
                company_id: row.id,
                name: row.name,
                protected: row.protected,
                recovery: row.recovery,
                users: row.users,
                billing_users: row.billing_users,
                approval_id: waiting.map(|request| request.id),
                recovery_approval_id: recovery.map(|request| request.id),
            });
        }
        Ok(CompanyRows { companies: listed, next })
    }
}

impl Plain for ProtectCompany {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let company = lock(&self.company_id, work).await?;
        let reason = reason(&self.reason)?;
        work.note("protected", self.protected);
        work.note("reason", reason.clone());
        if company.protected == self.protected {
            return Err(Refusal::NothingToChange.into());
        }
        if !self.protected {
            return ask_second(&Wanted::UnprotectCompany { company_id: company.id }, &reason, work).await;
        }
        companies::protect(&mut work.tx, &company.id, true).await?;
        Ok(Decided::DONE)
    }
}

impl Plain for ChangeCompanyRecovery {
    async fn run(self, work: &mut Work<'_>) -> Result<Decided, Stop> {
        let company = lock(&self.company_id, work).await?;
        let to = RecoveryPolicy::from_name(&self.recovery)
            .ok_or(Refusal::BadField { field: "recovery", problem: "choice_unknown" })?;
        let reason = reason(&self.reason)?;
        let is = company.recovery()?;
        work.note("recovery", to.name());
        work.note("reason", reason.clone());
        if is == to {
            return Err(Refusal::NothingToChange.into());
        }
        if is.loosens(to) {
            return ask_second(&Wanted::LoosenRecovery { company_id: company.id }, &reason, work).await;
        }
        companies::set_recovery(&mut work.tx, &company.id, to).await?;
        Ok(Decided::DONE)
    }
}

/// The company, locked, after a fresh code. Nobody changes the own company.
async fn lock(company_id: &str, work: &mut Work<'_>) -> Result<companies::Company, Stop> {
    fresh_code::required(work).await?;
    let company = companies::lock(&mut work.tx, company_id).await?.ok_or(Refusal::NotFound)?;
    if work.operator()?.company_id.as_deref() == Some(&company.id) {
        return Err(Refusal::OwnCompany.into());
    }
    work.note("company", company.id.clone());
    Ok(company)
}
