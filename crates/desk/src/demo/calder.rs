//! The people of Calder & Finch.

use super::companies::CALDER;
use super::people::{Person, person};

const fn of(given: &'static str, family: &'static str, mailbox: &'static str) -> Person {
    person(CALDER, given, family, mailbox)
}

pub(super) const PEOPLE: &[Person] = &[
    of("Anita", "Price-Ramsay", "anita.price-ramsay").on(301).seen(15),
    of("Jo", "Baptiste", "jo.baptiste").on(302).seen(150),
    of("Rosalind", "Finch", "rosalind.finch").billing().off(90).seen(36),
    // Works at the desk too: see `operators`.
    of("Grace", "Adeyemi", "grace.adeyemi").on(303).seen(8),
    of("João", "São Pedro", "joao.saopedro").on(304),
    // Hostile on purpose: shown as text everywhere, run nowhere.
    of("Robert", "<img src=x onerror=alert(1)>", "robert.tables").on(305).seen(22),
    of(
        "Maria Theodora Alexandrina Wilhelmina",
        "von Hohenlohe-Waldenburg-Schillingsfürst und zu Sayn-Wittgenstein-Berleburg",
        "maria.von.hohenlohe",
    )
    .on(306),
    of("小林", "さくら", "sakura.kobayashi").again(3).seen(70),
];
