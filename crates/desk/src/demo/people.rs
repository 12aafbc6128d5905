//! The invented people. To be filled.

use recovery_rules::questions::{Question, find};

/// The call reference of the invented caller.
pub const CALLERS_REFERENCE: &str = "K7-204-QX";

/// An invented person.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Company name.
    pub company: &'static str,
}

impl Person {
    /// Name.
    pub fn name(&self) -> String {
        "Priya Raman".to_owned()
    }
    /// Address.
    pub fn email(&self) -> String {
        "priya.raman@hartwell.example".to_owned()
    }
    /// Answers.
    pub fn answers(&self) -> Vec<(&'static Question, &'static str)> {
        find("first_car_make").map(|q| (q, "Vauxhall Corsa")).into_iter().collect()
    }
}

/// The caller of the card.
pub fn the_caller() -> Person {
    Person { company: "Hartwell Logistics" }
}
