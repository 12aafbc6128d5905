//! The demo data through public doors: every state is there, and the invented caller gets through.

use std::collections::HashSet;

use recovery_rules::answers::{AnswerContext, acceptable_answer};
use recovery_rules::display_name::DisplayName;
use recovery_rules::fold::search_fold;
use recovery_rules::roles::{Door, Role};
use recovery_rules::states::{Account, CallState, LockedBy, MessageState, Outcome, TwoStep, UserKind};

use super::people::{CALLERS_REFERENCE, everybody, the_caller};
use super::{SeedError, seed};
use crate::caller::Caller;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::database::{Address, Database, sql};
use crate::desk::{Desk, Parts};
use crate::hashing::HashingCost;
use crate::keys::DataKeys;
use crate::operations::check_answers::CheckAnswers;
use crate::operations::demo_sign_in::DemoSignIn;
use crate::operations::greeting::Greet;
use crate::operations::look_up::LookUp;
use crate::operations::open_call::OpenCall;
use crate::operations::team::{ReadTeam, StartReview};
use crate::secret::SecretText;

async fn demo() -> (Desk, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::connect(&Address::Sqlite(folder.path().join("auth.db"))).await.unwrap();
    let parts = Parts {
        database,
        keys: DataKeys::published_demo(),
        settings: crate::settings::Settings::for_demo("http://127.0.0.1:1".parse().unwrap()),
        clock: Clock::Database,
        chance: Chance::seeded(1),
        hashing: HashingCost::cheap(),
        audit_heads: None,
    };
    let desk = Desk::open(parts).await.unwrap();
    seed(&desk).await.unwrap();
    (desk, folder)
}

async fn signed_in(desk: &Desk, role: Role) -> Caller {
    let answer = desk.perform(&Caller::Nobody, Door::Desk, None, DemoSignIn { role }).await.unwrap();
    Caller::Session(answer.token)
}

async fn names(desk: &Desk, text: &'static str) -> HashSet<String> {
    let mut tx = desk.database.begin_read().await.unwrap();
    let rows: Vec<(String,)> = sql(text).all(&mut tx).await.unwrap();
    rows.into_iter().map(|row| row.0).collect()
}

fn all<T: Copy>(states: &[T], name: fn(T) -> &'static str) -> HashSet<String> {
    states.iter().map(|state| name(*state).to_owned()).collect()
}

#[tokio::test]
async fn every_state_of_the_tables_is_among_the_people() {
    let (desk, _folder) = demo().await;
    assert_eq!(names(&desk, "SELECT account FROM users").await, all(Account::ALL, Account::name));
    assert_eq!(
        names(&desk, "SELECT locked_by FROM users WHERE locked_by IS NOT NULL").await,
        all(LockedBy::ALL, LockedBy::name)
    );
    assert_eq!(names(&desk, "SELECT state FROM two_step").await, all(TwoStep::ALL, TwoStep::name));
    assert_eq!(names(&desk, "SELECT kind FROM users").await, all(UserKind::ALL, UserKind::name));
    assert_eq!(
        names(&desk, "SELECT outcome FROM calls WHERE outcome IS NOT NULL").await,
        all(Outcome::ALL, Outcome::name)
    );
    assert_eq!(names(&desk, "SELECT state FROM calls").await, all(CallState::ALL, CallState::name));
    assert_eq!(names(&desk, "SELECT state FROM outbox").await, all(MessageState::ALL, MessageState::name));
    for column in [
        "SELECT id FROM users WHERE reference_paused_until IS NOT NULL",
        "SELECT id FROM users WHERE paused_until IS NOT NULL",
        "SELECT id FROM users WHERE stopped_until IS NOT NULL",
        "SELECT id FROM users WHERE frozen_until IS NOT NULL",
    ] {
        assert!(!names(&desk, column).await.is_empty(), "{column}");
    }
    let answered: HashSet<_> = everybody().map(|person| person.answers().len()).collect();
    assert_eq!(answered, HashSet::from([0, 3, 4]), "phone verification is not possible with none or three");
    assert!((55..=70).contains(&everybody().count()), "{}", everybody().count());
}

#[tokio::test]
async fn the_caller_of_the_card_is_found_and_verified() {
    let (desk, _folder) = demo().await;
    let agent = signed_in(&desk, Role::Agent).await;
    let look_up = LookUp { query: "pri ram".to_owned(), search_id: "s".to_owned() };
    let found = desk.perform(&agent, Door::Desk, None, look_up).await.unwrap();
    let shown: Vec<_> = found.users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(shown, ["Priya Raman", "Priya Ramanathan", "Priscilla Ramirez", "Anita Price-Ramsay"]);
    assert_eq!(found.users[1].busy_with.as_deref(), Some("Sam Ortiz"));

    let look_up = LookUp { query: CALLERS_REFERENCE.to_owned(), search_id: "r".to_owned() };
    let found = desk.perform(&agent, Door::Desk, None, look_up).await.unwrap();
    assert_eq!(found.users.len(), 1);
    let open = OpenCall { user_id: found.users[0].user_id.clone(), reference: found.reference };
    let call = desk.perform(&agent, Door::Desk, Some("open"), open).await.unwrap();
    assert!(call.check_words.is_some());
    let said: Vec<_> = the_caller().answers().iter().map(|(_, a)| Some(SecretText::new(*a))).collect();
    let check = CheckAnswers { call_id: call.call_id, answers: said.try_into().unwrap() };
    assert!(desk.perform(&agent, Door::Desk, Some("check"), check).await.unwrap().verified);
}

#[tokio::test]
async fn a_billing_user_is_one_click_away_and_may_do_everything() {
    let (desk, _folder) = demo().await;
    let greeting = desk.perform(&Caller::Nobody, Door::Desk, None, Greet {}).await.unwrap();
    let offered: Vec<_> = greeting.demo_operators.iter().map(|one| (one.role, one.name.as_str())).collect();
    assert_eq!(
        offered,
        [
            (Role::Agent, "Dana Okafor"),
            (Role::Administrator, "Ingrid Solberg"),
            (Role::Billing, "Marta Nowak")
        ]
    );
    let marta = signed_in(&desk, Role::Billing).await;
    let shown = ReadTeam {
        review_id: None,
        filter: "all".to_owned(),
        name: String::new(),
        sort: "name".to_owned(),
        descending: false,
        after: None,
    };
    let team = desk.perform(&marta, Door::Desk, None, shown).await.unwrap();
    assert_eq!(
        (team.company.as_str(), team.may_change, team.counts.members),
        ("Hartwell Logistics", true, 42)
    );
    let review = desk.perform(&marta, Door::Desk, Some("review"), StartReview {}).await.unwrap();
    assert_eq!(review.started_by, "Marta Nowak");
    let look_up = LookUp { query: "pri ram".to_owned(), search_id: "s".to_owned() };
    assert_eq!(desk.perform(&marta, Door::Desk, None, look_up).await.unwrap_err().code(), "not_allowed");
}

#[tokio::test]
async fn demo_data_goes_in_once() {
    let (desk, _folder) = demo().await;
    assert!(matches!(seed(&desk).await, Err(SeedError::NotEmpty)));
}

#[tokio::test]
async fn the_caller_is_found_by_the_names_as_one_types_them_without_accents() {
    let (desk, _folder) = demo().await;
    let agent = signed_in(&desk, Role::Agent).await;
    for (typed, name) in [
        ("lukasz zolk", "Łukasz Żółkiewski"),
        ("ilker cag", "İlker Çağlar"),
        ("zoe obrien", "Zoë O’Brien-Łuczak"),
        ("anh nguyen", "Thi Minh Anh Nguyễn"),
        ("sao pedro", "João São Pedro"),
        ("ليلى", "ليلى حداد"),
        ("wulandari", "Wulandari"),
        ("robert img", "Robert <img src=x onerror=alert(1)>"),
    ] {
        let look_up = LookUp { query: typed.to_owned(), search_id: typed.to_owned() };
        let found = desk.perform(&agent, Door::Desk, None, look_up).await.unwrap();
        assert!(found.users.iter().any(|user| user.name == name), "{typed}: {:?}", found.users);
    }
}

#[tokio::test]
async fn a_live_desk_refuses_demo_data() {
    let folder = tempfile::tempdir().unwrap();
    let chance = Chance::seeded(2);
    let parts = Parts {
        database: Database::connect(&Address::Sqlite(folder.path().join("auth.db"))).await.unwrap(),
        keys: DataKeys::fresh(&chance),
        settings: crate::settings::Settings::for_demo("http://127.0.0.1:1".parse().unwrap()),
        clock: Clock::Database,
        chance,
        hashing: HashingCost::cheap(),
        audit_heads: None,
    };
    let desk = Desk::open(parts).await.unwrap();
    assert!(matches!(seed(&desk).await, Err(SeedError::NotADemo)));
    assert!(names(&desk, "SELECT id FROM users").await.is_empty());
}

#[test]
fn everybody_could_have_signed_up_with_these_names_and_answers() {
    for person in everybody() {
        let (name, email) = (person.name(), person.email());
        assert_eq!(DisplayName::parse(&name).unwrap().as_str(), name);
        assert_eq!(search_fold(&search_fold(&name)), search_fold(&name), "{name}");
        let mut before = Vec::new();
        for (question, answer) in person.answers() {
            let context = AnswerContext {
                question: question.text,
                email: &email,
                names: &[person.given, person.family],
                company: person.company,
                password: None,
            };
            let saved = acceptable_answer(answer, &before, &context);
            before.push(saved.unwrap_or_else(|problem| panic!("{name}, {answer}: {}", problem.code())));
        }
    }
}
