//! What is wrong with a form: one sentence, told in the summary and at its field.

use axum::http::StatusCode;

/// What is wrong with a form, or nothing: a sentence, and the fields it is about.
#[derive(Debug, Default)]
pub struct Problem {
    /// The sentence; the same in the summary and at the field.
    pub sentence: String,
    /// The ids of the fields; the summary leads to the first, and the sentence stands there too.
    fields: &'static [&'static str],
}

impl Problem {
    /// Nothing is wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Something is.
    pub const fn at(fields: &'static [&'static str], sentence: String) -> Self {
        Self { sentence, fields }
    }

    /// Whether something is wrong.
    pub const fn is_some(&self) -> bool {
        !self.sentence.is_empty()
    }

    /// Whether it is about this field.
    pub fn is_at(&self, field: &str) -> bool {
        self.fields.contains(&field)
    }

    /// Whether its sentence stands at this field.
    pub fn is_told_at(&self, field: &str) -> bool {
        self.first() == Some(&field)
    }

    /// The field the summary leads to.
    pub fn first(&self) -> Option<&&'static str> {
        self.fields.first()
    }

    /// The status of the page that shows it.
    pub(super) const fn status(&self) -> StatusCode {
        if self.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}
