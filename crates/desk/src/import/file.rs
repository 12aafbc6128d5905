//! The CSV file: its header, its lines one after the other, its digest. Comma, semicolon or tab, whichever the header has.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use recovery_rules::display_name::DisplayName;
use sha2::{Digest, Sha256};

use super::Reason;

/// The columns, in the order of `Line::fields`.
pub const COLUMNS: [&str; 6] = ["company", "role", "given_name", "family_name", "email", "phone"];
/// The one that may be left out.
const PHONE: usize = 5;
/// No line is longer; one that is has a quotation mark that nobody closed.
const LONGEST_LINE: u64 = 256 * 1024;
const BUFFER: usize = 64 * 1024;

/// Why a file can't be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// It can't be read.
    #[error("{} can't be read: {source}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("{} is empty. The first line names the columns: {}.", .0.display(), COLUMNS.join(","))]
    Empty(PathBuf),
    /// UTF-16 or something else that is no UTF-8.
    #[error("{} is not UTF-8 text. Save it as CSV in UTF-8.", .0.display())]
    NotUtf8(PathBuf),
    /// The first line doesn't name the columns.
    #[error("The first line must name the columns {}; phone may be left out. {what}", COLUMNS.join(","))]
    Columns {
        /// What is wrong with it.
        what: String,
    },
    /// A quotation mark is opened and not closed.
    #[error("Line {line} is too long: a quotation mark is opened there and not closed.")]
    Unclosed {
        /// Where it begins.
        line: u64,
    },
}

/// A line of the file.
#[derive(Debug)]
pub struct Line<'a> {
    /// Its number, as an editor shows it.
    pub number: u64,
    /// The fields in the order of [`COLUMNS`], empty for a column that is not there; or why there are none.
    pub fields: Result<[&'a str; 6], Reason>,
}

/// An open file, behind its header.
pub struct ImportFile {
    path: PathBuf,
    reader: csv::Reader<Counted<BufReader<File>>>,
    record: csv::ByteRecord,
    /// Where each of [`COLUMNS`] stands.
    places: [Option<usize>; 6],
    width: usize,
    counters: Arc<Counters>,
}

impl ImportFile {
    /// Opens it and reads the header.
    ///
    /// # Errors
    /// [`FileProblem`].
    pub fn open(path: &Path) -> Result<Self, FileProblem> {
        let disk = |source| FileProblem::Disk { path: path.to_owned(), source };
        let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(disk)?);
        let start = file.fill_buf().map_err(disk)?;
        let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if start.is_empty() {
            return Err(FileProblem::Empty(path.to_owned()));
        }
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(FileProblem::NotUtf8(path.to_owned()));
        }
        let has = |byte: u8| first_line.contains(&byte);
        let delimiter = [b',', b';', b'\t'].into_iter().find(|byte| has(*byte)).unwrap_or(b',');
        let counters = Arc::new(Counters::default());
        let counted = Counted { inner: file, digest: Sha256::new(), counters: Arc::clone(&counters) };
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(counted);
        let record = csv::ByteRecord::new();
        let path = path.to_owned();
        let mut opened = Self { path, reader, record, places: [None; 6], width: 0, counters };
        if !opened.read()? {
            return Err(FileProblem::Empty(opened.path));
        }
        opened.places = places(&opened.record, &opened.path)?;
        opened.width = opened.record.len();
        Ok(opened)
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// [`FileProblem::Disk`], [`FileProblem::Unclosed`].
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, FileProblem> {
        if !self.read()? {
            return Ok(None);
        }
        let number = self.first_line_of_record();
        let (found, wanted) = (self.record.len(), self.width);
        let fields = if found == wanted { self.fields() } else { Err(Reason::Fields { found, wanted }) };
        Ok(Some(Line { number, fields }))
    }

    /// Where the record begins, as an editor counts lines: the reader counts empty lines before it to it.
    fn first_line_of_record(&self) -> u64 {
        let end = self.reader.position();
        let inside = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let at_the_end = end.byte() == self.counters.passed.load(Ordering::Relaxed);
        let ended = !at_the_end || self.counters.last.load(Ordering::Relaxed) == b'\n';
        end.line() - inside - u64::from(ended)
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.counters.all.load(Ordering::Relaxed)
    }

    /// SHA-256 of the bytes read so far: of the file, at its end.
    pub fn digest(self) -> [u8; 32] {
        self.reader.into_inner().digest.finalize().into()
    }

    fn fields(&self) -> Result<[&str; 6], Reason> {
        let mut fields = [""; 6];
        for (field, place) in fields.iter_mut().zip(self.places) {
            let bytes = place.and_then(|place| self.record.get(place)).unwrap_or_default();
            *field = std::str::from_utf8(bytes).map_err(|_| Reason::NotUtf8)?;
        }
        Ok(fields)
    }

    fn read(&mut self) -> Result<bool, FileProblem> {
        let read = self.reader.read_byte_record(&mut self.record);
        self.counters.since_a_line.store(0, Ordering::Relaxed);
        read.map_err(|error| {
            let line = error.position().map_or_else(|| self.reader.position().line(), csv::Position::line);
            match error.into_kind() {
                csv::ErrorKind::Io(source) if source.kind() == io::ErrorKind::FileTooLarge => {
                    FileProblem::Unclosed {
                        line: self.counters.line.load(Ordering::Relaxed).max(1).min(line),
                    }
                }
                csv::ErrorKind::Io(source) => FileProblem::Disk { path: self.path.clone(), source },
                other => FileProblem::Disk {
                    path: self.path.clone(),
                    source: io::Error::other(format!("{other:?}")),
                },
            }
        })
        .inspect(|_| self.counters.line.store(self.reader.position().line(), Ordering::Relaxed))
    }
}

fn places(header: &csv::ByteRecord, path: &Path) -> Result<[Option<usize>; 6], FileProblem> {
    let mut places = [None; 6];
    for (place, name) in header.iter().enumerate() {
        let name = std::str::from_utf8(name).map_err(|_| FileProblem::NotUtf8(path.to_owned()))?;
        let name = name.trim_start_matches('\u{feff}').trim().to_lowercase();
        let shown = DisplayName::inert(&name);
        match COLUMNS.iter().position(|column| *column == name.replace(' ', "_")) {
            Some(column) if places[column].is_some() => {
                return Err(FileProblem::Columns { what: format!("“{shown}” stands there twice.") });
            }
            Some(column) => places[column] = Some(place),
            None => return Err(FileProblem::Columns { what: format!("“{shown}” is none of them.") }),
        }
    }
    let missing: Vec<_> =
        (0..PHONE).filter(|column| places[*column].is_none()).map(|column| COLUMNS[column]).collect();
    if missing.is_empty() {
        return Ok(places);
    }
    Err(FileProblem::Columns { what: format!("Missing: {}.", missing.join(", ")) })
}

#[derive(Debug, Default)]
struct Counters {
    all: AtomicU64,
    since_a_line: AtomicU64,
    /// Bytes passed on, and the last of them.
    passed: AtomicU64,
    last: AtomicU8,
    /// The line the next record begins at or after.
    line: AtomicU64,
}

/// Takes the digest of what passes, and stops a line that never ends before it fills the memory. Lines come out ended by
/// a line feed alone, so that they can be counted.
struct Counted<R> {
    inner: R,
    digest: Sha256,
    counters: Arc<Counters>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let available = self.inner.fill_buf()?;
            let taken = available.len().min(buffer.len());
            if taken == 0 {
                return Ok(0);
            }
            let bytes = &available[..taken];
            self.digest.update(bytes);
            self.counters.all.fetch_add(taken as u64, Ordering::Relaxed);
            if self.counters.since_a_line.fetch_add(taken as u64, Ordering::Relaxed) > LONGEST_LINE {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            let mut passed = without_carriage_returns(bytes, buffer);
            let open_end = bytes.ends_with(b"\r");
            self.inner.consume(taken);
            if open_end && self.inner.fill_buf()?.first() == Some(&b'\n') {
                passed -= 1;
            }
            if passed > 0 {
                self.counters.passed.fetch_add(passed as u64, Ordering::Relaxed);
                self.counters.last.store(buffer[passed - 1], Ordering::Relaxed);
                return Ok(passed);
            }
        }
    }
}

/// Copies, but for carriage returns before a line feed; says how many bytes that are.
fn without_carriage_returns(bytes: &[u8], out: &mut [u8]) -> usize {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        out[length] = *byte;
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &[u8]) -> Result<ImportFile, FileProblem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.csv");
        std::fs::write(&path, text).unwrap();
        ImportFile::open(&path)
    }

    fn lines(text: &str) -> Vec<(u64, Result<Vec<String>, Reason>)> {
        let mut file = open(text.as_bytes()).unwrap();
        let mut lines = Vec::new();
        while let Some(line) = file.next_line().unwrap() {
            let fields = line.fields.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect());
            lines.push((line.number, fields));
        }
        lines
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_with_any_usual_separator() {
        let wanted = ["A", "standard", "B", "C", "b@a.example", ""].map(str::to_owned).to_vec();
        for text in [
            "company,role,given_name,family_name,email,phone\nA,standard,B,C,b@a.example,\n",
            "\u{feff}Email;Family name;Given name;Role;Company\r\nb@a.example;C;B;standard;A\r\n",
            "company\trole\tgiven_name\tfamily_name\temail\nA\tstandard\tB\tC\tb@a.example",
        ] {
            assert_eq!(lines(text), [(2, Ok(wanted.clone()))], "{text}");
        }
    }

    #[test]
    fn a_header_that_does_not_name_the_columns_is_told_what_is_wrong() {
        for (header, what) in [
            ("company,role,given_name,family_name\n", "Missing: email."),
            ("company,role,given_name,family_name,e-mail\n", "“e-mail” is none of them."),
            ("company,role,given_name,family_name,email,email\n", "“email” stands there twice."),
            ("Hartwell,standard,Priya,Raman,priya@hartwell.example\n", "“hartwell” is none of them."),
        ] {
            let refused = open(header.as_bytes()).err().unwrap().to_string();
            assert!(refused.ends_with(what), "{refused}");
        }
        assert!(matches!(open(b""), Err(FileProblem::Empty(_))));
        assert!(matches!(open(b"\n\n"), Err(FileProblem::Empty(_))));
        assert!(matches!(open(&[0xff, 0xfe, b'c', 0]), Err(FileProblem::NotUtf8(_))));
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let text = "company,role,given_name,family_name,email\n\"A\nB\",standard,x,y,a@b.example\n\nC,standard,x\n\"D\",standard,\"x \"\"y\"\"\",z,d@b.example\n";
        let found = lines(text);
        assert_eq!(found[0].0, 2);
        assert_eq!(found[1], (5, Err(Reason::Fields { found: 3, wanted: 5 })));
        assert_eq!((found[2].0, found[2].1.as_ref().unwrap()[2].as_str()), (6, "x \"y\""));
    }

    #[test]
    fn lines_are_counted_the_same_whatever_ends_them_and_wherever_a_block_ends() {
        let mut text = "company,role,given_name,family_name,email\n".to_owned();
        for i in 0..5_000 {
            let blank = if i % 7 == 0 { "\n" } else { "" };
            text.push_str(&format!("{blank}A,standard,\"x\ny\",z,user{i}@b.example\n"));
        }
        let unix = lines(&text);
        assert_eq!(unix.len(), 5_000);
        let by_hand = text[..text.find("user4321@").unwrap()].matches('\n').count() as u64;
        assert_eq!(unix[4321].0, by_hand, "the quoted line break is inside the record");
        assert_eq!(lines(&text.replace('\n', "\r\n")), unix);
        assert_eq!(lines(text.trim_end()), unix, "the last line needs no end");
    }

    #[test]
    fn bytes_that_are_no_text_spoil_their_own_line_only() {
        let mut file = open(b"company,role,given_name,family_name,email\nA,standard,M\xfcller,x,a@b.example\nB,standard,x,y,b@b.example\n").unwrap();
        assert_eq!(file.next_line().unwrap().unwrap().fields, Err(Reason::NotUtf8));
        assert!(file.next_line().unwrap().unwrap().fields.is_ok());
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_does_not_fill_the_memory() {
        let mut text =
            "company,role,given_name,family_name,email\nA,standard,x,y,a@b.example\n\"B".to_owned();
        text.push_str(&",standard,x,y,b@b.example\n".repeat(40_000));
        let mut file = open(text.as_bytes()).unwrap();
        file.next_line().unwrap();
        let stopped = file.next_line().err().unwrap();
        assert!(matches!(stopped, FileProblem::Unclosed { line: 3 }), "{stopped}");
    }
}
