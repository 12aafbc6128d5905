//! A file that is there whole or not at all: written beside its place and moved there once it is complete and on the
//! disk. A full disk, a folder that can't be written or an export that breaks off leave the former file, or none, and
//! never half of one.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A file that is not complete yet. Dropped before [`WholeFile::finish`], it is gone.
#[derive(Debug)]
pub struct WholeFile {
    file: Option<BufWriter<File>>,
    beside: PathBuf,
    to: PathBuf,
}

impl WholeFile {
    /// Begins one beside its place: new (never a link's target), under a name of its own, readable by its owner alone.
    ///
    /// # Errors
    /// The folder can't be written, or there is no name.
    pub fn beside(to: &Path) -> io::Result<Self> {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let name = to.file_name().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut part = OsString::from(".");
        part.push(name);
        part.push(format!(".{}.{}.part", std::process::id(), FILES.fetch_add(1, Ordering::Relaxed)));
        let beside = to.with_file_name(part);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&beside)?;
        Ok(Self { file: Some(BufWriter::new(file)), beside, to: to.to_path_buf() })
    }

    /// Moves it to its place.
    ///
    /// # Errors
    /// The disk; what was there before is still there.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(file) = self.file.take() {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        std::fs::rename(&self.beside, &self.to)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        self.file = None;
        // Finished, it is not there any more; that it can't be removed changes nothing.
        let _ = std::fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(to: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = WholeFile::beside(to)?;
        file.write_all(bytes)?;
        file.finish()
    }

    fn left(folder: &tempfile::TempDir) -> usize {
        std::fs::read_dir(folder.path()).unwrap().count()
    }

    #[test]
    fn a_file_is_whole_or_the_former_one_is_still_there() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.csv");
        write(&to, b"one").unwrap();
        write(&to, b"two").unwrap();
        assert_eq!(std::fs::read(&to).unwrap(), b"two");
        // A folder stands where the file shall be: the rename fails, and nothing is left beside it.
        let taken = folder.path().join("taken");
        std::fs::create_dir_all(taken.join("in")).unwrap();
        assert!(write(&taken, b"three").is_err());
        assert!(write(&folder.path().join("nowhere").join("review.csv"), b"four").is_err());
        assert_eq!(left(&folder), 2);
    }

    #[test]
    fn a_file_broken_off_leaves_nothing_and_two_at_once_are_two() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("log.csv");
        let mut broken_off = WholeFile::beside(&to).unwrap();
        let beside = WholeFile::beside(&to).unwrap();
        broken_off.write_all(b"half").unwrap();
        drop((broken_off, beside));
        assert_eq!(left(&folder), 0);
        std::fs::write(&to, "former").unwrap();
        drop(WholeFile::beside(&to).unwrap());
        assert_eq!(std::fs::read_to_string(&to).unwrap(), "former");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.csv");
        write(&to, b"one").unwrap();
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
