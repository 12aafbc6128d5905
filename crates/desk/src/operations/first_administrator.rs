//! The first administrator: possible only while nobody is an operator, in two steps, so that nobody is made
//! whose authenticator was never tried.

use recovery_rules::display_name::DisplayName;
use recovery_rules::email::Email;
use recovery_rules::passwords::{MINIMUM_ALONE, Password};
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role, Who};
use serde::{Deserialize, Serialize};

use crate::authenticator;
use crate::failure::{Fault, Stop};
use crate::hashing::InLine;
use crate::new_password;
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::perform::{JudgingShape, PlainShape};
use crate::secret::SecretText;
use crate::store::operators;
use crate::work::Work;

/// Makes the first administrator, not yet active.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CreateFirstAdministrator {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: SecretText,
}

/// What their authenticator app is given, shown once.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Created {
    /// To confirm with.
    pub operator_id: String,
    /// `otpauth://…`
    pub authenticator_uri: String,
    /// Base32, for typing in.
    pub authenticator_secret: String,
}

impl Operation for CreateFirstAdministrator {
    const NAME: &'static str = "create_first_administrator";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk, Door::System];
    const KIND: Kind = Kind::Change;
    const OVER_NETWORK: bool = false;
    type Answer = Created;
    type Shape = JudgingShape;
}

impl Judging for CreateFirstAdministrator {
    type Reserved = (DisplayName, Email);
    type Judged = String;

    async fn reserve(&self, work: &mut Work<'_>) -> Result<Self::Reserved, Stop> {
        nobody_yet(work).await?;
        let name = DisplayName::parse(&self.name)
            .map_err(|p| Refusal::BadField { field: "name", problem: p.code() })?;
        let email =
            Email::parse(&self.email).map_err(|p| Refusal::BadField { field: "email", problem: p.code() })?;
        let password = Password::new(self.password.expose().to_owned());
        new_password::judge(work.desk, &password, MINIMUM_ALONE, &[email.as_str(), name.as_str()])?
            .map_err(|p| Refusal::of_password("password", p))?;
        Ok((name, email))
    }

    async fn judge(&self, _reserved: &Self::Reserved, hasher: &InLine) -> Result<String, Stop> {
        let password = Password::new(self.password.expose().to_owned());
        Ok(hasher.hash_password(&password).await?)
    }

    async fn settle(
        self,
        (name, email): Self::Reserved,
        password_hash: String,
        work: &mut Work<'_>,
    ) -> Result<Created, Stop> {
        nobody_yet(work).await?;
        operators::remove_invited(&mut work.tx).await?;
        let desk = work.desk;
        let organisation = &desk.settings.organisation.name;
        let enrolment = authenticator::enrol(&desk.keys, &desk.chance, organisation, email.as_str())?;
        let operator = operators::Operator {
            id: work.new_id(),
            name: name.as_str().to_owned(),
            email: email.as_str().to_owned(),
            role: Role::Administrator.name().to_owned(),
            state: "invited".to_owned(),
            password_hash: Some(password_hash),
            authenticator: Some(enrolment.sealed),
            last_time_step: 0,
            user_id: None,
            session_epoch: 1,
        };
        if !operators::insert(&mut work.tx, &operator, &email.folded(), work.now).await? {
            return Err(Fault::Stored("the first administrator could not be added".to_owned()).into());
        }
        work.note("operator", operator.id.clone());
        Ok(Created {
            operator_id: operator.id,
            authenticator_uri: enrolment.uri,
            authenticator_secret: enrolment.secret,
        })
    }
}

async fn nobody_yet(work: &mut Work<'_>) -> Result<(), Stop> {
    if operators::count_active(&mut work.tx).await? > 0 {
        Err(Refusal::OperatorsExist.into())
    } else {
        Ok(())
    }
}

/// Confirms that the authenticator works; then the first administrator is active.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ConfirmFirstAdministrator {
    /// Who was made.
    pub operator_id: String,
    /// The code their app shows.
    pub code: SecretText,
}

/// Confirmed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Confirmed {
    /// Always true; anything else is a refusal.
    pub ok: bool,
}

impl Operation for ConfirmFirstAdministrator {
    const NAME: &'static str = "confirm_first_administrator";
    const WHO: Who = Who::Anonymous;
    const DOORS: &'static [Door] = &[Door::Desk, Door::System];
    const KIND: Kind = Kind::Change;
    const OVER_NETWORK: bool = false;
    type Answer = Confirmed;
    type Shape = PlainShape;

    async fn repeated(self, _kept: &str, _work: &mut Work<'_>) -> Result<Confirmed, Stop> {
        Ok(Confirmed { ok: true })
    }
}

impl Plain for ConfirmFirstAdministrator {
    async fn run(self, work: &mut Work<'_>) -> Result<Confirmed, Stop> {
        nobody_yet(work).await?;
        let operator = operators::by_id(&mut work.tx, &self.operator_id).await?.ok_or(Refusal::NotFound)?;
        let code = authenticator::typed(&self.code)?;
        let sealed = operator.authenticator.as_deref().ok_or(Refusal::NotFound)?;
        // The step is not spent: the same code may be used for the sign-in that follows at once.
        authenticator::time_step(&work.desk.keys, sealed, &code, work.now)?
            .ok_or(Refusal::BadField { field: "code", problem: "authenticator_code_not_right" })?;
        if !operators::activate(&mut work.tx, &operator.id).await? {
            return Err(Refusal::NotFound.into());
        }
        work.note("operator", operator.id);
        Ok(Confirmed { ok: true })
    }
}
