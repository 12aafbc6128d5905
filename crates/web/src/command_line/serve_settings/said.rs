//! A setting and where it was said: the command line and the environment win over the file, the file over what is usual.

/// A value and where it was said.
pub struct Said<T> {
    /// What was said, if anything.
    pub value: Option<T>,
    /// Where.
    pub place: &'static str,
}

pub const HERE: &str = "command line or environment";

pub const FILE: &str = "file";

pub const USUAL: &str = "usual";

/// The stronger word of two: that of the command line or environment, else the file's.
pub fn said<T>(here: Option<T>, file: Option<T>) -> Said<T> {
    match (here, file) {
        (Some(value), _) => Said { value: Some(value), place: HERE },
        (None, Some(value)) => Said { value: Some(value), place: FILE },
        (None, None) => Said { value: None, place: USUAL },
    }
}

impl<T> Said<T> {
    /// What is usual, where nothing was said.
    pub fn or(mut self, usual: T) -> Said<T> {
        self.value.get_or_insert(usual);
        self
    }

    /// As a line for a person.
    pub fn line(&self, name: &str, show: impl Fn(&T) -> String) -> String {
        let value = self.value.as_ref().map_or_else(|| "not set".to_owned(), show);
        format!("{name} = {value}  # {}", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_word_wins() {
        let both = said(Some(1), Some(2));
        assert_eq!((both.value, both.place), (Some(1), HERE));
        let file = said(None, Some(2)).or(3);
        assert_eq!((file.value, file.place), (Some(2), FILE));
        let usual = said(None, None).or(3);
        assert_eq!((usual.value, usual.place), (Some(3), USUAL));
    }
}
