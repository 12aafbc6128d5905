//! Puts the invented companies, people and operators into an empty database.

use recovery_rules::answers::{AnswerRule, CanonicalAnswer};
use recovery_rules::email::Email;
use recovery_rules::fold::search_fold;
use recovery_rules::phone::PhoneNumber;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::states::TwoStep;
use recovery_rules::time::{Moment, Span};

use super::companies::{COMPANIES, Company};
use super::operators::{DOMAIN, STAFF, Staff};
use super::people::{Person, everybody};
use super::play::Cast;
use crate::authenticator;
use crate::failure::{Fault, Stop};
use crate::id::new_id;
use crate::store::security_answers::{self, AnswerRow};
use crate::store::{companies, operators, two_step, users};
use crate::work::Work;

/// Accounts were made so long ago; the first in a table first, so that ids have the order of the tables.
const MADE: Span = Span::days(500);

/// What was hashed before the transaction.
#[derive(Debug)]
pub struct Hashed {
    pub(super) password: String,
    pub(super) new_password: String,
    /// In the order of `everybody`; an answer is made canonical by the current rule.
    pub(super) answers: Vec<Vec<AnswerRow>>,
}

/// The answers of one person, to be hashed: slot, question, canonical answer.
pub(super) fn canonical_answers(person: &Person) -> Vec<(i64, &'static str, CanonicalAnswer)> {
    let answers = person.answers().into_iter().zip(1..);
    answers.map(|((q, text), slot)| (slot, q.id, CanonicalAnswer::new(AnswerRule::CURRENT, text))).collect()
}

/// Puts everybody in.
pub(super) async fn everything(hashed: Hashed, work: &mut Work<'_>) -> Result<Cast, Stop> {
    let mut cast = Cast { new_password: hashed.new_password, ..Cast::default() };
    let mut made = work.now - MADE;
    let mut next = || {
        made = made + Span::minutes(1);
        made
    };
    let mut company_ids = Vec::new();
    for company in &COMPANIES {
        company_ids.push((company.name, put_company(company, next(), work).await?));
    }
    for (person, answers) in everybody().zip(hashed.answers) {
        let company_id = company_ids.iter().find(|(name, _)| *name == person.company);
        let company_id = company_id.map(|(_, id)| id.as_str()).unwrap_or_default();
        let id = put_person(person, company_id, &hashed.password, answers, next(), work).await?;
        cast.users.insert(person.email(), id);
    }
    for staff in &STAFF {
        let user_id = staff.user.and_then(|address| cast.users.get(address).cloned());
        let id = put_operator(staff, user_id, &hashed.password, next(), work).await?;
        cast.operators.insert(staff.mailbox, id);
    }
    Ok(cast)
}

async fn put_company(company: &Company, made: Moment, work: &mut Work<'_>) -> Result<String, Stop> {
    let id = new_id(made, &work.desk.chance);
    let row = companies::Company {
        protected: company.protected,
        ..companies::Company::new(id.clone(), company.name.to_owned())
    };
    companies::insert(&mut work.tx, &row, &search_fold(company.name), made).await?;
    Ok(id)
}

async fn put_person(
    person: &Person,
    company_id: &str,
    password: &str,
    answers: Vec<AnswerRow>,
    made: Moment,
    work: &mut Work<'_>,
) -> Result<String, Stop> {
    let id = new_id(made, &work.desk.chance);
    let email = parsed_email(&person.email())?;
    let hours = |hours: i64| work.now.0 + Span::hours(hours).0;
    let user = users::User {
        id: id.clone(),
        company_id: company_id.to_owned(),
        kind: person.kind.name().to_owned(),
        given_name: person.given.to_owned(),
        family_name: person.family.to_owned(),
        email: email.as_str().to_owned(),
        account: person.account.name().to_owned(),
        locked_by: person.locked_by.map(|by| by.name().to_owned()),
        password_hash: Some(password.to_owned()),
        security_epoch: 1,
        paused_until: None,
        reference_paused_until: person.reference_paused.map(hours),
        stopped_until: None,
        frozen_until: person.frozen.map(hours),
        last_sign_in_at: person.last_sign_in.map(|ago| hours(-ago)),
    };
    let folded = users::Folded {
        given: search_fold(person.given),
        family: search_fold(person.family),
        email: email.folded(),
    };
    users::insert(&mut work.tx, &user, &folded, made).await?;
    put_two_step(person, &id, work).await?;
    for answer in answers {
        security_answers::insert(&mut work.tx, &id, &answer, made).await?;
    }
    Ok(id)
}

async fn put_two_step(person: &Person, user_id: &str, work: &mut Work<'_>) -> Result<(), Stop> {
    let changed = work.now - Span::days(person.two_step_days);
    let phone = match person.phone() {
        Some(text) => Some(
            PhoneNumber::parse(&text, "GB").map_err(|p| Fault::Stored(format!("{text}: {}", p.code())))?,
        ),
        None => None,
    };
    // Nobody has this recovery code on paper: the invented people lost it, or never needed it.
    let code = (person.two_step == TwoStep::On).then(|| {
        let code = RecoveryCode::from_random(&work.desk.chance.bytes());
        let parts = [user_id.as_bytes(), code.expose().as_bytes()];
        work.desk.keys.keyed_hash("recovery_code", &parts).to_vec()
    });
    let phone = phone.as_ref().map(|phone| (phone.as_str(), phone.last_four()));
    two_step::insert(&mut work.tx, user_id, person.two_step, phone, code, changed).await?;
    Ok(())
}

async fn put_operator(
    staff: &Staff,
    user_id: Option<String>,
    password: &str,
    made: Moment,
    work: &mut Work<'_>,
) -> Result<String, Stop> {
    let id = new_id(made, &work.desk.chance);
    let desk = work.desk;
    let email = parsed_email(&format!("{}@{DOMAIN}", staff.mailbox))?;
    let organisation = &desk.settings.organisation.name;
    let enrolment = authenticator::enrol(&desk.keys, &desk.chance, organisation, email.as_str())?;
    let accepted = staff.state != "invited";
    let operator = operators::Operator {
        id: id.clone(),
        name: staff.name.to_owned(),
        email: email.as_str().to_owned(),
        role: staff.role.name().to_owned(),
        state: staff.state.to_owned(),
        password_hash: accepted.then(|| password.to_owned()),
        authenticator: accepted.then_some(enrolment.sealed),
        last_time_step: 0,
        user_id,
        session_epoch: 1,
    };
    operators::insert(&mut work.tx, &operator, &email.folded(), made).await?;
    Ok(id)
}

fn parsed_email(text: &str) -> Result<Email, Fault> {
    Email::parse(text).map_err(|problem| Fault::Stored(format!("{text}: {}", problem.code())))
}
