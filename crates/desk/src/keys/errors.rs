//! What can go wrong with kept keys, each with a sentence that says what to do.

use std::path::PathBuf;

/// Keys could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The passphrase doesn't open the file (or somebody changed the file).
    #[error(
        "The recovery passphrase does not open these keys. Check it, and that the keys belong to this database."
    )]
    WrongPassphrase,
    /// The file, or the text out of the keyring, isn't a set of keys.
    #[error("These are not keys of Recovery Desk. Choose the file keys.sealed that lies beside the data.")]
    NotKeys,
    /// Written by a later version.
    #[error(
        "These keys were written by a newer version of Recovery Desk (format {found}, this one reads up to {known}). Update, then try again."
    )]
    NewerVersion {
        /// The format's number in the file.
        found: u32,
        /// The newest this program reads.
        known: u32,
    },
    /// Others than the owner may read the file.
    #[error("Other people on this machine can read {}. Set its permissions to 0600, then try again.", .0.display())]
    ReadableByOthers(PathBuf),
    /// There is a file already, and nobody said that it may be replaced.
    #[error("{} exists already. Keys are never overwritten unasked: move it away first.", .0.display())]
    Exists(PathBuf),
    /// The disk said no.
    #[error("{} could not be read or written: {source}", path.display())]
    Disk {
        /// Which file.
        path: PathBuf,
        /// The operating system's words.
        source: std::io::Error,
    },
}

/// Something sealed could not be opened. Deliberately without a reason: for whoever changed it, all look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed under another key, for another place, or changed")]
pub struct NotOpened;
