//! What the holder of a letter does on the account pages, by the pages' own operations.

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::operations::enter_sign_in_code::{CodeEntered, EnterSignInCode};
use recovery_desk::operations::redeem_unlock::{RedeemUnlock, Redeemed};
use recovery_desk::operations::repudiate::{Repudiate, Repudiated};
use recovery_desk::operations::unlock_link::{OpenUnlockLink, ReadUnlockLink, UnlockLink};
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn, UserSignedIn};
use recovery_desk::secret::SecretText;

use super::world::ask;

/// The password chosen on the unlock page.
pub const NEW_PASSWORD: &str = "seven slow harbour lamps 4";

/// GET of the link's page.
pub async fn read(desk: &Desk, link: &str) -> Result<UnlockLink, Failure> {
    ask(desk, &Caller::Nobody, ReadUnlockLink { link: SecretText::new(link) }).await
}

/// The button.
pub async fn press(desk: &Desk, link: &str) -> Result<UnlockLink, Failure> {
    ask(desk, &Caller::Nobody, OpenUnlockLink { link: SecretText::new(link) }).await
}

/// Call code and new password.
pub async fn redeem(desk: &Desk, link: &str, call_code: &str, password: &str) -> Result<Redeemed, Failure> {
    redeem_with(desk, link, (call_code, ""), password).await
}

/// Call code, contact code and new password.
pub async fn redeem_with(
    desk: &Desk,
    link: &str,
    codes: (&str, &str),
    password: &str,
) -> Result<Redeemed, Failure> {
    let request = RedeemUnlock {
        link: SecretText::new(link),
        call_code: SecretText::new(codes.0),
        contact_code: SecretText::new(codes.1),
        new_password: SecretText::new(password),
    };
    ask(desk, &Caller::Nobody, request).await
}

/// "This wasn't me".
pub async fn not_me(desk: &Desk, link: &str) -> Result<Repudiated, Failure> {
    ask(desk, &Caller::Nobody, Repudiate { link: SecretText::new(link) }).await
}

/// E-mail and password.
pub async fn sign_in(desk: &Desk, email: &str, password: &str) -> Result<UserSignedIn, Failure> {
    let request = UserSignIn {
        email: email.to_owned(),
        password: SecretText::new(password),
        browser: BrowserCookies::default(),
    };
    ask(desk, &Caller::Nobody, request).await
}

/// The verification code, in the browser that asked for it.
pub async fn enter_code(desk: &Desk, challenge: &SecretText, code: &str) -> Result<CodeEntered, Failure> {
    let request = EnterSignInCode {
        challenge: challenge.clone(),
        code: SecretText::new(code),
        remember: false,
        user_agent: String::new(),
    };
    ask(desk, &Caller::Nobody, request).await
}
