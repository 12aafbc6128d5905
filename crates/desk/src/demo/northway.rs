//! The people of Northway Treasury, a protected company: administrators alone handle their calls.

use super::companies::NORTHWAY;
use super::people::{Person, person};

const fn of(given: &'static str, family: &'static str, mailbox: &'static str) -> Person {
    person(NORTHWAY, given, family, mailbox)
}

pub(super) const PEOPLE: &[Person] = &[
    of("Constance", "Ellery", "constance.ellery").billing().on(401).seen(4),
    of("Viktor", "Sørensen", "viktor.sorensen").on(402),
    of("Ruth", "Abernathy", "ruth.abernathy").answered(0).seen(19),
];
