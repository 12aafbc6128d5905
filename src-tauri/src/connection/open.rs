//! An open desk with everything that runs beside it: the caretaker, the account pages, the watch for events. When it
//! is closed all of that ends and the database's files are free.

use std::sync::Arc;

use recovery_desk::caretaker;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::Database;
use recovery_desk::desk::{Desk, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_desk::settings::file::SettingsFile;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::Around;
use super::chosen::Chosen;
use super::events;
use super::pages::Pages;
use crate::home::make_private_folder;
use crate::problem::Problem;

/// An open desk.
#[derive(Debug)]
pub struct Open {
    /// The desk.
    pub desk: Desk,
    /// Wakes the watch for events, when there is reason to believe that the database is gone.
    pub look_now: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

/// A desk that is open while nothing runs beside it yet.
#[derive(Debug)]
pub struct Prepared {
    /// The desk.
    pub desk: Desk,
    pages: Pages,
}

impl Prepared {
    /// Opens a desk on a connected database.
    ///
    /// # Errors
    /// The keys are another database's, the settings can't be used, no port is free.
    pub async fn open(
        chosen: &Chosen,
        database: Database,
        keys: DataKeys,
        around: &Around,
    ) -> Result<Self, Problem> {
        let home = &around.home;
        let demo = matches!(chosen, Chosen::Demo {});
        // The demo is the same for everybody: no settings of a real desk, no real post.
        let file = if demo { SettingsFile::default() } else { SettingsFile::read(&home.settings_file())? };
        let pages = Pages::bind(&file, home).await?;
        let settings = pages.settings(file, home)?;
        let audit_heads = chosen.audit_heads(home);
        if let Some(folder) = audit_heads.parent() {
            make_private_folder(folder).map_err(Problem::disk(folder))?;
        }
        let desk = Desk::open(Parts {
            database,
            keys,
            settings,
            clock: Clock::Database,
            chance: Chance::operating_system(),
            hashing: if demo { HashingCost::cheap() } else { HashingCost::standard() },
            audit_heads: Some(audit_heads),
        })
        .await?;
        Ok(Self { desk, pages })
    }

    /// Starts what runs beside the desk.
    ///
    /// # Errors
    /// The mail server's settings can't be used.
    pub fn start(self, around: &Around) -> Result<Open, Problem> {
        let Self { desk, pages } = self;
        let look_now = Arc::new(Notify::new());
        let mut tasks = caretaker::start(desk.clone())?;
        tasks.extend(pages.serve(desk.clone()));
        tasks.push(tokio::spawn(events::watch(
            desk.clone(),
            Arc::clone(&around.seat),
            Arc::clone(&around.tell),
            Arc::clone(&look_now),
        )));
        Ok(Open { desk, look_now, tasks })
    }
}

impl Open {
    /// Opens a desk on a connected database and starts what runs beside it.
    ///
    /// # Errors
    /// Those of [`Prepared::open`] and [`Prepared::start`].
    pub async fn start(
        chosen: &Chosen,
        database: Database,
        keys: DataKeys,
        around: &Around,
    ) -> Result<Self, Problem> {
        Prepared::open(chosen, database, keys, around).await?.start(around)
    }

    /// Ends what runs beside the desk and closes the database.
    pub async fn close(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            let _ = task.await;
        }
        self.desk.database.close().await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
