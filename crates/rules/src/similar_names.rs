//! Which rows of a look-up could be mistaken for each other on the telephone.

/// Whole names of fewer letters are near only at distance 1: "bo li" and "al li" differ in two.
const SHORT_NAME: usize = 7;

/// Indexes of the names that could be mistaken for the one at `index`; `names` are folded (given, family)
/// pairs. Near is any of:
/// - the same two names, also exchanged;
/// - the same given name and family names with the same first three letters, or the other way round;
/// - a Levenshtein distance of at most 2 over the whole name, 1 if one has fewer than seven letters.
///
/// An index out of range has no similar names.
pub fn similar_names(names: &[(String, String)], index: usize) -> Vec<usize> {
    let Some(wanted) = names.get(index) else { return Vec::new() };
    names
        .iter()
        .enumerate()
        .filter(|(other, name)| *other != index && are_near(wanted, name))
        .map(|(other, _)| other)
        .collect()
}

fn are_near(one: &(String, String), other: &(String, String)) -> bool {
    let exchanged = one.0 == other.1 && one.1 == other.0;
    if exchanged
        || (one.0 == other.0 && begin_alike(&one.1, &other.1))
        || (one.1 == other.1 && begin_alike(&one.0, &other.0))
    {
        return true;
    }
    let one = format!("{} {}", one.0, one.1);
    let other = format!("{} {}", other.0, other.1);
    let letters = one.chars().count().min(other.chars().count());
    distance(&one, &other) <= if letters <= SHORT_NAME { 1 } else { 2 }
}

fn begin_alike(one: &str, other: &str) -> bool {
    one == other
        || (one.chars().count() >= 3
            && other.chars().count() >= 3
            && one.chars().take(3).eq(other.chars().take(3)))
}

/// Levenshtein distance in characters: insertions, deletions and substitutions, each counting one.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(given, family)| ((*given).to_owned(), (*family).to_owned())).collect()
    }

    #[test]
    fn names_that_sound_alike_are_found() {
        let names = names(&[
            ("priya", "shah"),
            ("priya", "sharma"),
            ("priya", "shaw"),
            ("shah", "priya"),
            ("preya", "shar"),
            ("tom", "okafor"),
            ("priyanka", "shah"),
            ("priya", "shah"),
        ]);
        assert_eq!(similar_names(&names, 0), [1, 2, 3, 4, 6, 7]);
        assert_eq!(similar_names(&names, 5), Vec::<usize>::new());
        assert_eq!(similar_names(&names, 99), Vec::<usize>::new());
    }

    #[test]
    fn one_name_in_the_other_place_is_not_the_two_exchanged() {
        let names = names(&[("priya", "shah"), ("shah", "okonkwo"), ("delacroix", "priya")]);
        assert_eq!(similar_names(&names, 0), Vec::<usize>::new());
    }

    #[test]
    fn short_names_are_near_at_one_letter_only() {
        let names = names(&[("bo", "li"), ("al", "li"), ("bo", "lu"), ("jo", "li")]);
        assert_eq!(similar_names(&names, 0), [2, 3]);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (one, other, expected) in
            [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("élan", "elan", 1)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn nearness_is_mutual(list in proptest::collection::vec(("[a-d]{1,6}", "[a-d]{1,6}"), 2..6)) {
            for index in 0..list.len() {
                for other in similar_names(&list, index) {
                    prop_assert!(similar_names(&list, other).contains(&index));
                }
            }
        }
    }
}
