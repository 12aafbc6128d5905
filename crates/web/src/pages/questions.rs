//! Security questions: four different ones, with a preview of how each answer will be compared. Once saved, the page
//! says that and since when, and offers *Replace*; nobody can show them again.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use recovery_desk::operations::security_questions::{Answered, QuestionsView, ReadQuestions, SaveQuestions};
use recovery_desk::secret::SecretText;
use recovery_rules::answers::{AnswerRule, canonical};
use recovery_rules::questions::{Question, find, offered};
use recovery_rules::refusal::Refusal;
use serde::Deserialize;

use super::{Frame, Pages, Problem, Tab, confirm, render, see_other};
use crate::words;

const HERE: &str = "/account/questions";

#[derive(Template)]
#[template(path = "questions.html")]
struct Page<'a> {
    frame: Frame<'a>,
    view: &'a QuestionsView,
    since: String,
    /// Saved just now.
    saved: bool,
}

#[derive(Template)]
#[template(path = "questions_form.html")]
struct Fields<'a> {
    frame: Frame<'a>,
    replaces: bool,
    /// The first step of turning 2-step on.
    then_two_step: bool,
    offered: Vec<&'static Question>,
    rows: Vec<Row<'a>>,
    problem: Problem,
}

/// One question of the form.
struct Row<'a> {
    number: usize,
    question_field: &'static str,
    answer_field: &'static str,
    chosen: &'a str,
    help: Option<&'static str>,
    answer: &'a str,
    /// How the answer will be compared; none if nothing was typed.
    compared: Option<String>,
}

/// Field names, by slot.
const FIELDS: [(&str, &str); 4] = [
    ("question_1", "answer_1"),
    ("question_2", "answer_2"),
    ("question_3", "answer_3"),
    ("question_4", "answer_4"),
];

/// What comes next, and whether it was just done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opened {
    then: String,
    saved: Option<String>,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    then: String,
    /// `preview` or `save`.
    press: String,
    password: Option<SecretText>,
    question_1: String,
    question_2: String,
    question_3: String,
    question_4: String,
    answer_1: String,
    answer_2: String,
    answer_3: String,
    answer_4: String,
}

impl Typed {
    fn rows(&self) -> [(&str, &str); 4] {
        [
            (&self.question_1, &self.answer_1),
            (&self.question_2, &self.answer_2),
            (&self.question_3, &self.answer_3),
            (&self.question_4, &self.answer_4),
        ]
    }
}

/// What is answered; the form where nothing is.
pub async fn show(State(pages): State<Pages>, headers: HeaderMap, Query(opened): Query<Opened>) -> Response {
    match pages.ask_as_user(&headers, ReadQuestions {}).await {
        Ok(view) if view.answered == 4 => {
            let page = Page {
                frame: pages.frame_of(Tab::Questions),
                since: view.saved_at.map(|at| pages.day(at)).unwrap_or_default(),
                saved: opened.saved.is_some(),
                view: &view,
            };
            render(StatusCode::OK, &page)
        }
        Ok(view) if view.second_step_needed => pages.step_up_first("/account/questions/replace"),
        Ok(_) => {
            form(&pages, &Typed { then: opened.then, ..Typed::default() }, false, false, Problem::none())
        }
        Err(failure) => pages.refused_to_user(&failure, HERE),
    }
}

/// The form, to replace what is there.
pub async fn replace(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match pages.ask_as_user(&headers, ReadQuestions {}).await {
        Ok(view) if view.second_step_needed => pages.step_up_first("/account/questions/replace"),
        Ok(view) => form(&pages, &Typed::default(), view.answered == 4, false, Problem::none()),
        Err(failure) => pages.refused_to_user(&failure, "/account/questions/replace"),
    }
}

/// The form was sent in: to preview, or to save.
pub async fn save(State(pages): State<Pages>, headers: HeaderMap, Form(typed): Form<Typed>) -> Response {
    let replaces = match pages.ask_as_user(&headers, ReadQuestions {}).await {
        Ok(view) => view.answered == 4,
        Err(failure) => return pages.refused_to_user(&failure, "/account/questions/replace"),
    };
    if typed.press == "preview" {
        return form(&pages, &typed, replaces, true, Problem::none());
    }
    let answers = typed.rows().map(|(question, answer)| Answered {
        question: question.chars().take(64).collect(),
        answer: SecretText::new(answer),
    });
    let password = typed.password.clone().unwrap_or_else(|| SecretText::new(""));
    let failure = match pages.ask_as_user(&headers, SaveQuestions { password, answers: answers.into() }).await
    {
        Ok(_) if typed.then == "two-step" => return see_other("/account/two-step/on"),
        Ok(_) => return see_other("/account/questions?saved=1"),
        Err(failure) => failure,
    };
    let problem = confirm::problem(&pages, &failure).or_else(|| match failure.refusal() {
        Some(Refusal::BadField { field, .. }) => {
            let sentence = words::of_failure(&failure, pages.times());
            FIELD_LISTS.iter().find(|list| list[0] == *field).map(|list| Problem::at(list, sentence))
        }
        _ => None,
    });
    match problem {
        Some(problem) => form(&pages, &typed, replaces, false, problem),
        None => pages.refused_to_user(&failure, "/account/questions/replace"),
    }
}

/// The fields, each as a list of one: a problem is about one of them.
const FIELD_LISTS: [&[&str]; 8] = [
    &["question_1"],
    &["question_2"],
    &["question_3"],
    &["question_4"],
    &["answer_1"],
    &["answer_2"],
    &["answer_3"],
    &["answer_4"],
];

fn form(pages: &Pages, typed: &Typed, replaces: bool, previewed: bool, problem: Problem) -> Response {
    let rows =
        typed.rows().into_iter().zip(FIELDS).zip(1..).map(|(((chosen, answer), fields), number)| Row {
            number,
            question_field: fields.0,
            answer_field: fields.1,
            chosen,
            help: find(chosen).and_then(|question| question.help),
            answer,
            compared: (previewed && !answer.trim().is_empty())
                .then(|| canonical(AnswerRule::CURRENT, answer)),
        });
    let page = Fields {
        frame: pages.frame_of(Tab::Questions),
        replaces,
        then_two_step: typed.then == "two-step",
        offered: offered().collect(),
        rows: rows.collect(),
        problem,
    };
    render(page.problem.status(), &page)
}
