//! Quitting: asked first while a call is open, and never without ending the session.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tauri::{AppHandle, Manager, Runtime};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::connection::Connection;
use crate::perform;
use crate::window::MAIN;

/// Somebody who quits waits no longer than this for a database that doesn't answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the question stands on the screen already.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Quits; asks first while a call is open.
pub fn ask<R: Runtime>(app: &AppHandle<R>) {
    if ASKING.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if on_a_call(&app).await && !confirmed(&app).await {
            ASKING.store(false, Ordering::SeqCst);
            return;
        }
        let connection = app.state::<Connection>();
        let _ = tokio::time::timeout(PATIENCE, connection.sign_out()).await;
        app.exit(0);
    });
}

async fn on_a_call<R: Runtime>(app: &AppHandle<R>) -> bool {
    let connection = app.state::<Connection>();
    let look = async {
        let way = connection.way().await.ok()?;
        let answered = perform::at(&way, connection.seat(), "current_call", None, json!({})).await;
        Some(answered.ok()?.answer["call"].is_object())
    };
    tokio::time::timeout(PATIENCE, look).await.ok().flatten().unwrap_or(false)
}

async fn confirmed<R: Runtime>(app: &AppHandle<R>) -> bool {
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut dialog = app
        .dialog()
        .message("You are on a call. It stays open with its notes, but the verification ends.")
        .title("Quit Recovery Desk?")
        .kind(MessageDialogKind::Warning)
        .buttons(MessageDialogButtons::OkCancelCustom("Quit".to_owned(), "Stay on the call".to_owned()));
    if let Some(window) = app.get_webview_window(MAIN) {
        dialog = dialog.parent(&window);
    }
    dialog.show(move |quit| {
        let _ = tell.send(quit);
    });
    told.await.unwrap_or(false)
}
