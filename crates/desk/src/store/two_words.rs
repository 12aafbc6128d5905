//! Two words of a look-up: both names in either order, or a company and a name. Each half-open range is read inside
//! another, from the indexes alone.

use super::look_up::{HITS, after, anywhere, ids, with_indexes};
use crate::database::{Tx, sql};

/// From one name of an index to the next, at most fifty that begin with the first word, and of each those whose other name
/// begins with the second: a range in a range, without reading what lies between.
macro_rules! name_in_name {
    ($outer:literal, $inner:literal, $index:literal) => {
        concat!(
            "SELECT id FROM (WITH RECURSIVE names(name, n) AS (
               SELECT (SELECT ",
            $outer,
            " FROM users ",
            $index,
            " WHERE ",
            $outer,
            " >= $1 AND ",
            $outer,
            " < $2
                       ORDER BY ",
            $outer,
            " LIMIT 1), 1
               UNION ALL
               SELECT (SELECT ",
            $outer,
            " FROM users ",
            $index,
            " WHERE ",
            $outer,
            " > names.name AND ",
            $outer,
            " < $2
                       ORDER BY ",
            $outer,
            " LIMIT 1), names.n + 1
               FROM names WHERE names.name IS NOT NULL AND names.n < 50)
             SELECT u.id FROM names CROSS JOIN users AS u ",
            $index,
            "
             WHERE u.",
            $outer,
            " = names.name AND u.",
            $inner,
            " >= $3 AND u.",
            $inner,
            " < $4 LIMIT $5) AS by_",
            $outer
        )
    };
}

/// Of companies whose name begins with one word, the users whose given name begins with the other, then those whose family
/// name does; of a large company the latter only among its first 200.
macro_rules! colleagues {
    ($company:literal, $from:literal, $to:literal, $name_from:literal, $name_to:literal) => {
        concat!(
            "SELECT id FROM (SELECT u.id FROM (SELECT id FROM companies WHERE name_fold >= ",
            $from,
            " AND name_fold < ",
            $to,
            " ORDER BY name_fold, id LIMIT 5) AS c CROSS JOIN users AS u ",
            $company,
            " WHERE u.company_id = c.id AND u.given_fold >= ",
            $name_from,
            " AND u.given_fold < ",
            $name_to,
            " LIMIT $5) AS colleagues_by_given
             UNION ALL
             SELECT id FROM (SELECT id FROM (SELECT u.id, u.family_fold FROM (SELECT id FROM companies WHERE name_fold >= ",
            $from,
            " AND name_fold < ",
            $to,
            " ORDER BY name_fold, id LIMIT 5) AS c CROSS JOIN users AS u ",
            $company,
            " WHERE u.company_id = c.id LIMIT 200) AS members WHERE family_fold >= ",
            $name_from,
            " AND family_fold < ",
            $name_to,
            " LIMIT $5) AS colleagues_by_family"
        )
    };
}

macro_rules! colleague_beginning {
    ($family:literal, $given:literal, $company:literal) => {
        colleagues!($company, "$1", "$2", "$3", "$4")
    };
}

/// Users of a company whose name begins so, whose given or family name begins so.
pub async fn colleague_beginning(tx: &mut Tx, company: &str, name: &str) -> Result<Vec<String>, sqlx::Error> {
    let text = with_indexes!(tx, colleague_beginning);
    ids(tx, text, [company, name]).await
}

/// Of names of which one begins with one word, those that have a further word (the pattern) in either name.
macro_rules! further_word {
    ($family:literal, $given:literal, $from:literal, $to:literal, $pattern:literal) => {
        concat!(
            "SELECT id FROM (SELECT id FROM (SELECT id, family_fold FROM users ",
            $family,
            " WHERE family_fold >= ",
            $from,
            " AND family_fold < ",
            $to,
            " ORDER BY family_fold, given_fold, id LIMIT 100) AS f WHERE family_fold LIKE ",
            $pattern,
            " LIMIT $5) AS further_by_family
             UNION ALL
             SELECT id FROM (SELECT id FROM (SELECT id, family_fold, given_fold FROM users ",
            $given,
            " WHERE given_fold >= ",
            $from,
            " AND given_fold < ",
            $to,
            " ORDER BY given_fold, family_fold, id LIMIT 100) AS g WHERE family_fold LIKE ",
            $pattern,
            " OR given_fold LIKE ",
            $pattern,
            " LIMIT $5) AS further_by_given"
        )
    };
}

/// The sources in turn. Three pages of ids at most: hardly anybody is found by more than three of them.
macro_rules! pair {
    ($names:expr, $other_names:expr, $company:literal, $further:expr) => {
        concat!(
            "SELECT id FROM (",
            $names,
            " UNION ALL ",
            $other_names,
            " UNION ALL ",
            colleagues!($company, "$1", "$2", "$3", "$4"),
            " UNION ALL ",
            colleagues!($company, "$3", "$4", "$1", "$2"),
            $further,
            ") AS found LIMIT 27"
        )
    };
}
macro_rules! family_first {
    ($family:literal, $given:literal, $company:literal, $further:expr) => {
        pair!(
            name_in_name!("family_fold", "given_fold", $family),
            name_in_name!("given_fold", "family_fold", $given),
            $company,
            $further
        )
    };
}
macro_rules! given_first {
    ($family:literal, $given:literal, $company:literal, $further:expr) => {
        pair!(
            name_in_name!("given_fold", "family_fold", $given),
            name_in_name!("family_fold", "given_fold", $family),
            $company,
            $further
        )
    };
}
macro_rules! further {
    ($family:literal, $given:literal, $company:literal) => {
        concat!(
            " UNION ALL ",
            anywhere!($family, $given, $company, "$6", "$7", "$5"),
            " UNION ALL ",
            further_word!($family, $given, "$1", "$2", "$8"),
            " UNION ALL ",
            further_word!($family, $given, "$3", "$4", "$9")
        )
    };
}
macro_rules! pair_family_first {
    ($family:literal, $given:literal, $company:literal) => {
        family_first!($family, $given, $company, "")
    };
}
macro_rules! pair_given_first {
    ($family:literal, $given:literal, $company:literal) => {
        given_first!($family, $given, $company, "")
    };
}
macro_rules! all_family_first {
    ($family:literal, $given:literal, $company:literal) => {
        family_first!($family, $given, $company, further!($family, $given, $company))
    };
}
macro_rules! all_given_first {
    ($family:literal, $given:literal, $company:literal) => {
        given_first!($family, $given, $company, further!($family, $given, $company))
    };
}

/// Two words, or two halves of several. Which is typed first matters where more than a page is found; the longer one
/// leads, since fewer names begin with it.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// What was typed first.
    pub first: &'a str,
    /// What was typed last.
    pub last: &'a str,
}

impl<'a> Pair<'a> {
    const fn family_leads(self) -> bool {
        self.last.len() >= self.first.len()
    }

    const fn longer_and_shorter(self) -> [&'a str; 2] {
        if self.family_leads() { [self.last, self.first] } else { [self.first, self.last] }
    }
}

/// Users whose names begin so, those of given and family name in the order typed first, then those of a company and a
/// name. In one statement, because each is a way to the server and back.
pub async fn pair(tx: &mut Tx, words: Pair<'_>) -> Result<Vec<String>, sqlx::Error> {
    let text = if words.family_leads() {
        with_indexes!(tx, pair_family_first)
    } else {
        with_indexes!(tx, pair_given_first)
    };
    ids(tx, text, words.longer_and_shorter()).await
}

/// The same, and whose one name or company begins with both, and one of whose names begins with one and has a further word
/// that begins with the other (van den *Berg*), among the first 100 of either name. Words are folded: no letter of theirs
/// is a wildcard.
pub async fn pair_and_further(tx: &mut Tx, words: Pair<'_>) -> Result<Vec<String>, sqlx::Error> {
    let text = if words.family_leads() {
        with_indexes!(tx, all_family_first)
    } else {
        with_indexes!(tx, all_given_first)
    };
    let [longer, shorter] = words.longer_and_shorter();
    let whole = format!("{} {}", words.first, words.last);
    sql(text)
        .bind(longer)
        .bind(after(longer))
        .bind(shorter)
        .bind(after(shorter))
        .bind(HITS as i64)
        .bind(&whole)
        .bind(after(&whole))
        .bind(format!("% {shorter}%"))
        .bind(format!("% {longer}%"))
        .texts(tx)
        .await
}
