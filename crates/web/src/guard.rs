//! What every request passes and every response carries: the one host, the security headers, a log line that
//! holds no address (addresses of links hold secrets).

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use recovery_desk::settings::proxies::TrustedProxies;

use crate::pages::Pages;
use crate::words;

/// No scripts but our file, no frames, no plug-ins, no connections.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);
/// One year, subdomains too (OWASP ASVS 5.0, 3.4.1).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Sets the security headers, on refusals of the other layers too.
pub async fn headers(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let referrer = referrer_policy(request.uri().path());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, referrer);
    // Files say themselves how long they keep; a page never does.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if pages.https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

/// No page of ours tells another site where somebody came from. To ourselves forms do: with `no-referrer` a browser
/// sends `Origin: null` with a form, and those that don't send Sec-Fetch-Site couldn't be told from a stranger's page.
/// Addresses that may hold a secret (a link's; anything that isn't one of the plain pages) tell nobody.
fn referrer_policy(path: &str) -> HeaderValue {
    const SECRETS: [&str; 5] =
        ["/unlock/", "/not-me/", "/reset/link/", "/confirm-address/link/", "/stop-change/link/"];
    let plain = path == "/unlock/open" || !SECRETS.iter().any(|secret| path.starts_with(secret));
    HeaderValue::from_static(if plain { "same-origin" } else { "no-referrer" })
}

/// Answers to the host of `public_url` and no other: a name that was pointed here by somebody else gets
/// nothing to play with. Forwarding headers are never read.
pub async fn only_our_host(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    if asked_host(request.headers(), request.uri()).is_some_and(|host| pages.is_our_host(host)) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, words::OTHER_HOST).into_response()
    }
}

/// On an address that others reach without TLS: answers to listed proxies alone, this machine's own included. Whoever else
/// gets there would be heard in clear.
pub async fn only_proxies(State(proxies): State<TrustedProxies>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if peer.is_some_and(|peer| proxies.contains(peer)) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, words::ONLY_PROXIES).into_response()
    }
}

/// The request line's authority where there is one (HTTP/2, proxies), else the one Host header.
fn asked_host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?.to_str().ok()?;
    hosts.next().is_none().then_some(host)
}

/// One line a request, with the route instead of the address.
pub async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    tracing::debug!(%method, route = route.as_deref().unwrap_or("-"), status = response.status().as_u16(), "page");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d6_3_only_addresses_that_hold_a_secret_tell_nobody_where_somebody_came_from() {
        for path in [
            "/unlock/abc/def",
            "/not-me/abc",
            "/reset/link/abc",
            "/confirm-address/link/abc",
            "/stop-change/link/abc",
        ] {
            assert_eq!(referrer_policy(path), "no-referrer", "{path}");
        }
        for path in [
            "/",
            "/unlock",
            "/unlock/open",
            "/not-me",
            "/reset",
            "/reset/code",
            "/confirm-address",
            "/stop-change",
            "/account",
        ] {
            assert_eq!(referrer_policy(path), "same-origin", "{path}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        let uri = Uri::from_static("/unlock");
        assert_eq!(asked_host(&headers, &uri), None);
        headers.append(HOST, HeaderValue::from_static("account.example"));
        assert_eq!(asked_host(&headers, &uri), Some("account.example"));
        headers.append(HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(asked_host(&headers, &uri), None);
    }

    #[test]
    fn the_request_line_wins_over_the_host_header() {
        let mut headers = HeaderMap::new();
        headers.append(HOST, HeaderValue::from_static("account.example"));
        let uri = Uri::from_static("http://evil.example/unlock");
        assert_eq!(asked_host(&headers, &uri), Some("evil.example"));
    }
}
