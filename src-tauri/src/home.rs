//! The folder where this computer keeps what belongs to the window: which connection was chosen, the embedded
//! database, demo data. Nothing in it names a person except the databases themselves.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts everything into another folder: for tests, and for two windows side by side.
pub const HOME_VARIABLE: &str = "RECOVERY_DESK_HOME";

/// The folder, made for its owner alone.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// Takes a folder and makes it if it is missing.
    ///
    /// # Errors
    /// The folder can't be made.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        make_private_folder(&folder)?;
        Ok(Self(folder))
    }

    /// Which connection was chosen; never a password.
    pub fn connection_file(&self) -> PathBuf {
        self.0.join("connection.toml")
    }

    /// What a person sets: organisation, mail server, address of the account pages.
    pub fn settings_file(&self) -> PathBuf {
        self.0.join("settings.toml")
    }

    /// The embedded database of somebody who chose no other file.
    pub fn default_database(&self) -> PathBuf {
        self.0.join("auth.db")
    }

    /// The folder of what belongs to one PostgreSQL database, by its host and name.
    pub fn postgres_folder(&self, name: &str) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        self.0.join("postgresql").join(name.chars().map(plain).collect::<String>())
    }

    /// Signed heads of the audit log of one database: another path than the database's.
    pub fn audit_heads(&self, name: &str) -> PathBuf {
        self.0.join("audit-heads").join(format!("{name}.jsonl"))
    }

    /// The demo database; everything in this folder is thrown away by a reset.
    pub fn demo_folder(&self) -> PathBuf {
        self.0.join("demo")
    }

    /// The web view's own files: theme, density and zoom.
    pub fn web_view_folder(&self) -> PathBuf {
        self.0.join("web-view")
    }

    /// Size and place of the window.
    pub fn window_state_file(&self) -> PathBuf {
        self.0.join("window-state.json")
    }
}

/// Makes a folder that only its owner can enter.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a small file that only its owner can read; after a crash the old or the new one is there, whole.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let _ = fs::remove_file(&temporary);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_the_window_keeps_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("desk")).unwrap();
        write_private(&home.connection_file(), "mode = \"demo\"\n").unwrap();
        write_private(&home.connection_file(), "mode = \"sqlite\"\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.path().join("desk")), 0o700);
        assert_eq!(mode(&home.connection_file()), 0o600);
        assert_eq!(fs::read_to_string(home.connection_file()).unwrap(), "mode = \"sqlite\"\n");
        assert_eq!(fs::read_dir(folder.path().join("desk")).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_database_name_never_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().to_owned()).unwrap();
        let path = home.postgres_folder("../../etc/passwd");
        assert_eq!(path, folder.path().join("postgresql/..-..-etc-passwd"));
    }
}
