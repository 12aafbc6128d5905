//! Choosing and ranking among the candidates of a look-up. Every word typed must begin a word of the name, the
//! company or the e-mail address, or be the last four digits of the phone.

use recovery_rules::look_up_query::{Query, last_four};

use crate::database::Tx;
use crate::store::address_fragments;
use crate::store::look_up::{
    self as store, By, Candidate, beginning, by_last4, by_names, companies, of_company,
};
use crate::store::two_words::{self, Pair};

/// Rows shown at most.
pub const LIMIT: usize = 8;
/// Candidates read from one index at most where they are looked at one by one; what lies beyond is found by typing more.
const CANDIDATES: i64 = 200;
/// Companies looked into.
const COMPANIES: i64 = 5;

/// Users that match the words of a query, best first, and the words that are marked.
///
/// First from the indexes alone, a page of ids of each; only the page shown is read whole. Where nothing was found that
/// way, candidates of several words are read and looked at one by one, which is slower and rare; a single word is then
/// looked for in the middle of addresses.
pub async fn words(tx: &mut Tx, query: &Query) -> Result<(Vec<Candidate>, Vec<String>), sqlx::Error> {
    let Query::Words { tokens, number, email_prefix } = query else {
        return Ok((Vec::new(), Vec::new()));
    };
    let (number, email) = (number.as_deref(), email_prefix.as_deref());
    let ids = if query.family_name_only() {
        store::family_beginning(tx, &tokens[0]).await?
    } else {
        hits(tx, tokens, number, email).await?
    };
    let mut candidates = store::of_ids(tx, &ids).await?;
    if let (Some(number), Some(longest)) = (number, tokens.iter().max_by_key(|token| token.len())) {
        candidates.extend(by_last4(tx, last_four(number), longest, CANDIDATES).await?);
    }
    candidates.retain(|candidate| matches(candidate, tokens, number, email));
    if candidates.is_empty() && tokens.len() > 1 {
        candidates = gather(tx, tokens).await?;
        candidates.retain(|candidate| matches(candidate, tokens, number, email));
    }
    if let Some(fragment) = email.filter(|_| candidates.is_empty()) {
        let ids = address_fragments::containing(tx, fragment).await?;
        candidates = store::of_ids(tx, &ids).await?;
    }
    candidates.sort_by_key(|candidate| rank(candidate, tokens));
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.id.clone()));
    Ok((candidates, tokens.clone()))
}

/// The beginning of an address with its `@`.
pub async fn address(tx: &mut Tx, prefix: &str) -> Result<Vec<Candidate>, sqlx::Error> {
    let ids = store::address_beginning(tx, prefix).await?;
    let mut found = store::of_ids(tx, &ids).await?;
    found.sort_by(|a, b| a.email_fold.cmp(&b.email_fold));
    Ok(found)
}

/// Ids of a page and one more, from the likeliest source to the least likely; the rest is not asked once they are full.
async fn hits(
    tx: &mut Tx,
    tokens: &[String],
    number: Option<&str>,
    email: Option<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    let mut hits = Hits::default();
    match (number, tokens) {
        (Some(number), _) => of_number(tx, tokens, number, &mut hits).await?,
        (None, [word]) => hits.add(match email {
            Some(email) => store::address_or_word(tx, email, word).await?,
            None => store::beginning_anywhere(tx, word).await?,
        }),
        (None, [first, last]) => hits.add(two_words::pair_and_further(tx, Pair { first, last }).await?),
        (None, _) => of_several(tx, tokens, &mut hits).await?,
    }
    if let Some(email) = email.filter(|_| hits.wanted() && tokens.len() > 1) {
        hits.add(store::address_beginning(tx, email).await?);
    }
    Ok(hits.ids)
}

/// A number of four digits or more may be a company's own ("Studio 2020"); a phone's last digits are looked for elsewhere.
/// The likeliest first: all words are the company's, or all but the last, which is a name.
async fn of_number(tx: &mut Tx, tokens: &[String], number: &str, hits: &mut Hits) -> Result<(), sqlx::Error> {
    for split in (1..=tokens.len()).rev() {
        let (company, name) = (format!("{} {number}", tokens[..split].join(" ")), tokens[split..].join(" "));
        if hits.ids.is_empty() {
            hits.add(two_words::colleague_beginning(tx, &company, &name).await?);
        }
    }
    Ok(())
}

/// Three words or four. A shorter number ends a company's name ("Studio 54 Ana"); else they are split in every place. What
/// is rarer is looked for only where nobody was found.
async fn of_several(tx: &mut Tx, tokens: &[String], hits: &mut Hits) -> Result<(), sqlx::Error> {
    let digits = |token: &String| token.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = tokens.iter().rposition(digits).filter(|at| *at > 0) {
        let (company, name) = (tokens[..=number].join(" "), tokens[number + 1..].join(" "));
        hits.add(two_words::colleague_beginning(tx, &company, &name).await?);
        if !hits.ids.is_empty() {
            return Ok(());
        }
    }
    let halves: Vec<_> =
        (1..tokens.len()).map(|at| (tokens[..at].join(" "), tokens[at..].join(" "))).collect();
    for (first, last) in &halves {
        if hits.wanted() {
            hits.add(two_words::pair(tx, Pair { first, last }).await?);
        }
    }
    if hits.wanted() {
        hits.add(store::beginning_anywhere(tx, &tokens.join(" ")).await?);
    }
    for (first, last) in &halves {
        if hits.ids.is_empty() {
            hits.add(two_words::pair_and_further(tx, Pair { first, last }).await?);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Hits {
    ids: Vec<String>,
}

impl Hits {
    fn wanted(&self) -> bool {
        self.ids.len() < store::HITS
    }

    fn add(&mut self, ids: Vec<String>) {
        for id in ids {
            if self.wanted() && !self.ids.contains(&id) {
                self.ids.push(id);
            }
        }
    }
}

async fn gather(tx: &mut Tx, tokens: &[String]) -> Result<Vec<Candidate>, sqlx::Error> {
    let mut candidates = Vec::new();
    for (i, first) in tokens.iter().enumerate() {
        // Two words narrow inside the index, so that a common beginning doesn't hide the pair.
        for (j, second) in tokens.iter().enumerate() {
            if i != j {
                candidates.extend(by_names(tx, first, second, CANDIDATES).await?);
            }
        }
        candidates.extend(beginning(tx, By::Family, first, CANDIDATES).await?);
        candidates.extend(beginning(tx, By::Given, first, CANDIDATES).await?);
        for company in companies(tx, first, COMPANIES).await? {
            for (j, given) in tokens.iter().enumerate() {
                if i != j {
                    candidates.extend(of_company(tx, &company, given, CANDIDATES).await?);
                }
            }
            if tokens.len() == 1 {
                candidates.extend(of_company(tx, &company, "", CANDIDATES).await?);
            }
        }
    }
    Ok(candidates)
}

fn matches(
    candidate: &Candidate,
    tokens: &[String],
    number: Option<&str>,
    email_prefix: Option<&str>,
) -> bool {
    if email_prefix.is_some_and(|prefix| candidate.email_fold.starts_with(prefix)) {
        return true;
    }
    let begins = |text: &str, token: &str| text.split(' ').any(|word| word.starts_with(token));
    let words = tokens.iter().all(|token| {
        begins(&candidate.family_fold, token)
            || begins(&candidate.given_fold, token)
            || begins(&candidate.company_fold, token)
    });
    let number = number.is_none_or(|number| {
        candidate.phone_last4.as_deref() == Some(last_four(number)) || begins(&candidate.company_fold, number)
    });
    words && number
}

/// Smaller is better: names that begin with the words in the order typed, then either name, then the company.
fn rank(candidate: &Candidate, tokens: &[String]) -> (u8, String, String, String) {
    let first = tokens.first().map(String::as_str).unwrap_or_default();
    let last = tokens.last().map(String::as_str).unwrap_or_default();
    let (given, family) = (candidate.given_fold.as_str(), candidate.family_fold.as_str());
    let grade = if given.starts_with(first) && family.starts_with(last) {
        0
    } else if family.starts_with(first) && (tokens.len() == 1 || given.starts_with(last)) {
        1
    } else if family.starts_with(first) || given.starts_with(first) {
        2
    } else {
        3
    };
    (grade, candidate.family_fold.clone(), candidate.given_fold.clone(), candidate.id.clone())
}
