//! Every sentence a refusal is told with, in English. The rules give codes; here and nowhere else they become
//! sentences: what is wrong and what to do, giving nothing away. What is wrong with a field, and with the form of a code,
//! stands in files of its own; so do letters and pages.

mod codes;
mod fields;

pub use codes::code_problem;
pub use fields::field_problem;
use recovery_rules::refusal::Refusal;

/// For a fault: something broke, nothing is half done. It may be done and only the answer lost; a request id tells.
pub const FAULT: &str = "Something went wrong on our side. Try again: nothing is done twice. If it happens again, quote the reference.";

/// The sentence of a refusal.
pub fn refusal(refusal: &Refusal) -> String {
    use Refusal::*;
    let sentence = match refusal {
        SignedOut => "You are signed out. Sign in again; your call and notes are kept.",
        NotAllowed => "Your role doesn't include this. Ask an administrator.",
        NotFound => "There is nothing here under that number. Look it up again.",
        BadField { problem, .. } => return field_problem(problem).to_owned(),
        BadCode { kind, problem, .. } => return code_problem(*kind, *problem),
        PasswordTooShort { minimum, .. } => {
            return format!(
                "The password is too short. Use {minimum} characters or more; three or four words work well."
            );
        }
        SignInNotRight => "E-mail, password or code is not right. Check all three and try again.",
        SignInWait { .. } => "Too many tries. Wait a little before the next one.",
        FreshCodeNeeded => "Type the code your authenticator app shows now; then this can be done.",
        OwnRequest => "Nobody approves the own request. Ask another administrator.",
        AloneUntil { .. } => "There is no other administrator, so this waits a day. The user was told.",
        MadeByAsker => {
            "You and whoever asks: one gave the other access in the last 24 hours. Another administrator has to decide."
        }
        ApprovalExpired => "This request is too old. Ask again.",
        AlreadyAsked => "This is waiting for a second administrator already.",
        ChangedMeanwhile => "It was changed meanwhile, so nothing was done. Look at it again and ask anew.",
        DecidedAlready => "This was decided already. Look at the list again.",
        NothingToChange => "Nothing was changed: it is so already.",
        OwnOperator => "Nobody changes the own role, state or authenticator. Ask another administrator.",
        InvitationNotRight => {
            "E-mail or invitation code is not right, or the invitation is too old. Ask an administrator for a new one."
        }
        OperatorsExist => {
            "The first administrator exists already. Sign in, or ask an administrator to invite you."
        }
        DemoOnly => "This works with demo data only.",
        LookUpLimit { .. } => "All look-ups of this hour are used.",
        OpenCallLimit { .. } => "All calls you can open in this hour are used.",
        BusyWithOther { name } => {
            return format!(
                "{name} is on a call about this user. You can take over; that ends their verification."
            );
        }
        AlreadyOnACall => "You are on another call. End it first.",
        OwnAccount => "Nobody handles the own account. Ask a colleague to take this call.",
        OwnCompany => "Nobody handles an account of the own company. Ask a colleague to take this call.",
        OperatorAccount => {
            "This user works at the desk and can't be recovered by phone. Pass it to an administrator in person."
        }
        ProtectedCompany => "This company is protected. An administrator has to take this call.",
        CallNotOpen => "This call is over, or a colleague has taken it over. Look the user up again.",
        CannotBeVerified => {
            "This caller can't be verified by phone now. Read the sentence on the screen, or pass the call to an administrator."
        }
        NoChecksLeft => {
            "No checks are left. Pass the call to an administrator, flag a concern, or end the call."
        }
        NotVerified => "The caller is not verified in this call, or no longer. Check the four answers first.",
        NeedsApproval => {
            "An administrator must approve this e-mail. Ask for it from the call, or pass the call on: once it is approved, the caller calls again."
        }
        NobodyToApprove => {
            "There is no other administrator who could approve this now. Pass the call to the administrators."
        }
        AlreadySent => "The unlock e-mail is on its way. Use Send again if it doesn't arrive.",
        ResendWait { .. } => "The last e-mail is too fresh. Wait a moment before sending again.",
        UnlockMailLimit => {
            "All unlock e-mails for this user today are used. Pass the call to an administrator."
        }
        TestLetterLimit { .. } => "All test letters of this hour are used.",
        AccountChanged => "The account was changed since this call began. End this call and open a new one.",
        LinkUsed => "This link was used already. If that wasn't you, call us.",
        LinkExpired => "This link is too old. Call us again to get a new one.",
        LinkReplaced => "A newer link took the place of this one. Open the newest e-mail.",
        LinkStopped => "This link was stopped. Call us if you still need help.",
        LinkUnknown => "This link doesn't work. Open it again from the e-mail, or call us.",
        CallCodeNotRight { tries_left: 1 } => "The call code is not right. You have one try left.",
        CallCodeNotRight { tries_left } => {
            return format!(
                "The call code is not right. Ask the person on the phone to read it again. You have {tries_left} tries left."
            );
        }
        ContactCodeNotRight { tries_left: 1 } => {
            "The contact code is not right. You have one try left. Ask your recovery contact to read it again."
        }
        ContactCodeNotRight { tries_left } => {
            return format!(
                "The contact code is not right. Ask your recovery contact to read it again. You have {tries_left} tries left."
            );
        }
        CodeNotRight { tries_left: 1 } => "The code is not right. You have one try left.",
        CodeNotRight { tries_left } => {
            return format!(
                "The code is not right. Check the newest e-mail. You have {tries_left} tries left."
            );
        }
        CodeDead => "This code doesn't work any more. Sign in again to get a new one.",
        PasswordNotRight => "The password is not right. Type your current password.",
        RecoveryCodeNotRight { tries_left: 1 } => "The recovery code is not right. You have one try left.",
        RecoveryCodeNotRight { tries_left } => {
            return format!(
                "The recovery code is not right. Check it against your copy. You have {tries_left} tries left in this hour."
            );
        }
        RecoveryCodeWait { .. } => {
            "The recovery code was tried too often. Wait a little before the next try, or call us."
        }
        CodesUsed { .. } => "No more codes can be sent or tried now. Try again tomorrow, or call us.",
        QuestionsMissing => "Answer your four security questions first.",
        SecondStepNeeded => "Confirm that it's you first, with a code to your phone or your recovery code.",
        TwoStepFirst => {
            "Turn on 2-step for your own account in your browser, then sign in here with its code. Without it the desk only shows the team."
        }
        ReminderWait { .. } => "This person was reminded a short time ago. Give them a little time.",
        BillingLimit { .. } => "That is enough for one day. Try again tomorrow.",
        ExportOver => "This export took too long or was changed on its way. Start it again.",
        LastBillingUser => {
            "This is the last billing user of a company that has other members. Give the company another billing user first."
        }
        ReviewOpen => "A review is open already. Go on with it, or sign it off first.",
        ReviewSigned => "This review was signed off already.",
        TwoStepState => "2-step was changed meanwhile. Look at the 2-step page and start again.",
        SetUpFirst => "Set 2-step up again first.",
        RecoveryCodeFirst => "Save a new recovery code first.",
        LongerPasswordFirst { minimum } => {
            return format!(
                "Without 2-step your password has to be longer. Choose one of {minimum} characters or more first."
            );
        }
        PasswordFirst => "Choose a new password first.",
        ClockSteppedBack => {
            "The clock of this system stepped back, so codes and links are on hold. An administrator has to confirm the time."
        }
        RequestIdReused => "This request was used for something else before. Start again.",
        StillJudging => "The first try is still being checked. Wait a moment.",
        CountedWithoutVerdict => "The check was counted but broke off before a result. Check again.",
        RequestIdMissing | MalformedRequest => {
            "This desk sent something the back office doesn't understand. Update the desk."
        }
        Busy => "Too much is going on right now, or the database doesn't answer. Try again in a few seconds.",
        StorageFull => {
            "The database's disk is full, so nothing can be saved. Nothing was changed. Tell whoever runs the system to free some space, then try again."
        }
        DeviceTime => "The desk and its server don't agree on the time. Try again.",
        DeskTooOld => {
            "This desk is too old for its server. Nothing was changed. Update Recovery Desk on this computer."
        }
        DeskTooNew => {
            "This desk is newer than its server. Nothing was changed. Ask whoever runs the server to update it, or use the version from before."
        }
        NotInDemo => "A demo takes no real users. Choose a live database.",
        ImportFileChanged => {
            "The file was changed or moved while it was read. Nothing was imported; start again."
        }
        ImportBadLines => "Some lines can't be imported, so nothing was.",
        KeysReplaced => {
            "The data keys were replaced, so this program has to be started again with the new ones. At a desk: quit, start again, and type the recovery passphrase."
        }
    };
    sentence.to_owned()
}
