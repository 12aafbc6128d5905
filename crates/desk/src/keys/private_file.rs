//! Files that hold keys: 0600 from the first byte, on disk before they get their name, never overwritten unasked.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::errors::KeysError;
use crate::chance::Chance;

/// No file of keys is larger (a set of keys is under 2 KiB; this leaves room for a hundred former ones).
const LARGEST: u64 = 64 * 1024;

/// What to do when the file is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfExists {
    /// Leave it alone and say so.
    Refuse,
    /// Replace it in one step: after a crash either the old or the new one is there, whole.
    Replace,
}

/// Writes a temporary file beside `path` (0600, synced) and gives it its name.
pub(super) fn write(
    path: &Path,
    content: &[u8],
    if_exists: IfExists,
    chance: &Chance,
) -> Result<(), KeysError> {
    let disk = |source| KeysError::Disk { path: path.to_owned(), source };
    let temporary = temporary_name(path, chance);
    let written = write_new(&temporary, content).and_then(|()| match if_exists {
        IfExists::Refuse => name_unless_taken(&temporary, path),
        IfExists::Replace => fs::rename(&temporary, path),
    });
    if let Err(error) = written {
        // Best effort: what is left over is encrypted or 0600, and the error that matters is the first one.
        let _ = fs::remove_file(&temporary);
        return Err(match error.kind() {
            io::ErrorKind::AlreadyExists => KeysError::Exists(path.to_owned()),
            _ => disk(error),
        });
    }
    sync_folder(path).map_err(disk)
}

/// Reads a file of keys whole.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, KeysError> {
    let disk = |source| KeysError::Disk { path: path.to_owned(), source };
    let file = File::open(path).map_err(disk)?;
    let length = file.metadata().map_err(disk)?.len();
    if length > LARGEST {
        return Err(KeysError::NotKeys);
    }
    // One allocation of the right size: a growing buffer would leave copies behind that nobody wipes.
    let mut text = Zeroizing::new(String::with_capacity(LARGEST as usize));
    match file.take(LARGEST).read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(KeysError::NotKeys),
        Err(error) => Err(disk(error)),
    }
}

/// Refuses a file that group or others may read.
#[cfg(unix)]
pub(super) fn check_private(path: &Path) -> Result<(), KeysError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|source| KeysError::Disk { path: path.to_owned(), source })?;
    if metadata.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeysError::ReadableByOthers(path.to_owned()))
    }
}

/// Windows has no mode bits; there the folder's access list decides, and the installer documents it.
#[cfg(not(unix))]
pub(super) fn check_private(_path: &Path) -> Result<(), KeysError> {
    Ok(())
}

/// A hard link fails where the name is taken; a rename would replace what somebody wrote meanwhile. Where there
/// are no hard links (a memory stick's FAT), looking first is the best there is.
fn name_unless_taken(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Ok(()) => fs::remove_file(temporary),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(_) if path.try_exists()? => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(temporary, path),
    }
}

fn temporary_name(path: &Path, chance: &Chance) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", u64::from_le_bytes(chance.bytes())));
    path.with_file_name(name)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// The name itself must survive a power cut too.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
