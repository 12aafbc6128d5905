//! The native menus. They hold every action; what an item does is the page's, which hears its id. Only quitting, zoom
//! and full screen have accelerators here: a key belongs to the menu or to the page, never to both, and the page's are
//! shown as text.

use tauri::menu::{Menu, MenuBuilder, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::{AppHandle, Emitter, Manager, Runtime};

use crate::quit;
use crate::window::MAIN;

/// The Tauri event the page listens to.
const EVENT: &str = "menu";

/// Items done here; every other id goes to the page.
const QUIT: &str = "quit";
const FULL_SCREEN: &str = "full_screen";

/// Builds the menu bar.
///
/// # Errors
/// The platform refuses.
pub fn build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Menu<R>> {
    MenuBuilder::new(app)
        .items(&[&file(app)?, &edit(app)?, &view(app)?, &call(app)?, &team(app)?, &go(app)?, &help(app)?])
        .build()
}

/// Does what was chosen, or tells the page.
pub fn chosen<R: Runtime>(app: &AppHandle<R>, id: &str) {
    match id {
        QUIT => quit::ask(app),
        FULL_SCREEN => toggle_full_screen(app),
        _ => {
            if let Err(error) = app.emit_to(MAIN, EVENT, id) {
                tracing::warn!(%error, id, "menu");
            }
        }
    }
}

fn toggle_full_screen<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let toggled = window.is_fullscreen().and_then(|is| window.set_fullscreen(!is));
    if let Err(error) = toggled {
        tracing::warn!(%error, "full screen");
    }
}

fn file<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&File")
        .item(&item(app, "new_call", "&New call")?)
        .item(&item(app, "connection", "&Connection…")?)
        .item(&item(app, "export", "&Export…")?)
        .separator()
        .item(&item(app, "hide", &keys("&Hide the screen", "L"))?)
        .item(&item(app, "lock", &keys("&Lock the desk", "Shift+L"))?)
        .item(&item(app, "sign_out", "&Sign out")?)
        .separator()
        .item(&with_key(app, QUIT, "&Quit", "CmdOrCtrl+Q")?)
        .build()
}

fn edit<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&Edit").cut().copy().paste().select_all().build()
}

fn view<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    let theme = SubmenuBuilder::new(app, "&Theme")
        .item(&item(app, "theme_light", "&Light")?)
        .item(&item(app, "theme_dark", "&Dark")?)
        .item(&item(app, "theme_system", "As the &system")?)
        .build()?;
    let density = SubmenuBuilder::new(app, "&Density")
        .item(&item(app, "density_comfortable", "&Comfortable")?)
        .item(&item(app, "density_compact", "C&ompact")?)
        .build()?;
    SubmenuBuilder::new(app, "&View")
        .items(&[&theme, &density])
        .separator()
        .item(&with_key(app, "zoom_in", "Zoom &in", "CmdOrCtrl+=")?)
        .item(&with_key(app, "zoom_out", "Zoom &out", "CmdOrCtrl+-")?)
        .item(&with_key(app, "zoom_reset", "&Normal size", "CmdOrCtrl+0")?)
        .separator()
        .item(&with_key(app, FULL_SCREEN, "&Full screen", "F11")?)
        .build()
}

fn call<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&Call")
        .item(&item(app, "doesnt_know", &keys("Caller &doesn't know", "D"))?)
        .item(&item(app, "spell_back", "S&pell it back    F2")?)
        .separator()
        .item(&item(app, "send_unlock", &keys("&Send the unlock email", "Enter"))?)
        .item(&item(app, "notes", &keys("&Notes", "Shift+N"))?)
        .separator()
        .item(&item(app, "flag", &keys("&Flag a concern", "Shift+F"))?)
        .item(&item(app, "pass_on", &keys("Pass to an &administrator", "Shift+P"))?)
        .separator()
        .item(&item(app, "end_call", &keys("&End call and save", "E"))?)
        .build()
}

fn team<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&Team")
        .item(&item(app, "invite_member", "&Invite a user…")?)
        .item(&item(app, "send_reminders", "Send &reminders…")?)
        .separator()
        .item(&item(app, "start_review", "&Start a review…")?)
        .item(&item(app, "sign_off", "Sign &off…")?)
        .build()
}

fn go<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&Go")
        .item(&item(app, "find", &keys("&Find anything", "K"))?)
        .separator()
        .item(&item(app, "go_look_up", "&Look up")?)
        .item(&item(app, "go_call", "&Call")?)
        .item(&item(app, "go_my_calls", "&My calls")?)
        .separator()
        .item(&item(app, "go_team", "&Team review")?)
        .item(&item(app, "go_shared_log_ins", "&Shared log-ins")?)
        .item(&item(app, "go_reminders", "&Reminders")?)
        .separator()
        .item(&item(app, "go_users", "&Users")?)
        .item(&item(app, "go_companies", "&Companies")?)
        .item(&item(app, "go_requests", "&Requests")?)
        .item(&item(app, "go_messages", "M&essages")?)
        .item(&item(app, "go_audit_log", "&Audit log")?)
        .item(&item(app, "go_operators", "&Operators")?)
        .item(&item(app, "go_policy", "&Policy")?)
        .item(&item(app, "go_reports", "Repor&ts")?)
        .separator()
        .item(&item(app, "go_mailbox", "&Demo mailbox")?)
        .build()
}

fn help<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Submenu<R>> {
    SubmenuBuilder::new(app, "&Help")
        .item(&item(app, "shortcuts", &keys("&All shortcuts", "/"))?)
        .separator()
        .item(&item(app, "about", "A&bout Recovery Desk")?)
        .build()
}

fn item<R: Runtime>(app: &AppHandle<R>, id: &str, text: &str) -> tauri::Result<MenuItem<R>> {
    MenuItemBuilder::with_id(id, text).build(app)
}

fn with_key<R: Runtime>(app: &AppHandle<R>, id: &str, text: &str, key: &str) -> tauri::Result<MenuItem<R>> {
    MenuItemBuilder::with_id(id, text).accelerator(key).build(app)
}

/// A label that shows a key of the page without taking it.
fn keys(label: &str, key: &str) -> String {
    let command = if cfg!(target_os = "macos") { "⌘" } else { "Ctrl+" };
    format!("{label}    {command}{key}")
}
