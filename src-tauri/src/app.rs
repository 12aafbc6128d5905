//! The program: what it is built of, and in which order it starts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tauri::{App, AppHandle, Builder, Context, Emitter, Manager, Runtime, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use crate::commands;
use crate::connection::events::{DeskEvent, Tell};
use crate::connection::{Around, Connection};
use crate::home::{HOME_VARIABLE, Home};
use crate::keyring::Keyring;
use crate::menu;
use crate::quit;
use crate::seat::Seat;
use crate::window::{self, MAIN};

/// The Tauri event the page listens to.
const DESK_EVENT: &str = "desk-event";

/// The configuration, the page and the access list, as the build put them in.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Builds the program and its window.
///
/// # Errors
/// The system refuses a window, or the folder of the data can't be used.
pub fn build() -> tauri::Result<App> {
    let private_home = std::env::var_os(HOME_VARIABLE).map(PathBuf::from);
    let app = Builder::default()
        .plugin(single_instance(private_home.as_deref()))
        .plugin(tauri_plugin_dialog::init())
        .menu(menu::build)
        .on_menu_event(|app, event| menu::chosen(app, event.id().as_ref()))
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                quit::ask(window.app_handle());
            }
        })
        .invoke_handler(commands::handler())
        .build(context())?;
    // After building and not in `setup`, whose errors are panics.
    let folder = match private_home {
        Some(folder) => folder,
        None => app.path().app_data_dir()?,
    };
    start(app.handle(), Home::open(folder)?, Keyring::of_the_system())?;
    Ok(app)
}

/// Makes the window and opens what was chosen last while the page loads.
fn start<R: Runtime>(app: &AppHandle<R>, home: Home, keyring: Keyring) -> tauri::Result<()> {
    let around =
        Around { home: home.clone(), keyring, seat: Arc::new(Seat::default()), tell: tell_the_page(app) };
    app.manage(Connection::new(around));
    let starting = app.clone();
    tauri::async_runtime::spawn(async move { starting.state::<Connection>().start().await });
    app.plugin(
        tauri_plugin_window_state::Builder::new()
            // The window is shown when the page is ready, not when its size is restored.
            .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
            .with_filename(home.window_state_file().to_string_lossy())
            .build(),
    )?;
    window::make(app, &home).map(|_| ())
}

fn tell_the_page<R: Runtime>(app: &AppHandle<R>) -> Tell {
    let app = app.clone();
    Arc::new(move |event: DeskEvent| {
        if let Err(error) = app.emit_to(MAIN, DESK_EVENT, event) {
            tracing::warn!(%error, "telling the page");
        }
    })
}

fn single_instance<R: Runtime>(private_home: Option<&Path>) -> tauri::plugin::TauriPlugin<R> {
    let builder = tauri_plugin_single_instance::Builder::new()
        .callback(|app: &AppHandle<R>, _, _| window::bring_to_front(app));
    match private_home {
        // Another folder is another desk: it has its own one window.
        Some(folder) => builder.dbus_id(instance_name(folder)).build(),
        None => builder.build(),
    }
}

/// A name on the session bus for the window of one folder: letters, digits and dots alone.
fn instance_name(folder: &Path) -> String {
    use std::fmt::Write;
    let mut name = "org.recoverydesk.desk.at".to_owned();
    for byte in folder.to_string_lossy().bytes() {
        let _ = write!(name, "{byte:02x}");
    }
    // A bus name has at most 255 characters, and ".SingleInstance" follows; the end of a path tells more than its
    // beginning.
    let tail = name.len().saturating_sub(200);
    if tail > 0 { format!("org.recoverydesk.desk.at{}", &name[tail..]) } else { name }
}
