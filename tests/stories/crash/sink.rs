//! What arrived at the mail server, read from its folder, each letter once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::harness::letters::Arrived;

/// The letters in a folder of the mail server, in the order of their arrival.
#[derive(Clone, Debug)]
pub struct Sink {
    folder: PathBuf,
    known: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    /// The letters of that folder.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder, known: Arc::default() }
    }

    /// All that have arrived by now.
    pub fn arrived(&self) -> Vec<Arrived> {
        let mut known = self.known.lock().unwrap();
        while let Ok(letter) =
            std::fs::read_to_string(self.folder.join(format!("{:04}.eml", known.len() + 1)))
        {
            known.push(Arrived::parse(&letter));
        }
        known.clone()
    }

    /// Those to one address with that in their subject, newest first.
    pub fn to(&self, address: &str, subject: &str) -> Vec<Arrived> {
        let mut found = self.arrived();
        found.retain(|a| a.header("to").contains(address) && a.header("subject").contains(subject));
        found.reverse();
        found
    }
}
