//! The English sentences of the account pages that are not in a template: refusals that a page says in its own words, and
//! plain answers of the outer layers. The names of events in the history have a file of their own.

mod events;

pub use events::event;
use recovery_desk::failure::Failure;
use recovery_desk::letters::ShownTimes;
use recovery_rules::refusal::Refusal;
use recovery_rules::states::TwoStep;

/// To a request for another host.
pub const OTHER_HOST: &str = "This server doesn't answer to that name.\n";
/// To whoever reaches a server without TLS that is for its proxies.
pub const ONLY_PROXIES: &str = "This server answers its proxy alone.\n";
/// To a form that was sent from somebody else's page.
pub const OTHER_SITE: &str =
    "This form came from another site, so nothing was done. Open the link in our email again.\n";
/// When the last try of a call code was wrong.
pub const CALL_CODE_TRIES_USED: &str =
    "The call code was wrong too often, so this link doesn't work any more. Call us again to get a new one.";
/// When the last try of a contact code was wrong.
pub const CONTACT_CODE_TRIES_USED: &str = "The contact code was wrong too often, so this link doesn't work any more. Call us again: you and your recovery contact get new codes.";
/// When the last try of a verification code was wrong.
pub const SIGN_IN_CODE_TRIES_USED: &str =
    "The code was wrong too often, so it doesn\u{2019}t work any more. Ask for a new one below.";
/// After the owner locked the account.
pub const ACCOUNT_LOCKED: &str = "Everybody is signed out. To open it again, call us: we ask your security questions and send an email to your address. Have you not answered any? Then an administrator decides with you.";
/// After a new password was chosen on the account page.
pub const PASSWORD_CHANGED: &str = "Use the new one from now on. Other browsers are signed out.";
/// After a colleague was invited.
pub const INVITED: &str =
    "We sent an email. Your colleague presses Forgot password on the sign-in page and chooses a password.";
/// When a sign-in waited too long for its second step.
pub const SIGN_IN_OVER: &str = "You waited too long, or your account was changed meanwhile. Sign in again.";
/// When the last group of a recovery code was not the one that was shown.
pub const LAST_GROUP_NOT_RIGHT: &str =
    "This is not the last group of the code we showed. Check the copy you saved.";
/// When the last try of a reset code was wrong.
pub const RESET_CODE_TRIES_USED: &str = "The code was wrong too often, so it doesn\u{2019}t work any more. Send a new one, or choose I don\u{2019}t have a code.";
/// When 2-step was changed in the middle of a reset.
pub const CODE_SWITCHED: &str = "2-step was changed on your account meanwhile, so the code before doesn\u{2019}t work. We have sent another one.";
/// When 2-step was turned off in the middle of a reset and the password is too short without it.
pub const PASSWORD_AGAIN: &str =
    "2-step was turned off meanwhile. Without it the password has to be longer. Choose another one.";
/// When a link of a change of address is dead.
pub const ADDRESS_LINK_DEAD: &str = "Open the newest email, or ask for the change again on your account page. Call us if you still need help.";
/// When a link of "This wasn't me" is dead: it stopped nothing.
pub const NOT_ME_LINK_DEAD: &str = "Nothing was stopped with it. If you didn\u{2019}t ask us to unlock your account, call us at once: we stop it for you.";
/// When a field was left empty.
pub const EMAIL_MISSING: &str = "Enter your email address.";
/// When a field was left empty.
pub const PASSWORD_MISSING: &str = "Enter your password.";

/// What a page says of a failure: the desk's sentence, except where the page knows better what was typed.
pub fn of_failure(failure: &Failure, times: &ShownTimes) -> String {
    match failure.refusal() {
        // The page asks for these two; the desk's own sign-in asks for a code as well.
        Some(Refusal::SignInNotRight) => "Email or password is not right.".to_owned(),
        Some(Refusal::SignInWait { until }) => {
            format!("Too many tries. You can try again from {} on.", times.date_and_clock(*until))
        }
        Some(Refusal::ResendWait { .. }) => {
            "The last code was sent a moment ago. Wait a little before you ask for another.".to_owned()
        }
        Some(Refusal::RecoveryCodeWait { until }) => {
            format!(
                "The recovery code was tried too often. You can try again from {} on.",
                times.date_and_clock(*until)
            )
        }
        Some(Refusal::CodesUsed { until }) => format!(
            "No more codes can be sent or tried until {}. If you have a recovery code, use that one. Or call us.",
            times.date_and_clock(*until)
        ),
        Some(Refusal::CodeDead) => "This code doesn\u{2019}t work any more. Ask for a new one.".to_owned(),
        Some(Refusal::MalformedRequest) => {
            "What you typed holds a character that can\u{2019}t be used here. Type it again.".to_owned()
        }
        // The desk writes for every screen; pages write the apostrophe as their templates do.
        _ => failure.wire().message.replace('\'', "\u{2019}"),
    }
}

/// What a reset code is answered with that can't be looked at.
pub fn reset_code_problem(failure: &Failure, by_mail: bool, times: &ShownTimes) -> String {
    match failure.refusal() {
        Some(Refusal::CodesUsed { .. }) if by_mail => {
            "The codes of today are used. Try again tomorrow, or call us.".to_owned()
        }
        Some(Refusal::CodeDead) => "This code doesn\u{2019}t work any more. Send a new one below.".to_owned(),
        _ => of_failure(failure, times),
    }
}

/// What a wrong verification code is answered with.
pub fn wrong_code(tries_left: i64) -> String {
    match tries_left {
        1 => "The code is not right. Check the newest message. You have one try left.".to_owned(),
        left => format!("The code is not right. Check the newest message. You have {left} tries left."),
    }
}

/// The state of 2-step as the account page says it.
pub fn two_step(state: TwoStep, since: &str) -> String {
    match state {
        TwoStep::Never => "Off. It has never been turned on.".to_owned(),
        TwoStep::On => format!("On, since {since}."),
        TwoStep::Off => format!("Off, since {since}."),
        TwoStep::ToBeSetUpAgain => format!("To be set up again, since {since}."),
    }
}

/// By whom an event was, where its sentence doesn't say so already: a role, never a name.
pub fn by(actor_kind: &str) -> &'static str {
    match actor_kind {
        "user" => "By somebody signed in as you",
        "link_holder" => "With a link or code from a message",
        "anonymous" => "On the sign-in pages",
        // Their sentences begin with "Our desk", or with what happened by itself.
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_wrong_code_says_that_there_is_no_next_one() {
        assert!(SIGN_IN_CODE_TRIES_USED.contains("Ask for a new one"));
        assert!(wrong_code(1).contains("one try left"));
        assert!(wrong_code(3).contains("3 tries left"));
    }
}
