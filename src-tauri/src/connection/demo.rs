//! Demo data: a database of invented people with published keys. The keyring is not touched. Made at the first look,
//! thrown away and made anew by a reset.

use std::fs;
use std::io;
use std::path::Path;

use recovery_desk::database::Database;
use recovery_desk::keys::DataKeys;

use super::Around;
use super::chosen::Chosen;
use super::open::{Open, Prepared};
use crate::home::{Home, make_private_folder};
use crate::problem::Problem;

/// Written last: without it the making was interrupted, and it is begun again.
const COMPLETE: &str = "complete";

/// Opens the demo; makes it if it is missing or half made.
///
/// # Errors
/// The disk, or the making.
pub async fn open(around: &Around) -> Result<Open, Problem> {
    let folder = around.home.demo_folder();
    let complete = folder.join(COMPLETE);
    let made = complete.exists();
    if !made {
        throw_away(&around.home)?;
    }
    make_private_folder(&folder).map_err(Problem::disk(&folder))?;
    let chosen = Chosen::Demo {};
    let database = Database::connect(&chosen.address(&around.home, None)?).await?;
    let prepared = Prepared::open(&chosen, database, DataKeys::published_demo(), around).await?;
    if !made {
        let seeded = recovery_desk::demo::seed(&prepared.desk).await;
        seeded.map_err(|error| Problem::Demo(error.to_string()))?;
        fs::write(&complete, "").map_err(Problem::disk(&complete))?;
    }
    prepared.start(around)
}

/// Throws the demo data away; it must be closed.
///
/// # Errors
/// The disk.
pub fn throw_away(home: &Home) -> Result<(), Problem> {
    let folder = home.demo_folder();
    gone(&folder, fs::remove_dir_all(&folder))?;
    let heads = Chosen::Demo {}.audit_heads(home);
    gone(&heads, fs::remove_file(&heads))
}

fn gone(path: &Path, removed: io::Result<()>) -> Result<(), Problem> {
    match removed {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(Problem::Disk { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
