//! The cookies of the account pages: what each holds, how long it lives, who sends it back.
//!
//! Under https their names begin with `__Host-` (the browser then insists on Secure, Path=/ and no Domain); on
//! loopback, where there is no https, the names are plain.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use recovery_desk::secret::SecretText;

/// One of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The secret of an unlock link, while its pages are open.
    Unlock,
    /// The secret of a "this wasn't me" link, while its page is open.
    NotMe,
    /// What binds a verification code to the browser that asked for it.
    Challenge,
    /// The session of a signed-in user.
    Session,
    /// Marks a browser that signed in before: strangers' wrong passwords don't make it wait.
    Known,
    /// The secret of a reset link, while its pages are open.
    Reset,
    /// The secret of a link that confirms a new address, while its page is open.
    ConfirmAddress,
    /// The secret of a "this wasn't me" link of a change of address.
    StopChange,
    /// A reset that a recovery code finished: the second step of the first sign-in here.
    ResetProof,
    /// A browser that is not asked for a verification code for a while.
    Remembered,
}

/// Seconds a link's secret stays in the browser after each of its pages: ten minutes (ARCHITECTURE 3.10).
const SHORT: u32 = 600;
/// Seconds a sign-in waits for its second step, and a reset counts as one, at the most that policy allows: an hour. The
/// server decides.
const CHALLENGE: u32 = 3_600;
/// Seconds a known browser keeps its mark: a year. It opens nothing.
const KNOWN: u32 = 31_536_000;
/// Seconds a remembered browser keeps its token, at the most that policy allows: 90 days. The server decides.
const REMEMBERED: u32 = 7_776_000;

impl Cookie {
    const fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Unlock, true) => "__Host-unlock",
            (Self::Unlock, false) => "unlock",
            (Self::NotMe, true) => "__Host-not-me",
            (Self::NotMe, false) => "not-me",
            (Self::Challenge, true) => "__Host-challenge",
            (Self::Challenge, false) => "challenge",
            (Self::Session, true) => "__Host-session",
            (Self::Session, false) => "session",
            (Self::Known, true) => "__Host-known",
            (Self::Known, false) => "known",
            (Self::ConfirmAddress, true) => "__Host-confirm-address",
            (Self::ConfirmAddress, false) => "confirm-address",
            (Self::StopChange, true) => "__Host-stop-change",
            (Self::StopChange, false) => "stop-change",
            (Self::Reset, true) => "__Host-reset",
            (Self::Reset, false) => "reset",
            (Self::ResetProof, true) => "__Host-reset-proof",
            (Self::ResetProof, false) => "reset-proof",
            (Self::Remembered, true) => "__Host-remembered",
            (Self::Remembered, false) => "remembered",
        }
    }

    /// A link clicked in webmail is a cross-site navigation, and so is the redirect that follows it: a Strict
    /// cookie set by the first would not come with the second. Lax comes with such a GET, and never with a
    /// POST from another site. Session and challenge are only needed where our own pages lead: Strict.
    const fn same_site(self) -> &'static str {
        match self {
            Self::Unlock | Self::NotMe | Self::Reset | Self::ConfirmAddress | Self::StopChange => "Lax",
            Self::Challenge | Self::Session | Self::Known | Self::Remembered | Self::ResetProof => "Strict",
        }
    }

    /// Seconds; the session's cookie ends with the browser, the session itself at the server.
    const fn max_age(self) -> Option<u32> {
        match self {
            Self::Unlock | Self::NotMe | Self::Reset | Self::ConfirmAddress | Self::StopChange => Some(SHORT),
            Self::Challenge | Self::ResetProof => Some(CHALLENGE),
            Self::Known => Some(KNOWN),
            Self::Remembered => Some(REMEMBERED),
            Self::Session => None,
        }
    }

    /// What the browser sent of it.
    pub fn read(self, headers: &HeaderMap, https: bool) -> Option<SecretText> {
        let name = self.name(https);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, value)| *found == name && fits(value))
            .map(|(_, value)| SecretText::new(value))
    }

    /// Puts it into the browser. A value that can't be one is not put.
    pub fn put(self, headers: &mut HeaderMap, value: &SecretText, https: bool) {
        if fits(value.expose()) {
            let age = self.max_age().map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
            self.append(headers, value.expose(), &age, https);
        }
    }

    /// Takes it out of the browser.
    pub fn forget(self, headers: &mut HeaderMap, https: bool) {
        self.append(headers, "", "; Max-Age=0", https);
    }

    fn append(self, headers: &mut HeaderMap, value: &str, age: &str, https: bool) {
        let (name, same_site) = (self.name(https), self.same_site());
        let secure = if https { "; Secure" } else { "" };
        let line = format!("{name}={value}; Path=/{age}; HttpOnly; SameSite={same_site}{secure}");
        if let Ok(mut line) = HeaderValue::try_from(line) {
            line.set_sensitive(true);
            headers.append(SET_COOKIE, line);
        }
    }
}

/// Whether a text can be one of our secrets: base64url, and a dot for the mark of a challenge. Anything else
/// in an address or cookie is somebody's experiment.
pub fn fits(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cookie: Cookie, https: bool) -> String {
        let mut headers = HeaderMap::new();
        cookie.put(&mut headers, &SecretText::new("abc-_9"), https);
        headers[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn under_https_every_cookie_is_bound_to_the_host() {
        assert_eq!(
            set(Cookie::Unlock, true),
            "__Host-unlock=abc-_9; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            set(Cookie::Session, true),
            "__Host-session=abc-_9; Path=/; HttpOnly; SameSite=Strict; Secure"
        );
    }

    #[test]
    fn on_loopback_names_are_plain_and_nothing_asks_for_https() {
        assert_eq!(
            set(Cookie::Challenge, false),
            "challenge=abc-_9; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn a_cookie_is_found_among_others_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; notunlock=x; unlock=right"));
        headers.append(COOKIE, HeaderValue::from_static("session=other"));
        assert_eq!(Cookie::Unlock.read(&headers, false).unwrap().expose(), "right");
        assert_eq!(Cookie::Session.read(&headers, false).unwrap().expose(), "other");
        assert!(Cookie::Unlock.read(&headers, true).is_none());
        assert!(Cookie::NotMe.read(&headers, false).is_none());
    }

    #[test]
    fn what_could_end_a_header_never_becomes_a_cookie() {
        for evil in ["", "a;b", "a b", "a\r\nb", "ü", "a,b", "a\"b", "a=b"] {
            let mut headers = HeaderMap::new();
            Cookie::Unlock.put(&mut headers, &SecretText::new(evil), false);
            assert!(headers.is_empty(), "{evil:?}");
        }
        assert!(!fits(&"a".repeat(129)));
    }
}
