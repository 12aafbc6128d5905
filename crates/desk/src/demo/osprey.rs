//! The people of Osprey Dental.

use super::companies::OSPREY;
use super::people::{Person, person};

const fn of(given: &'static str, family: &'static str, mailbox: &'static str) -> Person {
    person(OSPREY, given, family, mailbox)
}

pub(super) const PEOPLE: &[Person] = &[
    of("Priya", "Ramanathan", "priya.ramanathan").on(201).seen(60),
    // Played through in `calls`: on, until the link of a call was used.
    of("Tomasz", "Malinowski", "tomasz.malinowski").on(202).seen(200),
    of("Helen", "Osprey", "helen.osprey").billing().on(203).seen(12),
    // One phone on two accounts: the sign of a shared log-in.
    of("Surgery", "one", "surgery.one").on(204).seen(1),
    of("Surgery", "two", "surgery.two").on(204).seen(1),
    of("İlker", "Çağlar", "ilker.caglar").off(9).seen(14),
    of("Łukasz", "Żółkiewski", "lukasz.zolkiewski").on(205),
    of("ليلى", "حداد", "layla.haddad").on(206).seen(33),
    of("Bo", "Li", "bo.li").on(207).frozen(20),
    of("Wulandari", "", "wulandari").answered(3),
];
