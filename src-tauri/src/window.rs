//! The one window: hidden until the page has something to show, in the colours of the system's theme, going nowhere
//! but to its own page.

use std::time::Duration;

use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Runtime, Theme, Url, WebviewWindow, WebviewWindowBuilder};

use crate::home::Home;

/// Its label; capabilities are given to this window alone.
pub const MAIN: &str = "main";

/// A page that never says it is ready is shown all the same, so that somebody can see that it is broken.
const SHOW_ANYWAY: Duration = Duration::from_secs(5);

/// The page's `--canvas` in both themes: no white flash before the first paint.
const LIGHT: Color = Color(0xF4, 0xF5, 0xF7, 0xFF);
const DARK: Color = Color(0x0E, 0x12, 0x18, 0xFF);

/// Makes the window as the configuration describes it.
///
/// # Errors
/// The web view can't be made.
pub fn make<R: Runtime>(app: &AppHandle<R>, home: &Home) -> tauri::Result<WebviewWindow<R>> {
    let config = app.config().app.windows.iter().find(|window| window.label == MAIN);
    let config = config.ok_or(tauri::Error::WindowNotFound)?.clone();
    let window = WebviewWindowBuilder::from_config(app, &config)?
        .data_directory(home.web_view_folder())
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let canvas = if theme(&window) == "dark" { DARK } else { LIGHT };
    window.set_background_color(Some(canvas))?;
    let shown_later = window.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(SHOW_ANYWAY).await;
        if !shown_later.is_visible().unwrap_or(true) {
            tracing::warn!("the page never said it was ready");
            show(&shown_later);
        }
    });
    Ok(window)
}

/// Shows it, in front.
pub fn show<R: Runtime>(window: &WebviewWindow<R>) {
    let shown = window.show().and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "showing the window");
    }
}

/// A second start of the program brings the first one's window to the front.
pub fn bring_to_front<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        show(&window);
    }
}

/// The system's theme as the page names it.
pub fn theme<R: Runtime>(window: &WebviewWindow<R>) -> &'static str {
    match window.theme() {
        Ok(Theme::Dark) => "dark",
        _ => "light",
    }
}

/// Whether an address is the page's own: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => true,
        ("http" | "https", Some("tauri.localhost")) => cfg!(windows),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_page() {
        let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
        assert!(own("tauri://localhost/index.html"));
        for url in [
            "https://example.org/",
            "http://127.0.0.1:47326/unlock/x/y",
            "file:///etc/passwd",
            "data:text/html,hello",
            "about:blank",
            "javascript:alert(1)",
            "tauri://example.org/",
            "http://tauri.localhost.example.org/",
        ] {
            assert!(!own(url), "{url}");
        }
    }
}
