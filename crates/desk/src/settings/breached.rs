//! The installation's own file of breached passwords, in the form in which the Pwned Passwords corpus is given out: a line for
//! each, `SHA-1 in hexadecimal:how often`, sorted by hash. It stays on disk (the whole corpus has some 40 GB) and is searched by
//! halves: about forty short reads, only for a password that passed every other rule.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use recovery_rules::passwords::Password;
use sha1::{Digest, Sha1};

/// Hexadecimal digits of a SHA-1.
const DIGITS: usize = 40;
/// The longest line that is believed: hash, colon, a count.
const LONGEST_LINE: u64 = 128;

/// The file, if one is set.
#[derive(Clone, Debug, Default)]
pub struct BreachedPasswords(Option<PathBuf>);

impl BreachedPasswords {
    /// Takes a file, after a look at it.
    ///
    /// # Errors
    /// If it can't be read, or its first line is not one of such a file.
    pub fn file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        match line_at(&mut file, 0, size)? {
            Some((_, hash)) if is_hash(&hash) => Ok(Self(Some(path.to_owned()))),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its first line does not begin with a SHA-1 in hexadecimal",
            )),
        }
    }

    /// Whether a password is in it; never, where no file is set.
    ///
    /// # Errors
    /// If the file can't be read or is not sorted as it should be.
    pub fn contains(&self, password: &Password) -> io::Result<bool> {
        let Some(path) = &self.0 else { return Ok(false) };
        let mut wanted = zeroize::Zeroizing::new(String::with_capacity(DIGITS));
        for byte in Sha1::digest(password.expose().as_bytes()) {
            use std::fmt::Write as _;
            let _ = write!(wanted, "{byte:02X}");
        }
        let mut file = File::open(path)?;
        let (mut from, mut to) = (0, file.metadata()?.len());
        // Invariant: the line, if it is there, begins at `from` or later and before `to`.
        while from < to {
            let middle = from + (to - from) / 2;
            let Some((start, hash)) = line_at(&mut file, middle, to)? else {
                to = middle;
                continue;
            };
            if !is_hash(&hash) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is no hash"));
            }
            match hash.as_str().cmp(wanted.as_str()) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = start + DIGITS as u64,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        Ok(false)
    }
}

/// The first line that begins at `place` or behind it and before `end`: where it begins, and its hash in capitals.
fn line_at(file: &mut File, place: u64, end: u64) -> io::Result<Option<(u64, String)>> {
    let mut start = place;
    let mut reader = if place == 0 {
        file.seek(SeekFrom::Start(0))?;
        BufReader::with_capacity(256, &mut *file)
    } else {
        // From one byte before: if that ends a line, one begins right here.
        file.seek(SeekFrom::Start(place - 1))?;
        let mut reader = BufReader::with_capacity(256, &mut *file);
        let mut rest = Vec::new();
        let skipped = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut rest)? as u64;
        start = place - 1 + skipped;
        reader
    };
    if start >= end {
        return Ok(None);
    }
    let mut line = Vec::new();
    reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    let hash = line.get(..DIGITS).unwrap_or(&line);
    Ok(Some((start, String::from_utf8_lossy(hash).to_ascii_uppercase())))
}

fn is_hash(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(lines: &[String], end: &str) -> (tempfile::TempDir, BreachedPasswords) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pwned.txt");
        std::fs::write(&path, lines.join(end) + end).unwrap();
        let file = BreachedPasswords::file(&path).unwrap();
        (folder, file)
    }

    fn contains(file: &BreachedPasswords, text: &str) -> bool {
        file.contains(&Password::new(text.to_owned())).unwrap()
    }

    fn line(text: &str, count: usize) -> String {
        let hex: String = Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
        format!("{hex}:{count}")
    }

    #[test]
    fn each_one_in_it_is_found_and_no_other_whatever_the_lines_look_like() {
        for end in ["\n", "\r\n"] {
            for count in [1, 2, 3, 7, 500] {
                let mut lines: Vec<String> =
                    (0..count).map(|i| line(&format!("password {i}"), i * i * 37 + 1)).collect();
                lines.sort();
                let (_folder, file) = file_of(&lines, end);
                for i in 0..count {
                    assert!(contains(&file, &format!("password {i}")), "{i} of {count}");
                }
                for i in count..count + 300 {
                    assert!(!contains(&file, &format!("password {i}")), "{i} is not in {count}");
                }
            }
        }
    }

    #[test]
    fn without_a_file_nothing_is_breached_and_what_is_none_is_refused_at_once() {
        assert!(!contains(&BreachedPasswords::default(), "password"));
        let folder = tempfile::tempdir().unwrap();
        assert!(BreachedPasswords::file(&folder.path().join("missing")).is_err());
        for text in ["", "password\n", "correct horse battery staple and so on and on and on\n"] {
            let path = folder.path().join("none.txt");
            std::fs::write(&path, text).unwrap();
            assert!(BreachedPasswords::file(&path).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_file_that_is_gone_or_broken_is_told_and_never_counts_as_clean() {
        let mut lines = vec![line("a", 1), line("b", 2)];
        lines.sort();
        let (folder, file) = file_of(&lines, "\n");
        std::fs::write(folder.path().join("pwned.txt"), "not a hash\n".repeat(40)).unwrap();
        assert!(file.contains(&Password::new("x".to_owned())).is_err());
        std::fs::remove_file(folder.path().join("pwned.txt")).unwrap();
        assert!(file.contains(&Password::new("x".to_owned())).is_err());
    }
}
