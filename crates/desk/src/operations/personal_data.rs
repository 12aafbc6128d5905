//! Everything that is kept about one user, for the person who asks for it; and erasing it. Both come from the command line on the
//! database's own machine, audited. The audit chain stays intact: what says who somebody is stands in details alone, and
//! the chain is over their hashes.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Account, UserKind};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::operator_sign_in::folded;
use crate::perform::PlainShape;
use crate::store::personal_data::{
    self, AccountData, AddressData, AuditData, BrowserData, CallData, MessageData, QuestionData, SessionData,
};
use crate::store::personal_team_data::{
    self as team_data, ContactCodeData, ReminderData, ReviewData, ReviewedData, SignAnswerData,
};
use crate::store::users;
use crate::work::Work;

/// Asks for all that is kept about a user.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportUser {
    /// Their address.
    pub email: String,
}

/// All of it but secrets, which nobody can show: passwords, answers, codes and links are kept as hashes. Times are UTC ms.
#[derive(Debug, Serialize)]
pub struct UserData {
    /// Their id.
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Address.
    pub email: String,
    /// `standard` or `billing`.
    pub kind: String,
    /// `active`, `locked` or `closed`.
    pub account: String,
    /// Phone verification paused until.
    pub paused_until: Option<i64>,
    /// Phone recovery stopped until.
    pub stopped_until: Option<i64>,
    /// Contacts frozen until.
    pub frozen_until: Option<i64>,
    /// Last sign-in.
    pub last_sign_in_at: Option<i64>,
    /// Company, 2-step, phone.
    pub data: AccountData,
    /// Which questions were answered.
    pub questions: Vec<QuestionData>,
    /// Sessions.
    pub sessions: Vec<SessionData>,
    /// Remembered browsers.
    pub browsers: Vec<BrowserData>,
    /// Phone calls.
    pub calls: Vec<CallData>,
    /// Messages.
    pub messages: Vec<MessageData>,
    /// Changes of address.
    pub address_changes: Vec<AddressData>,
    /// Reminders to turn 2-step on, got and sent.
    pub reminders: Vec<ReminderData>,
    /// Answers to signs of a shared log-in, got and given.
    pub sign_answers: Vec<SignAnswerData>,
    /// Team reviews started or signed off.
    pub reviews: Vec<ReviewData>,
    /// The user as team reviews saw them.
    pub reviewed: Vec<ReviewedData>,
    /// Codes that went to the user as recovery contact.
    pub contact_codes: Vec<ContactCodeData>,
    /// The audit log about this account, by role.
    pub history: Vec<AuditData>,
}

impl Operation for ExportUser {
    const NAME: &'static str = "export_user";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = UserData;
    type Shape = PlainShape;
}

impl Plain for ExportUser {
    async fn run(self, work: &mut Work<'_>) -> Result<UserData, Stop> {
        let user = users::by_email(&mut work.tx, &folded(&self.email)).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        let (tx, id) = (&mut work.tx, &user.id);
        Ok(UserData {
            data: personal_data::account(tx, id).await?,
            questions: personal_data::questions(tx, id).await?,
            sessions: personal_data::sessions(tx, id).await?,
            browsers: personal_data::browsers(tx, id).await?,
            calls: personal_data::calls(tx, id).await?,
            messages: personal_data::messages(tx, id).await?,
            address_changes: personal_data::addresses(tx, id).await?,
            reminders: team_data::reminders(tx, id).await?,
            sign_answers: team_data::sign_answers(tx, id).await?,
            reviews: team_data::reviews(tx, id).await?,
            reviewed: team_data::reviewed(tx, id).await?,
            contact_codes: team_data::contact_codes(tx, id).await?,
            history: personal_data::audit(tx, id).await?,
            id: user.id,
            given_name: user.given_name,
            family_name: user.family_name,
            email: user.email,
            kind: user.kind,
            account: user.account,
            paused_until: user.paused_until,
            stopped_until: user.stopped_until,
            frozen_until: user.frozen_until,
            last_sign_in_at: user.last_sign_in_at,
        })
    }
}

/// Erases a user.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseUser {
    /// Their address.
    pub email: String,
}

/// Erased.
#[derive(Debug, Serialize)]
pub struct Erased {
    /// The id that stays, without anything that says whose it was.
    pub id: String,
}

impl Operation for EraseUser {
    const NAME: &'static str = "erase_user";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Erased;
    type Shape = PlainShape;
}

impl Plain for EraseUser {
    async fn run(self, work: &mut Work<'_>) -> Result<Erased, Stop> {
        let found = users::by_email(&mut work.tx, &folded(&self.email)).await?.ok_or(Refusal::NotFound)?;
        // Of several rows those of billing users are locked first and in the order of their ids, as everywhere.
        let last = found.kind()? == UserKind::Billing
            && found.account()? != Account::Closed
            && users::is_last_billing_user(&mut work.tx, &found).await?;
        let user = users::lock(&mut work.tx, &found.id).await?.ok_or(Refusal::NotFound)?;
        work.about_user(&user.id);
        // The agent would go on with a caller who is nobody any more.
        if personal_data::on_a_call(&mut work.tx, &user.id).await? {
            return Err(Refusal::AlreadyOnACall.into());
        }
        if (&user.kind, &user.company_id) != (&found.kind, &found.company_id) {
            return Err(Refusal::ChangedMeanwhile.into());
        }
        if last {
            return Err(Refusal::LastBillingUser.into());
        }
        personal_data::erase(&mut work.tx, &user, work.now).await?;
        Ok(Erased { id: user.id })
    }
}
