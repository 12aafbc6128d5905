//! What the page may ask of Rust. Each command is a few lines: it decides nothing, it hands over. `build.rs` lists the
//! same names for the access list.

use std::path::PathBuf;

use recovery_desk::failure::WireFailure;
use recovery_desk::secret::SecretText;
use recovery_desk::team_export::Format;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use tauri::ipc::Invoke;
use tauri::{AppHandle, Manager, Runtime, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use crate::connection::chosen::Choice;
use crate::connection::{Connection, ConnectionView};
use crate::export;
use crate::links;
use crate::perform;
use crate::problem::Problem;
use crate::window;

/// Which commands there are.
pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        perform,
        window_ready,
        connection_state,
        choose_connection,
        set_recovery_passphrase,
        open_with_passphrase,
        leave_connection,
        reset_demo,
        open_link,
        choose_database_file,
        export_audit_log,
        export_team_review,
    ]
}

/// The connection and the system's theme.
#[derive(Debug, Serialize)]
pub struct ConnectionState {
    #[serde(flatten)]
    connection: ConnectionView,
    theme: &'static str,
}

/// Performs an operation of the desk.
#[tauri::command]
pub async fn perform(
    connection: State<'_, Connection>,
    name: String,
    request_id: Option<String>,
    request: Value,
) -> Result<Value, WireFailure> {
    perform::perform(&connection, &name, request_id.as_deref(), request).await
}

/// The page has something to show.
#[tauri::command]
pub async fn window_ready<R: Runtime>(window: WebviewWindow<R>) {
    window::show(&window);
}

/// How things are.
#[tauri::command]
pub async fn connection_state<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
) -> Result<ConnectionState, WireFailure> {
    Ok(state(&window, &connection).await)
}

/// Connects.
#[tauri::command]
pub async fn choose_connection<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
    choice: Choice,
) -> Result<ConnectionState, WireFailure> {
    then_state(connection.choose(choice).await, &window, &connection).await
}

/// First run: sets the recovery passphrase.
#[tauri::command]
pub async fn set_recovery_passphrase<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
    passphrase: SecretText,
    confirmation: SecretText,
) -> Result<ConnectionState, WireFailure> {
    then_state(
        connection.set_passphrase(&kept(&passphrase), &kept(&confirmation)).await,
        &window,
        &connection,
    )
    .await
}

/// Opens the data keys with the recovery passphrase.
#[tauri::command]
pub async fn open_with_passphrase<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
    passphrase: SecretText,
) -> Result<ConnectionState, WireFailure> {
    then_state(connection.open_with(&kept(&passphrase)).await, &window, &connection).await
}

/// Leaves the connection.
#[tauri::command]
pub async fn leave_connection<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
) -> Result<ConnectionState, WireFailure> {
    then_state(connection.leave().await, &window, &connection).await
}

/// Makes the demo data anew.
#[tauri::command]
pub async fn reset_demo<R: Runtime>(
    window: WebviewWindow<R>,
    connection: State<'_, Connection>,
) -> Result<ConnectionState, WireFailure> {
    then_state(connection.reset_demo().await, &window, &connection).await
}

/// Opens a link of the demo mailbox in the system's browser.
#[tauri::command]
pub async fn open_link(
    connection: State<'_, Connection>,
    message_id: String,
    index: usize,
) -> Result<(), WireFailure> {
    let address = links::address(&connection, &message_id, index).await.map_err(|p| p.wire())?;
    tauri_plugin_opener::open_url(address.as_str(), None::<&str>).map_err(|error| {
        tracing::warn!(%error, "opening a link");
        Problem::NoBrowser.wire()
    })
}

/// Asks for a database file by the system's own dialog.
#[tauri::command]
pub async fn choose_database_file<R: Runtime>(app: AppHandle<R>) -> Option<PathBuf> {
    // Native dialogs can't be operated by tests of the window; release builds don't have this.
    #[cfg(debug_assertions)]
    if let Some(path) = std::env::var_os("RECOVERY_DESK_TEST_DIALOG_PATH") {
        return Some(path.into());
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    let dialog = app.dialog().file().set_title("Choose a database");
    dialog.add_filter("SQLite database", &["db", "sqlite", "sqlite3"]).pick_file(move |chosen| {
        let _ = tell.send(chosen);
    });
    told.await.ok().flatten()?.into_path().ok()
}

/// Writes the audit log, filtered as the page shows it, to a file chosen in the system's own dialog; says how many entries,
/// or nothing if the dialog was closed without a choice.
#[tauri::command]
pub async fn export_audit_log<R: Runtime>(
    app: AppHandle<R>,
    connection: State<'_, Connection>,
    filter: Value,
) -> Result<Option<u64>, WireFailure> {
    let Some(target) = choose_where_to_save(&app, "audit-log", Format::Csv).await else { return Ok(None) };
    export::audit_log(&connection, export::filter(&filter), &target).await.map(Some)
}

/// Writes a review, filtered and sorted as the page shows it, to a file chosen in the system's own dialog; says how many
/// members, or nothing if the dialog was closed without a choice.
#[tauri::command]
pub async fn export_team_review<R: Runtime>(
    app: AppHandle<R>,
    shown: Value,
    format: String,
) -> Result<Option<u64>, WireFailure> {
    let format = if format == Format::Xlsx.name() { Format::Xlsx } else { Format::Csv };
    let Some(target) = choose_where_to_save(&app, "team-review", format).await else { return Ok(None) };
    // Making a workbook of thousands of rows and writing it takes its time: not on a thread that answers the page.
    let (here, to) = (tokio::runtime::Handle::current(), target.clone());
    let written = tokio::task::spawn_blocking(move || {
        let connection = app.state::<Connection>();
        here.block_on(export::team_review(&connection, export::shown(&shown), format, &to))
    });
    match written.await {
        Ok(written) => written.map(Some),
        Err(error) => Err(Problem::NotWritten { path: target, source: error.into() }.wire()),
    }
}

/// Where an export goes, by the system's own dialog. The name offered is ours: a page could offer one that runs.
async fn choose_where_to_save<R: Runtime>(app: &AppHandle<R>, name: &str, format: Format) -> Option<PathBuf> {
    // As above: release builds don't have this.
    #[cfg(debug_assertions)]
    if let Some(path) = std::env::var_os("RECOVERY_DESK_TEST_DIALOG_PATH") {
        return Some(path.into());
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    let (kind, ending) = match format {
        Format::Csv => ("CSV", "csv"),
        Format::Xlsx => ("Excel workbook", "xlsx"),
    };
    let dialog = app.dialog().file().set_title("Export").set_file_name(format!("{name}.{ending}"));
    dialog.add_filter(kind, &[ending]).save_file(move |chosen| {
        let _ = tell.send(chosen);
    });
    told.await.ok().flatten()?.into_path().ok()
}

/// A secret of a request in the type that keys and the keyring take.
fn kept(typed: &SecretText) -> SecretString {
    SecretString::from(typed.expose())
}

async fn then_state<R: Runtime>(
    done: Result<(), Problem>,
    window: &WebviewWindow<R>,
    connection: &Connection,
) -> Result<ConnectionState, WireFailure> {
    match done {
        Ok(()) => Ok(state(window, connection).await),
        Err(problem) => {
            tracing::info!(%problem, "connection");
            Err(problem.wire())
        }
    }
}

async fn state<R: Runtime>(window: &WebviewWindow<R>, connection: &Connection) -> ConnectionState {
    ConnectionState { connection: connection.view().await, theme: window::theme(window) }
}
