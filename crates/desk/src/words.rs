//! Every sentence a refusal is told with, in English. The rules give codes; here and nowhere else they become
//! sentences: what is wrong and what to do, giving nothing away. (Letters and pages have their own files.)

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
            "You were made an administrator today by whoever asks. Another administrator has to decide."
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

/// The sentence of what is wrong with a field.
pub fn field_problem(problem: &str) -> &'static str {
    match problem {
        "email_empty" | "email_not_an_address" => {
            "Write the whole e-mail address, like name@company.example."
        }
        "email_same_as_before" => "This is the address you have. Write the new one.",
        "email_too_long" => "The e-mail address is too long. Use 254 characters at most.",
        "email_not_ascii" => {
            "Write the e-mail address without accents, the way it stands in a mail's header."
        }
        "name_empty" => "Write a name.",
        "name_too_long" => "The name is too long. Use 120 characters at most.",
        "name_unsafe" => {
            "The name holds characters that can't be shown. Write it on one line, without control characters."
        }
        "password_too_long" => "The password is too long. Use 128 characters at most.",
        "password_breached" => {
            "This password is known from a breach elsewhere, so guessers try it first. Use another one, here and wherever you have it."
        }
        "password_one_character" | "password_common" => {
            "This password is too easy to guess. Use three or four words that don't belong together."
        }
        "password_contains_name" => "The password must not hold your name, e-mail address or company.",
        "password_same_as_before" => "This is the password you have. Choose another one.",
        "authenticator_code_not_right" => {
            "The code is not right. Type the six digits your authenticator app shows now."
        }
        "call_code_digits" => "The call code has 6 digits. Check what you typed.",
        "contact_code_on_its_way" => {
            "The email with this code has not been sent yet. Ask your recovery contact for it in a few minutes. This try doesn't count."
        }
        "contact_code_characters" => {
            "The contact code has 8 letters and digits. Your recovery contact reads it to you."
        }
        "code_empty" => "Type the code we sent you.",
        "mail_code_characters" => "The code has 8 letters and digits. Check what you typed.",
        "questions_not_four" | "question_unknown" => "Choose a question from the list.",
        "question_retired" => "This question is not offered any more. Choose another one.",
        "question_twice" => "You chose this question before. Choose four different ones.",
        "answer_empty" => "Type an answer with letters or digits.",
        "answer_one_letter" => "This is one letter only. Type a whole answer.",
        "answer_is_question" => "This only repeats the question. Type your answer.",
        "answer_same_as_another" => "You gave this answer before. Each question needs an answer of its own.",
        "answer_is_email" => "This is your email address, which others know. Choose something else.",
        "answer_is_name" => "This is your name, which others know. Choose something else.",
        "answer_is_company" => "This is the name of your company, which others know. Choose something else.",
        "answer_is_password" => {
            "This is your password. You'll say the answer out loud: never use a password."
        }
        "phone_empty" => "Enter a mobile phone number.",
        "phone_characters" => {
            "Use digits only, with + and the country code in front if you like. No letters, no extension."
        }
        "phone_country" | "phone_region" => {
            "We don't know this country code. Write the number with + and its country code."
        }
        "phone_not_a_number" => {
            "This is no phone number. Check the digits; from another country, begin with + and its code."
        }
        "phone_kind" => "We can't send a code to this kind of number. Use a mobile phone number.",
        "phone_same" => "This is the phone on file already. Enter another number.",
        "phone_not_usable" => "This number can't be used. Enter another one, or call us.",
        "email_in_company" => "There is an account with this address in your company already.",
        "choice_unknown" => "This desk asked for something the back office doesn't know. Update the desk.",
        "invitations_used" => "No more invitations can be sent today. Try again tomorrow.",
        "password_empty" => "Enter your current password.",
        "last_group_form" => "The last group has 4 letters and digits. Check your copy.",
        "recovery_code_form" => {
            "This is no recovery code: it has 24 letters and digits in groups of four. Check it against your copy."
        }
        "code_digits" => "The code has 6 digits. Check what you typed.",
        "notes_hold_a_code" => {
            "The notes seem to hold a code or a card number. Remove it; notes are read by others."
        }
        "notes_hold_an_answer" => {
            "The notes hold an answer of the caller. Remove it; notes are read by others."
        }
        "notes_too_long" => "The notes are too long. Keep them under 2,000 characters.",
        "answers_missing" => "None of the four answers is filled in. Type what the caller says first.",
        "answer_too_long" => {
            "One of the answers is too long. Type what the caller says in 200 characters or less."
        }
        "reason_too_short" => "Write the reason in a sentence, with 10 characters or more.",
        "reason_too_long" => "Write the reason in 500 characters or less.",
        "reason_holds_a_code" => {
            "Codes and card numbers must not be written down. Take them out of the text."
        }
        "contact_needed" => {
            "Choose the billing user of the company who confirmed this. It can't be the caller."
        }
        "reached_too_short" => "Write how the company was reached, with 10 characters or more.",
        "outcome_unknown" => "Choose what came of it.",
        "number_unknown" => "There is no such number in the policy. Look at the list again.",
        "number_out_of_bounds" => {
            "This is outside the bounds of this number. The list says from where to where it goes."
        }
        "domain_not_right" => "Type the part of the address behind the @, like example.com.",
        "state_unknown" => "Choose a state out of the list.",
        "message_not_retried" => {
            "This message can't be sent again: what it carries is dead. Let the user ask for a new one."
        }
        "email_does_not_match" => "This is not the user's e-mail address. Type it as the user gives it.",
        "operator_exists" => "There is an operator with this address already. Look at the list of operators.",
        "role_unknown" => "Choose agent or administrator.",
        "invitation_code_typed_wrong" => {
            "The invitation code has 24 letters and digits. Check what you typed."
        }
        "time_not_the_systems" => {
            "That is not the time this system has. Set the clock of the machine that runs the database first, then confirm."
        }
        "reason_unknown" => "Choose a reason from the list.",
        _ => "This can't be used. Check it and try again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use recovery_rules::display_name::DisplayNameProblem;
    use recovery_rules::email::EmailProblem;
    use recovery_rules::passwords::PasswordProblem;

    #[test]
    fn every_problem_of_a_field_has_a_sentence_of_its_own() {
        let fallback = field_problem("no such problem");
        let codes = [
            EmailProblem::Empty.code(),
            EmailProblem::TooLong.code(),
            EmailProblem::At.code(),
            EmailProblem::NotAscii.code(),
            DisplayNameProblem::Empty.code(),
            DisplayNameProblem::TooLong.code(),
            DisplayNameProblem::Unsafe.code(),
            PasswordProblem::TooLong { maximum: 128 }.code(),
            PasswordProblem::OneCharacter.code(),
            PasswordProblem::ContainsName.code(),
            PasswordProblem::Common.code(),
            PasswordProblem::Breached.code(),
        ];
        for code in codes {
            assert_ne!(field_problem(code), fallback, "{code}");
        }
    }
}
