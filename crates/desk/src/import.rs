//! Importing users from a CSV file: everything about the file. What is done in the database is the operation
//! `operations/import_users.rs`; the columns are documented in docs/import.md.
//!
//! The file is read twice: once without the database, so that a file with bad lines locks nobody out of anything, and
//! once inside the one transaction. It is never held in memory.

mod file;
mod look_through;
mod person;

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use recovery_rules::display_name::DisplayNameProblem;
use recovery_rules::email::EmailProblem;
use recovery_rules::phone::PhoneProblem;

pub use file::{FileProblem, ImportFile};
pub use look_through::{LookedThrough, look_through};
pub use person::Person;

/// Bad lines that are listed; of the rest there is a count.
pub const BAD_LINES_LISTED: usize = 100;

/// A line that can't be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, as an editor shows it.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a line can't be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Not as many fields as the header has columns.
    Fields {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// The company's name can't be used.
    Company(DisplayNameProblem),
    /// Neither `standard` nor `billing`.
    Role,
    /// The given name can't be used.
    GivenName(DisplayNameProblem),
    /// The family name can't be used.
    FamilyName(DisplayNameProblem),
    /// Neither a given nor a family name.
    NoName,
    /// The address can't be used.
    Email(EmailProblem),
    /// The number can't be used.
    Phone(PhoneProblem),
    /// A number in national format, and no region was said.
    PhoneWithoutRegion,
    /// The same address stands in a line before.
    EmailTwice {
        /// That line.
        line: u64,
    },
    /// The user of this address belongs to another company; an import moves nobody.
    OtherCompany,
    /// The user of this address has another role; an import changes no role.
    OtherRole,
    /// An account had this address until lately, and its owner can still take it back.
    EmailHeld,
    /// A company of nearly this name is there.
    CompanySpelled {
        /// How it is spelled there.
        there: String,
    },
    /// There are two companies of this name.
    CompanyTwice,
}

/// The bad lines of a file, the first of them in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadLines {
    /// At most [`BAD_LINES_LISTED`], in the order of the file.
    pub listed: Vec<BadLine>,
    /// How many more there are.
    pub more: u64,
}

impl BadLines {
    /// Adds one.
    pub fn add(&mut self, line: u64, reason: Reason) {
        if self.listed.len() < BAD_LINES_LISTED {
            self.listed.push(BadLine { line, reason });
        } else {
            self.more += 1;
        }
    }

    /// Whether there are none.
    pub const fn none(&self) -> bool {
        self.listed.is_empty()
    }
}

/// What whoever asked for an import sees of it while it runs, and of one that was refused. No part of the request:
/// it doesn't count for its digest and never arrives from outside.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Watched>);

#[derive(Debug, Default)]
struct Watched {
    done: AtomicU64,
    bad: Mutex<BadLines>,
}

impl Watch {
    /// Lines (or, while the file is looked through, bytes) that are done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// The bad lines found so far.
    pub fn bad_lines(&self) -> BadLines {
        self.0.bad.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn at(&self, done: u64) {
        self.0.done.store(done, Ordering::Relaxed);
    }

    pub(crate) fn bad(&self, line: u64, reason: Reason) {
        self.0.bad.lock().unwrap_or_else(PoisonError::into_inner).add(line, reason);
    }
}

impl Hash for Watch {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}
