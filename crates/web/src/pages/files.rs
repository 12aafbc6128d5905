//! The few files pages load: one style sheet with the design tokens, one small script, one icon. They are part
//! of the program.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{Pages, help};

const STYLE: &str = concat!(include_str!("../../static/tokens.css"), include_str!("../../static/pages.css"));
const SHOW: &str = include_str!("../../static/show.js");
const ICON: &str = include_str!("../../static/icon.svg");

/// Sends one of them. An hour in the browser is enough: pages name them with the program's version.
pub async fn send(pages: State<Pages>, Path(file): Path<String>) -> Response {
    let (kind, text) = match file.as_str() {
        "pages.css" => ("text/css; charset=utf-8", STYLE),
        "show.js" => ("text/javascript; charset=utf-8", SHOW),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return help::not_here(pages).await,
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}
