//! People. This file alone writes to the store: inviting operators and importing users have no public door yet
//! (they come with the administrator's screens), and a story needs both.

use recovery_desk::authenticator;
use recovery_desk::caller::Caller;
use recovery_desk::database::{Tx, sql};
use recovery_desk::desk::Desk;
use recovery_desk::id::new_id;
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::recovery_codes;
use recovery_desk::store::{call_references, companies, operators, security_answers, two_step, users};
use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::call_reference::CallReference;
use recovery_rules::email::Email;
use recovery_rules::fold::search_fold;
use recovery_rules::passwords::Password;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;
use recovery_rules::time::{Moment, Span};

use super::agent::{Agent, Authenticator};
use super::world::{World, ask};

/// The questions of every user here and what they answered. Long and odd, so that a scan for them finds no other
/// text.
pub const QUESTIONS: [&str; 4] =
    ["first_car_make", "parents_met_town", "first_school_name", "first_pet_name"];
/// Their answers, by slot.
pub const ANSWERS: [&str; 4] =
    ["Quibblecar Zephyr", "Nether Wallopstone", "Saint Ethelburga Nine", "Mr Whiskerbottom"];
/// The password users and operators have at first.
pub const PASSWORD: &str = "wandering teacup meridian 9";

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    pub given: &'a str,
    pub family: &'a str,
    pub email: &'a str,
    pub company: &'a str,
    pub kind: &'a str,
    pub answers: usize,
    pub two_step: TwoStep,
    pub frozen_until: Option<Moment>,
    pub account: &'a str,
    pub locked_by: Option<&'a str>,
}

impl Default for NewUser<'_> {
    fn default() -> Self {
        Self {
            given: "Priya",
            family: "Raman",
            email: "priya.raman@hartwell.example",
            company: "Hartwell Logistics",
            kind: "standard",
            answers: 4,
            two_step: TwoStep::On,
            frozen_until: None,
            account: "active",
            locked_by: None,
        }
    }
}

impl World {
    /// Priya Raman of Hartwell Logistics, with 2-step on and four answers; gives her id.
    pub async fn priya(&self) -> String {
        self.user(NewUser::default()).await
    }

    /// Makes a user, and the company if it is new; gives the user's id.
    pub async fn user(&self, new: NewUser<'_>) -> String {
        make_user(&self.desk, new).await.unwrap()
    }

    /// Makes a company that needs an administrator.
    pub async fn protected_company(&self, name: &str) {
        let mut tx = self.desk.database.begin().await.unwrap();
        company(&self.desk, &mut tx, name, true).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Gives a user with 2-step on a recovery code that was acknowledged, in the place of the one before.
    pub async fn recovery_code(&self, user_id: &str) -> String {
        let code = RecoveryCode::from_random(&self.desk.chance.bytes());
        let hash = recovery_codes::hash(&self.desk.keys, user_id, code.expose());
        let mut tx = self.desk.database.begin().await.unwrap();
        let statement = sql(
            "UPDATE two_step SET recovery_code_hash = $2, recovery_code_last_group = NULL WHERE user_id = $1 AND state = 'on'",
        );
        assert_eq!(statement.bind(user_id).bind(hash).run(&mut tx).await.unwrap(), 1);
        tx.commit().await.unwrap();
        code.expose_grouped().as_str().to_owned()
    }

    /// A call reference as the call-support page will give it.
    pub async fn call_reference(&self, user_id: &str) -> String {
        let desk = &self.desk;
        let now = desk.clock.machine();
        let reference = CallReference::from_random(&desk.chance.bytes());
        let hash = desk.keys.keyed_hash("call_reference", &[reference.text().as_bytes()]);
        let mut tx = desk.database.begin().await.unwrap();
        let id = new_id(now, &desk.chance);
        call_references::insert(&mut tx, &id, user_id, &hash, now, now + Span::hours(24)).await.unwrap();
        tx.commit().await.unwrap();
        reference.text()
    }

    /// An operator who is signed in.
    pub async fn operator(&self, role: Role, name: &str) -> Agent {
        self.operator_with_account(role, name, None).await
    }

    /// An agent who is signed in.
    pub async fn agent(&self, name: &str) -> Agent {
        self.operator(Role::Agent, name).await
    }

    /// An operator who is a user too.
    pub async fn operator_with_account(&self, role: Role, name: &str, user_id: Option<&str>) -> Agent {
        let desk = &self.desk;
        let now = desk.clock.machine();
        let email = format!("{}@meridian.example", name.to_lowercase().replace(' ', "."));
        let enrolment = authenticator::enrol(&desk.keys, &desk.chance, "Meridian", &email).unwrap();
        let password_hash = desk.hasher.hash_password(&Password::new(PASSWORD.to_owned())).await.unwrap();
        let operator = operators::Operator {
            id: new_id(now, &desk.chance),
            name: name.to_owned(),
            email: email.clone(),
            role: role.name().to_owned(),
            state: "active".to_owned(),
            password_hash: Some(password_hash),
            authenticator: Some(enrolment.sealed),
            last_time_step: 0,
            user_id: user_id.map(str::to_owned),
            session_epoch: 1,
        };
        let mut tx = desk.database.begin().await.unwrap();
        assert!(operators::insert(&mut tx, &operator, &email, now).await.unwrap(), "{name} exists");
        tx.commit().await.unwrap();
        let authenticator = Authenticator::new(&enrolment.secret);
        let sign_in = OperatorSignIn {
            email: email.clone(),
            password: PASSWORD.to_owned().into(),
            code: authenticator.code(now).into(),
        };
        let signed_in = ask(desk, &Caller::Nobody, sign_in).await.unwrap();
        Agent {
            desk: desk.clone(),
            caller: Caller::Session(signed_in.token),
            id: operator.id,
            email,
            authenticator,
        }
    }

    /// Runs a statement that only the administrator's screens will have a door for.
    pub async fn change(&self, statement: &'static str, id: &str) {
        let mut tx = self.desk.database.begin().await.unwrap();
        assert!(sql(statement).bind(id).run(&mut tx).await.unwrap() > 0, "{statement} changed nothing");
        tx.commit().await.unwrap();
    }

    /// Counts rows, for what no operation tells.
    pub async fn count(&self, statement: &'static str) -> i64 {
        let mut tx = self.desk.database.begin_read().await.unwrap();
        sql(statement).number(&mut tx).await.unwrap()
    }
}

/// Makes a user, and the company if it is new; gives the user's id. One transaction.
pub async fn make_user(desk: &Desk, new: NewUser<'_>) -> Result<String, sqlx::Error> {
    let now = desk.clock.machine();
    let password_hash = desk.hasher.hash_password(&Password::new(PASSWORD.to_owned())).await.unwrap();
    let mut rows = Vec::new();
    for i in 0..new.answers {
        let answer = CanonicalAnswer::new(AnswerRule::CURRENT, ANSWERS[i]);
        rows.push(security_answers::AnswerRow {
            slot: i as i64 + 1,
            question_id: QUESTIONS[i].to_owned(),
            rule_version: AnswerRule::CURRENT.version(),
            answer_hash: desk.hasher.hash_answer(&answer).await.unwrap(),
        });
    }
    let mut tx = desk.database.begin().await?;
    let company_id = company(desk, &mut tx, new.company, false).await?;
    let email = Email::parse(new.email).unwrap();
    let user = users::User {
        id: new_id(now, &desk.chance),
        company_id,
        kind: new.kind.to_owned(),
        given_name: new.given.to_owned(),
        family_name: new.family.to_owned(),
        email: email.as_str().to_owned(),
        account: new.account.to_owned(),
        locked_by: new.locked_by.map(str::to_owned),
        password_hash: Some(password_hash),
        security_epoch: 1,
        paused_until: None,
        reference_paused_until: None,
        stopped_until: None,
        frozen_until: new.frozen_until.map(|moment| moment.0),
        last_sign_in_at: None,
    };
    let folded = users::Folded {
        given: search_fold(new.given),
        family: search_fold(new.family),
        email: email.folded(),
    };
    users::insert(&mut tx, &user, &folded, now).await?;
    let phone = (new.two_step == TwoStep::On).then_some(("+447700900123", "0123"));
    let recovery = (new.two_step == TwoStep::On).then(|| vec![7; 32]);
    two_step::insert(&mut tx, &user.id, new.two_step, phone, recovery, now).await?;
    for row in &rows {
        security_answers::insert(&mut tx, &user.id, row, now).await?;
    }
    tx.commit().await?;
    Ok(user.id)
}

async fn company(desk: &Desk, tx: &mut Tx, name: &str, protected: bool) -> Result<String, sqlx::Error> {
    let found: Option<(String,)> =
        sql("SELECT id FROM companies WHERE name = $1").bind(name).optional(tx).await?;
    if let Some((id,)) = found {
        return Ok(id);
    }
    let now = desk.clock.machine();
    let id = new_id(now, &desk.chance);
    let company = companies::Company { protected, ..companies::Company::new(id.clone(), name.to_owned()) };
    companies::insert(tx, &company, &search_fold(name), now).await?;
    Ok(id)
}
