//! The catalogue of security questions. They are read aloud by an agent, so the English text stands here and
//! nowhere else: a translation on a screen would not be what the caller hears.
//!
//! Chosen for answers that don't change, can be said in a few words, and stand in no public profile. None asks
//! for a favourite (forgotten), a birth date or a mother's maiden name (public), or a number (mistyped).
//! An entry is never removed and its id never reused: people have answered it. It is retired instead.

/// Questions a person answers.
pub const QUESTIONS_ASKED: usize = 4;

/// One question of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Question {
    /// Stored beside the answer; never changes.
    pub id: &'static str,
    /// What is shown and read aloud.
    pub text: &'static str,
    /// How to give the answer, so that it is given the same way years later.
    pub help: Option<&'static str>,
    /// No longer offered; still asked of those who have answered it.
    pub retired: bool,
}

/// Why a choice of questions is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionProblem {
    /// Not four.
    NotFour,
    /// Not in the catalogue; counted from 0.
    Unknown(usize),
    /// Not offered any more; counted from 0.
    Retired(usize),
    /// Chosen before; counted from 0.
    Twice(usize),
}

impl QuestionProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotFour => "questions_not_four",
            Self::Unknown(_) => "question_unknown",
            Self::Retired(_) => "question_retired",
            Self::Twice(_) => "question_twice",
        }
    }
}

const fn question(id: &'static str, text: &'static str, help: &'static str) -> Question {
    Question { id, text, help: if help.is_empty() { None } else { Some(help) }, retired: false }
}

const fn retired(id: &'static str, text: &'static str) -> Question {
    Question { id, text, help: None, retired: true }
}

/// All questions ever offered, in the order in which they are offered.
pub const CATALOGUE: &[Question] = &[
    question(
        "first_car_make",
        "What was the make of your first car?",
        "Make, and model if you wish to add it.",
    ),
    question("parents_met_town", "In which town did your parents meet?", "The town only."),
    question("first_school_name", "What was the name of your first school?", "Without the town."),
    question("childhood_nickname", "What was your childhood nickname?", ""),
    question("first_pet_name", "What was the name of your first pet?", ""),
    question("first_job_town", "In which town was your first job?", "The town only."),
    question(
        "first_street_friend",
        "Which street did your best friend at school live in?",
        "Without street, road or avenue.",
    ),
    question(
        "first_concert",
        "Who played at the first concert you went to?",
        "The name of the band or artist.",
    ),
    question("first_flight_to", "Where did your first flight take you?", "The town you landed in."),
    question("first_teacher", "What was the family name of your first teacher?", "The family name only."),
    question("childhood_hero", "Which character from a book or film did you want to be as a child?", ""),
    question("toy_name", "What was the name of the soft toy you slept with as a child?", ""),
    question(
        "grandparents_town",
        "In which town or village did your mother's parents live?",
        "The town or village only.",
    ),
    question("school_trip", "Where did your first school trip with a night away go?", "The place only."),
    question("first_colleague", "Who sat next to you in your first job?", "The given name only."),
    question("learnt_to_swim", "Where did you learn to swim?", "The town, lake or pool."),
    question("first_film", "What was the first film you saw in a cinema?", "The title."),
    question("childhood_dish", "Which dish did you refuse to eat as a child?", ""),
    question("first_phone_brand", "What make was your first mobile phone?", "The make only."),
    question(
        "childhood_neighbour",
        "What was the family name of your neighbours when you were ten?",
        "The family name only.",
    ),
    question("first_instrument", "Which musical instrument did you try to learn first?", ""),
    // In public records and family pages; kept for those who answered it in older systems.
    retired("mother_maiden_name", "What was your mother's family name before she married?"),
];

/// The question with this id, retired ones too.
pub fn find(id: &str) -> Option<&'static Question> {
    CATALOGUE.iter().find(|question| question.id == id)
}

/// The questions offered to somebody who chooses now.
pub fn offered() -> impl Iterator<Item = &'static Question> {
    CATALOGUE.iter().filter(|question| !question.retired)
}

/// Four different questions that are offered.
///
/// # Errors
/// The first `QuestionProblem` found.
pub fn acceptable_questions(ids: &[&str]) -> Result<[&'static Question; QUESTIONS_ASKED], QuestionProblem> {
    let mut chosen = Vec::with_capacity(QUESTIONS_ASKED);
    for (index, id) in ids.iter().enumerate().take(QUESTIONS_ASKED) {
        let question = find(id).ok_or(QuestionProblem::Unknown(index))?;
        if question.retired {
            return Err(QuestionProblem::Retired(index));
        }
        if chosen.contains(&question) {
            return Err(QuestionProblem::Twice(index));
        }
        chosen.push(question);
    }
    if ids.len() != QUESTIONS_ASKED {
        return Err(QuestionProblem::NotFour);
    }
    chosen.try_into().map_err(|_| QuestionProblem::NotFour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::search_fold;

    #[test]
    fn ids_and_texts_are_different_and_well_formed() {
        for (index, question) in CATALOGUE.iter().enumerate() {
            assert!(question.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", question.id);
            assert!(question.text.ends_with('?') && question.text.chars().count() <= 80, "{}", question.text);
            for other in &CATALOGUE[..index] {
                assert!(question.id != other.id && search_fold(question.text) != search_fold(other.text));
            }
        }
        assert!(offered().count() >= 20);
    }

    #[test]
    fn d2_2_four_different_questions() {
        let four = ["first_car_make", "parents_met_town", "first_school_name", "childhood_nickname"];
        assert_eq!(acceptable_questions(&four).unwrap().map(|question| question.id), four);
        assert_eq!(acceptable_questions(&four[..3]), Err(QuestionProblem::NotFour));
        assert_eq!(
            acceptable_questions(&[four[0], four[1], four[2], four[3], "first_pet_name"]),
            Err(QuestionProblem::NotFour)
        );
        assert_eq!(
            acceptable_questions(&[four[0], four[1], four[0], four[3]]),
            Err(QuestionProblem::Twice(2))
        );
        assert_eq!(
            acceptable_questions(&[four[0], "shoe_size", four[2], four[3]]),
            Err(QuestionProblem::Unknown(1))
        );
    }

    #[test]
    fn d2_5_a_retired_question_is_found_but_not_offered() {
        assert!(find("mother_maiden_name").is_some_and(|question| question.retired));
        assert!(offered().all(|question| question.id != "mother_maiden_name"));
        let four = ["mother_maiden_name", "parents_met_town", "first_school_name", "childhood_nickname"];
        assert_eq!(acceptable_questions(&four), Err(QuestionProblem::Retired(0)));
        assert_eq!(find("shoe_size"), None);
    }
}
