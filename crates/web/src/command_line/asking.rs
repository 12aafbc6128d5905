//! Asking for a recovery passphrase: on a terminal without showing it, from a pipe a line each. Never as an argument:
//! other programs can read those.

use std::io::{self, IsTerminal};
use std::path::Path;

use recovery_desk::keys::{DataKeys, KeysError, Passphrase, sealed_file};
use secrecy::{ExposeSecret, SecretString};

use super::CommandError;

/// A passphrase as it was typed: too short a one is no other answer than a wrong one.
pub struct Typed(SecretString);

impl Typed {
    /// Opens a sealed file with it.
    pub fn open(&self, path: &Path) -> Result<DataKeys, KeysError> {
        // Looked at first, so that a wrong file is not called a wrong passphrase.
        sealed_file::key_ids_in_file(path)?;
        let passphrase = Passphrase::parse(&self.0).map_err(|_| KeysError::WrongPassphrase)?;
        sealed_file::open_file(path, &passphrase)
    }

    /// The passphrase, if it is long enough to be one.
    pub fn passphrase(&self) -> Result<Passphrase, CommandError> {
        Ok(Passphrase::parse(&self.0)?)
    }
}

/// Asks once.
pub fn ask_passphrase(prompt: &str) -> Result<Typed, CommandError> {
    let typed = if io::stdin().is_terminal() {
        rpassword::prompt_password(prompt)?
    } else {
        let mut text = String::new();
        io::stdin().read_line(&mut text)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    if typed.is_empty() {
        return Err(
            "The recovery passphrase is missing. Type it when asked, or give it on standard input.".into()
        );
    }
    Ok(Typed(SecretString::from(typed)))
}

/// Asks for a new one, twice on a terminal.
pub fn ask_new_passphrase() -> Result<Passphrase, CommandError> {
    let typed = ask_passphrase("New recovery passphrase: ")?;
    let passphrase = typed.passphrase()?;
    if io::stdin().is_terminal() {
        let again = ask_passphrase("The same again: ")?;
        if again.0.expose_secret().trim() != typed.0.expose_secret().trim() {
            return Err("The two passphrases are not the same. Nothing was written.".into());
        }
    }
    Ok(passphrase)
}
