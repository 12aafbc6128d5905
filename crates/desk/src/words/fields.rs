//! What is wrong with a field, and what to write instead.

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
        "contact_code_on_its_way" => {
            "The email with this code has not been sent yet. Ask your recovery contact for it in a few minutes. This try doesn't count."
        }
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
