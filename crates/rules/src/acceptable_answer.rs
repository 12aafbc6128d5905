//! Which answers may be saved: the refusals that keep an answer from being public, shared or empty.
//!
//! Only the person's own data is looked at; there is no list of "common" answers, because refusing
//! "Smith" to somebody called so by everybody teaches people to invent answers they then can't recall.

use crate::answers::{ANSWER_MAXIMUM, AnswerRule, CanonicalAnswer, canonical, collapse, fold_v1};
use crate::passwords::Password;

/// What is known about the person who saves the answers. Empty strings are ignored.
pub struct AnswerContext<'a> {
    /// The question answered, as shown.
    pub question: &'a str,
    /// The person's e-mail address.
    pub email: &'a str,
    /// Given name, family name, and what else the person is called.
    pub names: &'a [&'a str],
    /// The company's name.
    pub company: &'a str,
    /// The current password, which saving asks for anyway.
    pub password: Option<&'a Password>,
}

/// Why an answer is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerProblem {
    /// Nothing is left once spaces and punctuation are ignored.
    Empty,
    /// More than `ANSWER_MAXIMUM` characters: the rest would silently not count.
    TooLong,
    /// One letter, or one letter over and over.
    OneLetter,
    /// The question again, or made of the question's words only.
    SameAsQuestion,
    /// The answer to another question too; the index is that of the answer before.
    SameAsAnother(usize),
    /// The e-mail address or the part before the `@`.
    IsEmail,
    /// The person's name or a part of it.
    IsName,
    /// The company's name.
    IsCompany,
    /// The password.
    IsPassword,
}

impl AnswerProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "answer_empty",
            Self::TooLong => "answer_too_long",
            Self::OneLetter => "answer_one_letter",
            Self::SameAsQuestion => "answer_is_question",
            Self::SameAsAnother(_) => "answer_same_as_another",
            Self::IsEmail => "answer_is_email",
            Self::IsName => "answer_is_name",
            Self::IsCompany => "answer_is_company",
            Self::IsPassword => "answer_is_password",
        }
    }
}

/// Judges `text` as an answer, `others` being the answers already accepted in this save, and gives it
/// back as it will be compared (under `AnswerRule::CURRENT`).
///
/// Two letters are enough ("Li"), and so is one character of a script that writes a syllable or word with it.
///
/// # Errors
/// The first problem found, in the order of `AnswerProblem`.
pub fn acceptable_answer(
    text: &str,
    others: &[CanonicalAnswer],
    context: &AnswerContext<'_>,
) -> Result<CanonicalAnswer, AnswerProblem> {
    let answer = CanonicalAnswer::new(AnswerRule::CURRENT, text);
    if answer.is_empty() {
        return Err(AnswerProblem::Empty);
    }
    if text.trim().chars().count() > ANSWER_MAXIMUM {
        return Err(AnswerProblem::TooLong);
    }
    if is_one_letter(answer.expose()) {
        return Err(AnswerProblem::OneLetter);
    }
    let question = collapse(&fold_v1(context.question.chars()));
    if answer.expose().split(' ').all(|word| question.split(' ').any(|asked| asked == word)) {
        return Err(AnswerProblem::SameAsQuestion);
    }
    if let Some(index) = others.iter().position(|other| same(answer.expose(), other.expose())) {
        return Err(AnswerProblem::SameAsAnother(index));
    }
    let local_part = context.email.split('@').next().unwrap_or_default();
    if is(&answer, context.email) || is(&answer, local_part) {
        return Err(AnswerProblem::IsEmail);
    }
    if is_name(&answer, context.names) {
        return Err(AnswerProblem::IsName);
    }
    if is(&answer, context.company) {
        return Err(AnswerProblem::IsCompany);
    }
    if context.password.is_some_and(|password| text == password.expose() || is(&answer, password.expose())) {
        return Err(AnswerProblem::IsPassword);
    }
    Ok(answer)
}

/// One letter repeated, unless it is a single ideograph, syllable or kana, which is a whole word.
fn is_one_letter(answer: &str) -> bool {
    let mut letters = answer.chars().filter(|c| *c != ' ');
    let Some(first) = letters.next() else { return true };
    let mut alone = true;
    let repeated = letters.all(|c| {
        alone = false;
        c == first
    });
    repeated && !(alone && first >= '\u{2E80}')
}

/// The name parts themselves, and all of them in either order.
fn is_name(answer: &CanonicalAnswer, names: &[&str]) -> bool {
    let backwards: Vec<&str> = names.iter().rev().copied().collect();
    names.iter().any(|name| is(answer, name))
        || is(answer, &names.join(" "))
        || is(answer, &backwards.join(" "))
}

fn is(answer: &CanonicalAnswer, known: &str) -> bool {
    same(answer.expose(), &canonical(AnswerRule::CURRENT, known))
}

/// Equal but for spaces, so that "Hartwell Logistics" is no new answer beside "hartwell-logistics".
fn same(one: &str, other: &str) -> bool {
    !other.is_empty() && one.chars().filter(|c| *c != ' ').eq(other.chars().filter(|c| *c != ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, others: &[&str]) -> Result<String, AnswerProblem> {
        let password = Password::new("Tangerine Dream 77".to_owned());
        let context = AnswerContext {
            question: "What was the make of your first car?",
            email: "priya.shah@hartwell.example",
            names: &["Priya", "Shah"],
            company: "Hartwell Logistics",
            password: Some(&password),
        };
        let others: Vec<_> = others.iter().map(|o| CanonicalAnswer::new(AnswerRule::CURRENT, o)).collect();
        acceptable_answer(text, &others, &context).map(|answer| answer.expose().to_owned())
    }

    #[test]
    fn d2_2_ordinary_and_very_short_answers_are_accepted() {
        assert_eq!(judge("Vauxhall Corsa", &["Pippin"]), Ok("vauxhall corsa".to_owned()));
        assert_eq!(judge("Li", &[]), Ok("li".to_owned()));
        assert_eq!(judge("李", &[]), Ok("李".to_owned()));
        assert_eq!(judge("first Vauxhall", &[]), Ok("first vauxhall".to_owned()));
    }

    #[test]
    fn d2_2_empty_and_one_letter_are_refused() {
        for empty in ["", "   ", "?!", "\u{202E}"] {
            assert_eq!(judge(empty, &[]), Err(AnswerProblem::Empty), "{empty:?}");
        }
        for one in ["x", "XxX", "a a a", "11111", "éeE", "李李"] {
            assert_eq!(judge(one, &[]), Err(AnswerProblem::OneLetter), "{one}");
        }
        assert!(judge(&"ab".repeat(100), &[]).is_ok());
        assert_eq!(judge(&"ab".repeat(101), &[]), Err(AnswerProblem::TooLong));
    }

    #[test]
    fn d2_2_what_others_know_is_refused() {
        assert_eq!(judge("What was the make of your first car", &[]), Err(AnswerProblem::SameAsQuestion));
        assert_eq!(judge("my Car".trim_start_matches("my "), &[]), Err(AnswerProblem::SameAsQuestion));
        assert_eq!(judge("Priya.Shah@hartwell.example", &[]), Err(AnswerProblem::IsEmail));
        assert_eq!(judge("shah priya", &[]), Err(AnswerProblem::IsName));
        assert_eq!(judge("SHAH", &[]), Err(AnswerProblem::IsName));
        assert_eq!(judge("hartwell-logistics", &[]), Err(AnswerProblem::IsCompany));
        assert_eq!(judge("Tangerine Dream 77", &[]), Err(AnswerProblem::IsPassword));
        assert_eq!(judge("tangerinedream77", &[]), Err(AnswerProblem::IsPassword));
    }

    #[test]
    fn d2_2_equal_answers_are_refused_however_they_are_written() {
        assert_eq!(judge("São Paulo", &["Pippin", "sao  paulo"]), Err(AnswerProblem::SameAsAnother(1)));
        assert_eq!(judge("saopaulo", &["Sao Paulo"]), Err(AnswerProblem::SameAsAnother(0)));
    }

    #[test]
    fn unknown_facts_refuse_nothing() {
        let context = AnswerContext { question: "", email: "", names: &[], company: "", password: None };
        assert!(acceptable_answer("Pippin", &[], &context).is_ok());
    }
}
