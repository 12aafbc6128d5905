//! The notices of changes: each change of an account's protection is told to every address of the account. What
//! happened, when, what it means, and what to do if it wasn't you.

pub use recovery_rules::states::Change;
use recovery_rules::time::Moment;

use super::draft::{Block, Draft};
use super::{LetterBody, Organisation};

/// What a notice says.
#[derive(Clone, Copy)]
pub struct Notice {
    /// What changed.
    pub change: Change,
    /// When.
    pub at: Moment,
    /// Until when something holds, where the change has such a moment.
    pub until: Option<Moment>,
}

struct Words {
    subject: &'static str,
    preview: &'static str,
    /// After "On 24 November 2026, 10:41 UTC ".
    happened: &'static str,
    means: &'static str,
}

/// The notice of a change.
pub fn notice(organisation: &Organisation, facts: &Notice) -> LetterBody {
    let times = &organisation.times;
    let words = words(facts.change);
    let mut blocks = vec![
        Block::paragraph(format!("On {} {}", times.date_and_clock(facts.at), words.happened)),
        Block::paragraph(words.means),
    ];
    if let Some(until) = facts.until {
        let until = times.date_and_clock(until);
        blocks.push(Block::paragraph(match facts.change {
        Change::SetUpPutOff => format!("You can put it off until {until}. After that, signing in leads to setting it up or turning it off."),
            Change::RequestWaits => format!("No second administrator could check it, so it waits until {until}. If you didn't ask for it, sign in and change your password: that stops it. Or call us."),
            _ => format!("To protect you, until {until} an administrator must approve any unlock email we would send after a phone call."),
        }));
    }
    blocks.push(Block::Warning {
        title: "This wasn't you?",
        text: format!(
            "Then call us at once: {}. If you can still sign in, change your password first.",
            organisation.phone()
        ),
        link: None,
    });
    Draft {
        organisation,
        subject: words.subject.to_owned(),
        title: words.subject,
        preview: words.preview,
        blocks,
    }
    .set()
}

const fn words(change: Change) -> Words {
    let (subject, preview, happened, means) = match change {
        Change::QuestionsAnswered => (
            "Your security questions were answered",
            "Four security questions were answered on your account.",
            "four security questions were answered on your account, with your password.",
            "We use them on the phone only, when you call us. Nobody can show the answers again.",
        ),
        Change::QuestionsReplaced => (
            "Your security questions were replaced",
            "Your security questions and answers were replaced.",
            "your security questions and answers were replaced, with your password.",
            "The old answers no longer work, on the phone neither.",
        ),
        Change::TwoStepOn => (
            "2-step is on",
            "2-step was turned on for your account.",
            "2-step was turned on for your account. Other browsers were signed out.",
            "From now on, signing in asks for a code we send to your phone. Keep your recovery code safe: without your phone it is the way in.",
        ),
        Change::TwoStepOff => (
            "2-step is off",
            "2-step was turned off on your account.",
            "you turned 2-step off on your account. Other browsers were signed out.",
            "Signing in asks for your password alone now. If you forget it, the reset code comes in a separate email.",
        ),
        Change::PhoneChanged => (
            "The phone for 2-step was changed",
            "Another phone gets your codes from now on.",
            "the phone for 2-step was changed. Other browsers were signed out, and no browser is remembered any more.",
            "Codes go to the new phone from now on. Your recovery code stays the same.",
        ),
        Change::NewRecoveryCode => (
            "You have a new recovery code",
            "A new recovery code was made; the old one is dead.",
            "a new recovery code was made on your account page.",
            "The old recovery code no longer works.",
        ),
        Change::RecoveryCodeUsed => (
            "Your recovery code was used",
            "Somebody used your recovery code in the place of a code by text message.",
            "your recovery code was used in the place of a code by text message.",
            "It works no longer, and a new one was shown. If you lost your phone, change the phone on the 2-step page.",
        ),
        Change::BrowsersForgotten => (
            "A remembered browser was forgotten",
            "It is asked for a code again.",
            "a remembered browser, or all of them, was forgotten on your 2-step page.",
            "It is asked for a code again when somebody signs in there.",
        ),
        Change::PhoneLost => (
            "Your phone was reported lost",
            "Your phone is no second step any more.",
            "your phone was reported lost. It is no second step any more, the recovery code neither. Other browsers were signed out.",
            "Until you set 2-step up again, we send a code to this address each time you sign in.",
        ),
        Change::AccountLocked => (
            "Your account is locked",
            "Your account was locked on its own page.",
            "your account was locked from its own page. Everybody is signed out, you too.",
            "Nobody can sign in, and no password can be reset. Call us to get back in.",
        ),
        Change::PasswordChanged => (
            "Your password was changed",
            "A new password was set on your account page.",
            "your password was changed on your account page. Other browsers were signed out.",
            "Sign in with the new password from now on.",
        ),
        Change::PasswordReset => (
            "Your password was changed",
            "A new password was set with Forgot password.",
            "a new password was set for your account with Forgot password. Everybody was signed out, and no browser is remembered any more.",
            "Sign in with the new password from now on.",
        ),
        Change::AddressChanged => (
            "Your email address was changed",
            "Your account has another email address from now on.",
            "the email address of your account was changed and confirmed. Everybody was signed out.",
            "Sign in with the new address from now on. For a week at least we tell the old one of changes too.",
        ),
        Change::AddressChangeStopped => (
            "The change of your email address was stopped",
            "Somebody pressed This wasn't me. Your address stays.",
            "somebody pressed This wasn't me in our email. Your email address stays as it is, and everybody was signed out.",
            "Whoever asked for the change knows your password. Set a new one now: press Forgot password where you sign in.",
        ),
        Change::AddressTakenBack => (
            "Your account is locked and has its old email address back",
            "Somebody pressed This wasn't me after the address was changed.",
            "somebody pressed This wasn't me in our email. The change of your email address was taken back, the account is locked, and everybody was signed out.",
            "For now nobody can be verified by phone for your account. To get back in, call us: an administrator decides with you.",
        ),
        Change::AddressTaken => (
            "Your account is locked",
            "Somebody pressed This wasn't me after the address was changed.",
            "somebody pressed This wasn't me in our email. The account is locked, and everybody was signed out. It doesn't have this address back, because another account was made with it meanwhile.",
            "Nobody can be verified by phone for your account for three days. Call us: we sort it out together.",
        ),
        Change::SetUpPutOff => (
            "2-step is still to be set up again",
            "Setting 2-step up again was put off.",
            "setting 2-step up again was put off at sign-in.",
            "Until it is set up, we send a code to this address each time you sign in.",
        ),
        Change::TwoStepReset => (
            "Our support desk reset your 2-step",
            "Your phone is no second step any more. Set 2-step up again.",
            "an administrator of our support desk reset 2-step on your account. Everybody was signed out, and no browser is remembered any more.",
            "Your password stays as it is. When you sign in next, we send a code to this address and ask you to set 2-step up again. Your old recovery code no longer works.",
        ),
        Change::LockedByDesk => (
            "Our support desk locked your account",
            "An administrator locked your account.",
            "an administrator of our support desk locked your account. Everybody was signed out.",
            "Nobody can sign in, and no password can be reset. An unlock email doesn't open it: call us.",
        ),
        Change::OpenedByDesk => (
            "Our support desk opened your account again",
            "Your account is active again.",
            "our support desk opened your account again.",
            "Sign in with your password. Everything else stays as it was.",
        ),
        Change::SendApproved => (
            "An unlock email was approved for your account",
            "After a phone call, an administrator approved it.",
            "an administrator of our support desk approved an unlock email for your account, after a phone call. Without the approval it could not be sent: contact details of your account were changed lately, or your company asks for a code that nobody there can get.",
            "It can be sent once within a day, to the email address on your account only, and only while somebody is on the phone who answers your security questions. If you called us, call again within that day.",
        ),
        Change::PhoneResumed => (
            "Phone verification works again for your account",
            "Two administrators ended the pause.",
            "two administrators of our support desk ended the pause of phone verification for your account.",
            "Whoever calls our desk for your account is asked your security questions again.",
        ),
        Change::RequestWaits => (
            "Our support desk asked for a change on your account",
            "Nothing has changed yet.",
            "our support desk asked to reset 2-step, to open your account, to let phone verification go on or to send an unlock email.",
            "Nothing has changed yet.",
        ),
        Change::UnfinishedSignIn => (
            "Somebody typed your password",
            "A sign-in with your password stopped before the second step.",
            "somebody typed your email address and your password, and did not finish the second step.",
            "If it was you, there is nothing to do. If it wasn't, somebody knows your password: choose a new one now.",
        ),
        Change::QuestionsReminder => (
            "Do you still know your answers?",
            "A reminder to check your security questions.",
            "we checked when you last answered your security questions: it is a long time ago.",
            "If you're not sure that you would still give the same answers on the phone, replace them on your account page. We'll remind you again when as much time has passed.",
        ),
    };
    Words { subject, preview, happened, means }
}
