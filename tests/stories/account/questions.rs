//! D2: security questions.

use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::pass_on::PassOn;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::at_once::at_once;
use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, answered, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, on_both_databases};

const QUESTIONS: [&str; 4] = ["toy_name", "first_film", "school_trip", "learnt_to_swim"];
const NEW: [&str; 4] = ["Li", "  São  Paulo Nights ", "Lake Windermere", "Groß Köris"];

/// The whole form, right but for what is put in its place.
fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = answered("save", &QUESTIONS, &NEW);
    for change in changes {
        let field = fields.iter_mut().find(|field| field.0 == change.0).unwrap();
        field.1 = change.1;
    }
    fields
}

async fn signed_in(world: &World, answers: usize) -> (String, Person) {
    let user = world.user(NewUser { answers, two_step: TwoStep::Never, ..NewUser::default() }).await;
    let priya = Person::at(world);
    priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
    (user, priya)
}

on_both_databases! {
    async fn d2_1_saving_needs_the_password_and_answers_are_never_given_back(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = signed_in(&world, 0).await;
        priya.get("/account/questions").await.says("Answer four security questions").says("say this out loud");
        let wrong = priya.post("/account/questions", &form(&[("password", "not her password")])).await;
        wrong.says("The password is not right").never_says("not her password").says("Lake Windermere");
        assert_eq!(world.count("SELECT COUNT(*) FROM security_answers").await, 0);
        let saved = priya.post("/account/questions", &form(&[])).await;
        saved.is_at("/account/questions").says("Four answered, 24 November 2026").says("Replace");
        for path in ["/account", "/account/questions", "/account/questions/replace", "/account/two-step"] {
            let page = priya.get(path).await;
            for answer in &NEW[1..] {
                page.never_says(answer.trim());
            }
            page.never_says("selected");
        }
        assert_eq!(world.audited("save_questions", "refused").await, 1);
        assert_eq!(world.audited("save_questions", "done").await, 1);
    }

    async fn d2_1_with_two_step_on_a_second_step_comes_first(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await.is_at("/account");
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.get("/account/questions/replace").await.is_at("/account/confirm");
        priya.post("/account/questions", &form(&[])).await.is_at("/account/confirm");
        priya.post("/account/confirm/send", &[("to", "questions")]).await.says("We sent a text message");
        let code = crate::harness::person::text(&world, &gateway).await;
        priya.post("/account/confirm", &[("to", "questions"), ("code", &code)]).await.is_at("/account/questions/replace");
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        // A second step proved the change: nothing is frozen.
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE frozen_until IS NOT NULL").await, 0);
    }

    async fn d2_2_bad_choices_are_refused_with_a_reason_at_their_field(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = signed_in(&world, 0).await;
        for (field, value, reason) in [
            ("question_2", "toy_name", "You chose this question before"),
            ("question_3", "", "Choose a question from the list"),
            ("question_4", "mother_maiden_name", "not offered any more"),
            ("answer_2", "LI", "You gave this answer before"),
            ("answer_1", "", "Type an answer"),
            ("answer_1", "aaaa", "one letter only"),
            ("answer_1", PRIYA, "This is your email address"),
            ("answer_1", "raman priya", "This is your name"),
            ("answer_1", "hartwell-logistics", "This is the name of your company"),
            ("answer_1", PASSWORD, "This is your password"),
            ("answer_1", "soft toy", "This only repeats the question"),
        ] {
            let page = priya.post("/account/questions", &form(&[(field, value)])).await;
            page.says("There is a problem").says(reason).says(&format!("id=\"{field}_problem\"")).says("<title>Error: ");
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM security_answers").await, 0);
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
    }

    async fn d2_3_a_replaced_answer_is_dead_at_once_and_voids_a_verdict(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, priya) = signed_in(&world, 4).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&user).await;
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        assert_eq!(crate::harness::refused(dana.send(&call.call_id).await), "not_verified");
        let old = dana.check(&call.call_id, ANSWERS.map(Some)).await.unwrap();
        assert!(!old.verified, "the old answers are dead");
        // D2.4: case, accents, spaces and sharp s don't count; they are compared as the page says.
        let new = dana.check(&call.call_id, ["li", "SAO PAULO nights", "lake windermere.", "GROSS KORIS"].map(Some)).await.unwrap();
        assert!(new.verified);
        // Only the password proved the change: an administrator looks at the next unlock e-mail.
        assert_eq!(crate::harness::refused(dana.send(&call.call_id).await), "needs_approval");
    }

    async fn an_approval_under_a_freeze_ends_with_the_next_change_of_contacts(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, priya) = signed_in(&world, 4).await;
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        let said = ["li", "sao paulo nights", "lake windermere", "gross koris"].map(Some);
        let dana = world.agent("Dana Whitlock").await;
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let call = dana.open(&user).await.unwrap();
        assert!(dana.check(&call.call_id, said).await.unwrap().verified);
        let passed_on = PassOn { call_id: call.call_id.clone(), reason: "other".to_owned(), notes: String::new() };
        dana.ask(passed_on).await.unwrap();
        crate::harness::contacts::approve_the_one(&boss).await.unwrap();
        let verdict = dana.check(&call.call_id, said).await.unwrap();
        assert!(matches!(verdict.call.standing, StandingView::Verified { .. }), "{:?}", verdict.call.standing);
        world.later(Span::seconds(1));
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        dana.check(&call.call_id, said).await.unwrap();
        assert_eq!(crate::harness::refused(dana.send(&call.call_id).await), "needs_approval");
    }

    async fn d2_4_the_preview_says_how_answers_are_compared_without_a_script_and_saves_nothing(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = signed_in(&world, 0).await;
        let preview = priya.post("/account/questions", &form(&[("press", "preview"), ("answer_1", "St. Mary\u{2019}s, Thornbury"), ("answer_3", "?!")])).await;
        preview.says("Compared as <b>st marys thornbury</b>").says("Compared as <b>sao paulo nights</b>");
        preview.says("Nothing is left of this answer").says("Compared as <b>gross koris</b>").never_says(PASSWORD);
        assert_eq!(world.count("SELECT COUNT(*) FROM security_answers").await, 0);
        assert_eq!(world.audited("save_questions", "done").await, 0);
    }

    async fn d2_5_a_retired_question_is_still_asked_of_who_answered_it_and_not_offered(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, priya) = signed_in(&world, 4).await;
        world.change("UPDATE security_answers SET question_id = 'mother_maiden_name' WHERE slot = 1 AND user_id = $1", &user).await;
        priya.get("/account/questions").await.says("Four answered");
        priya.get("/account/questions/replace").await.never_says("mother_maiden_name");
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&user).await.unwrap();
        assert!(call.questions[0].text.contains("before she married"));
        assert!(dana.check(&call.call_id, ANSWERS.map(Some)).await.unwrap().verified);
    }

    async fn d2_6_two_saves_at_once_leave_one_full_set(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = signed_in(&world, 4).await;
        let other = [("question_1", "first_concert"), ("question_2", "first_flight_to"), ("question_3", "first_teacher"), ("question_4", "first_job_town")];
        let priya = std::sync::Arc::new(priya);
        let tasks: Vec<_> = (0..6).map(|i| {
            let priya = priya.clone();
            async move { priya.post("/account/questions", &form(if i % 2 == 0 { &[] } else { &other })).await.status }
        }).collect();
        at_once(tasks).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM security_answers").await, 4);
        let of_one = world.count("SELECT COUNT(*) FROM security_answers WHERE question_id IN ('toy_name', 'first_film', 'school_trip', 'learnt_to_swim')").await;
        assert!(of_one == 4 || of_one == 0, "a mixed set: {of_one}");
    }

    async fn d2_7_a_partial_set_never_counts(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, priya) = signed_in(&world, 3).await;
        priya.get("/account/two-step/on").await.is_at("/account/questions").says("Turn 2-step on: step 1 of 4");
        let refused = priya.post("/account/two-step/on", &[("phone", "07700 900456"), ("password", PASSWORD)]).await;
        refused.is_at("/account/questions");
        assert_eq!(world.count("SELECT COUNT(*) FROM pending_phones").await, 0);
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.open(&user).await.unwrap();
        assert_eq!(crate::harness::refused(dana.check(&call.call_id, ANSWERS.map(Some)).await), "cannot_be_verified");
        // Answering leads on to the phone.
        let mut fields = form(&[]);
        fields.push(("then", "two-step"));
        priya.post("/account/questions", &fields).await.is_at("/account/two-step/on").says("Add your phone");
    }

    async fn d2_8_every_change_is_told_to_all_addresses(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (user, priya) = signed_in(&world, 0).await;
        world.change("UPDATE users SET former_email = 'priya.old@hartwell.example', former_email_until = 1795600800000 WHERE id = $1", &user).await;
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        priya.post("/account/questions", &form(&[])).await.says("Four answered");
        while world.post().await > 0 {}
        let mail = world.mail.as_ref().unwrap();
        for address in [PRIYA, "priya.old@hartwell.example"] {
            assert!(mail.newest(address, "were answered").text.contains("an administrator must approve"));
            let replaced = mail.newest(address, "were replaced");
            for answer in &NEW[1..] {
                assert!(!replaced.text.contains(answer.trim()));
            }
        }
        world.later(Span::days(8));
        priya.types_password(PRIYA, PASSWORD).await;
        priya.post("/account/questions", &form(&[])).await;
        while world.post().await > 0 {}
        let letters = mail.letters().iter().filter(|letter| letter.contains("To: priya.old")).count();
        assert_eq!(letters, 2, "after a week the former address is told no more");
    }

    async fn owners_are_reminded_every_half_year_once(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let (_, priya) = signed_in(&world, 4).await;
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 0);
        world.later(Span::days(183));
        world.look_round().await;
        world.look_round().await;
        while world.post().await > 0 {}
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "still know").text.contains("replace them"));
        assert_eq!(world.audited("tell_owner", "done").await, 1);
        priya.types_password(PRIYA, PASSWORD).await;
        priya.get("/account/questions").await.says("Do you still know your answers?");
        world.later(Span::days(183));
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 2);
    }

    async fn a_billing_user_invites_a_colleague_and_nobody_else_does(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let bill = NewUser { given: "Bill", family: "Ing", email: "bill@hartwell.example", kind: "billing", two_step: TwoStep::Never, ..NewUser::default() };
        world.user(bill).await;
        let (_, priya) = signed_in(&world, 4).await;
        priya.get("/account/questions").await.says("share your log-in").says("Ask the billing user");
        let form = [("given_name", "Noor"), ("family_name", "Haddad"), ("email", "noor@hartwell.example")];
        priya.get("/account/colleague").await.is_at("/account/questions");
        priya.post("/account/colleague", &form).await;
        assert_eq!(world.audited("invite_colleague", "refused").await, 1);
        let bill = Person::at(&world);
        bill.types_password("bill@hartwell.example", PASSWORD).await.is_at("/account");
        bill.get("/account/questions").await.says("Invite a colleague");
        bill.post("/account/colleague", &form).await.says("Your colleague is invited");
        bill.post("/account/colleague", &form).await.says("in your company already");
        bill.post("/account/colleague", &[("given_name", ""), form[1], form[2]]).await.says("Write a name");
        while world.post().await > 0 {}
        let letter = world.mail.as_ref().unwrap().newest("noor@hartwell.example", "You have an account");
        assert!(letter.text.contains("Bill Ing") && letter.text.contains("Forgot password"));
        // Nobody can sign in until the first password was chosen through the mailbox.
        Person::at(&world).types_password("noor@hartwell.example", "").await.says("Enter your password");
        Person::at(&world).types_password("noor@hartwell.example", PASSWORD).await.says("not right");
        // An address with an account elsewhere: the same answer, and nothing happens.
        world.user(NewUser { email: "roe@elsewhere.example", company: "Elsewhere", ..NewUser::default() }).await;
        bill.post("/account/colleague", &[form[0], form[1], ("email", "roe@elsewhere.example")]).await.says("Your colleague is invited");
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE email = 'roe@elsewhere.example'").await, 1);
    }
}
