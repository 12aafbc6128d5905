//! The first reading of a file: every line is parsed, every bad one found, without the database. Streaming: besides the
//! bad lines only 12 bytes a line are kept, to find an address that stands there twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{BadLines, FileProblem, ImportFile, Person, Reason, Watch};
use crate::chance::Chance;

/// What there is in a file.
#[derive(Debug)]
pub struct LookedThrough {
    /// Lines with a person.
    pub people: u64,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Lines that can't be imported.
    pub bad: BadLines,
}

/// Looks through a file. `watch` hears how many bytes are read. Blocks: call it from a blocking thread.
///
/// # Errors
/// The file can't be read as a whole; otherwise what is wrong is in [`LookedThrough::bad`].
pub fn look_through(
    path: &Path,
    region: Option<&str>,
    chance: &Chance,
    watch: &Watch,
) -> Result<LookedThrough, FileProblem> {
    let mut file = ImportFile::open(path)?;
    let mut seen = Seen::new(chance);
    let (mut people, mut bad) = (0, BadLines::default());
    while let Some(line) = file.next_line()? {
        let number = line.number;
        people += 1;
        let person = line.fields.and_then(|fields| Person::parse(number, fields, region));
        match person.map(|person| seen.before(&person.email_fold, number)) {
            Ok(None) => {}
            Ok(Some(line)) => bad.add(number, Reason::EmailTwice { line }),
            Err(reason) => bad.add(number, reason),
        }
        if people % 1_000 == 0 {
            watch.at(file.bytes());
        }
    }
    Ok(LookedThrough { people, digest: file.digest(), bad })
}

/// Addresses by 64 bits of a salted hash: among a million, two that are not the same meet once in forty million files.
struct Seen {
    salt: [u8; 16],
    lines: HashMap<u64, u32>,
}

impl Seen {
    fn new(chance: &Chance) -> Self {
        Self { salt: chance.bytes(), lines: HashMap::new() }
    }

    /// The line where this address stood before, if it did.
    fn before(&mut self, email_fold: &str, line: u64) -> Option<u64> {
        let digest = Sha256::new().chain_update(self.salt).chain_update(email_fold).finalize();
        let key = digest.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte));
        match self.lines.entry(key) {
            Entry::Occupied(known) => Some(u64::from(*known.get())),
            Entry::Vacant(place) => {
                place.insert(u32::try_from(line).unwrap_or(u32::MAX));
                None
            }
        }
    }
}
