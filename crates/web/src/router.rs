//! Which address leads to which page, and what every request passes on its way.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use recovery_desk::desk::Desk;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::call_backs;
use crate::guard;
use crate::pages::{
    Pages, account, call_support, colleague, confirmed, email, files, forgot, forward_auth, help, history,
    not_me, password, questions, recovery_code, reset, reset_code, sign_in, sign_in_code, sign_in_recovery,
    step_up, stop_change, two_step, two_step_phone, unlock,
};
use crate::words;

/// The longest form has a password of 128 characters; everything above is not ours.
const LARGEST_BODY: usize = 16 * 1024;
/// An answer that takes longer helps nobody; the operation behind it is undone.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// The account pages over this desk. Links and the only host it answers to come from the settings'
/// `public_url`. Serve it where that address leads.
pub fn router(desk: Desk) -> Router {
    let pages = Pages::new(desk);
    Router::new()
        .route("/", get(account::start))
        .route("/unlock", get(unlock::show).post(unlock::redeem))
        .route("/unlock/open", post(unlock::open))
        .route("/not-me", get(not_me::show).post(not_me::stop))
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-in/code", get(sign_in_code::show).post(sign_in_code::enter))
        .route("/sign-in/code/again", post(sign_in_code::resend))
        .route("/sign-in/recovery-code", get(sign_in_recovery::show).post(sign_in_recovery::enter))
        .route("/sign-in/call-support", get(call_support::show_sign_in).post(call_support::give_sign_in))
        .route("/forgot", get(forgot::show).post(forgot::ask))
        .route("/reset", get(reset::show))
        .route("/reset/password", get(reset::password).post(reset::stage))
        .route("/reset/code", get(reset_code::code).post(reset_code::enter))
        .route("/reset/code/again", post(reset_code::again))
        .route("/reset/recovery", get(reset_code::recovery).post(reset_code::recover))
        .route("/reset/no-code", get(reset_code::no_code))
        .route("/reset/call-support", get(call_support::show_reset).post(call_support::give_reset))
        .route("/account", get(account::show))
        .route("/account/history", get(history::show))
        .route("/account/questions", get(questions::show).post(questions::save))
        .route("/account/questions/replace", get(questions::replace))
        .route("/account/colleague", get(colleague::show).post(colleague::invite))
        .route("/account/password", get(password::show).post(password::change))
        .route("/account/email", get(email::show).post(email::ask))
        .route("/confirm-address", get(email::link).post(email::confirm))
        .route("/stop-change", get(stop_change::show).post(stop_change::stop))
        .route("/account/lock", get(confirmed::show_lock).post(confirmed::lock))
        .route("/account/two-step", get(two_step::show))
        .route("/account/two-step/on", get(two_step_phone::show_on).post(two_step_phone::start_on))
        .route("/account/two-step/phone", get(two_step_phone::show_change).post(two_step_phone::start_change))
        .route("/account/two-step/code", get(two_step_phone::show_code).post(two_step_phone::enter_code))
        .route("/account/two-step/code/again", post(two_step_phone::resend))
        .route("/account/two-step/off", get(confirmed::show_off).post(confirmed::off))
        .route("/account/two-step/lost", get(confirmed::show_lost).post(confirmed::lost))
        .route("/account/two-step/browsers", post(two_step::forget))
        .route("/account/two-step/again", get(two_step::again))
        .route("/account/two-step/later", post(two_step::later))
        .route("/account/confirm", get(step_up::show).post(step_up::enter))
        .route("/account/confirm/send", post(step_up::send))
        .route("/account/confirm/recovery-code", get(step_up::show_recovery).post(step_up::enter_recovery))
        .route("/account/recovery-code", get(recovery_code::show).post(recovery_code::make))
        .route("/account/recovery-code/finish", post(recovery_code::finish))
        .route("/sign-out", post(account::sign_out))
        .route("/auth/whoami", get(forward_auth::whoami))
        .route("/help", get(help::show))
        .route("/privacy", get(help::kept))
        .route("/accessibility", get(help::accessibility))
        .route("/static/{file}", get(files::send))
        // Signed by the gateway and not by a browser: a form of somebody else's page has no signature.
        .route("/gateway/texts/{id}", post(call_backs::text))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        // Sec-Fetch-Site, or Origin against Host in browsers that don't send it: a form on somebody else's page gets
        // 403. Such browsers send our Origin because pages say `Referrer-Policy: same-origin` (see `guard`).
        .layer(CsrfLayer::new().with_rejection_response(|_| from_another_site()))
        // Behind that layer: it logs whole addresses at its most detailed level, and these hold secrets. They only
        // ever answer to GET.
        .route("/unlock/{unlock}/{repudiate}", get(unlock::arrive))
        .route("/reset/link/{secret}", get(reset::arrive))
        .route("/confirm-address/link/{secret}", get(email::arrive))
        .route("/stop-change/link/{secret}", get(stop_change::arrive))
        .route("/not-me/{secret}", get(not_me::arrive))
        .fallback(help::not_here)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST_WAIT))
        .layer(from_fn_with_state(pages.clone(), guard::only_our_host))
        .layer(from_fn_with_state(pages.clone(), guard::headers))
        .layer(from_fn(guard::log))
        .with_state(pages)
}

/// The account pages as a server takes them: each request knows the peer of its connection.
pub type Served = IntoMakeServiceWithConnectInfo<Router, SocketAddr>;

/// The account pages, ready for `axum::serve` and the like. Limits by source need it: under a bare [`router`] every
/// request would come from the same *unknown* source.
pub fn served(desk: Desk) -> Served {
    router(desk).into_make_service_with_connect_info::<SocketAddr>()
}

fn from_another_site() -> Response {
    (StatusCode::FORBIDDEN, words::OTHER_SITE).into_response()
}
