//! D4: the recovery code.

use recovery_desk::operations::administration::{ReadAuditLog, ReadUser};
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use crate::harness::at_once::at_once;
use crate::harness::person::{Person, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::{Engine, PASSWORD, on_both_databases};

on_both_databases! {
    async fn d4_1_a_new_code_needs_password_and_second_step_and_kills_the_old_one(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let old = world.recovery_code(&user).await;
        let priya = Person::at(&world);
        priya.signs_in_remembered(&world, &gateway).await;
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.post("/account/recovery-code", &[("password", PASSWORD)]).await.is_at("/account/confirm");
        assert_eq!(world.audited("new_recovery_code", "refused").await, 1);
        priya.post("/account/confirm/send", &[("to", "recovery-code")]).await;
        let sms = crate::harness::person::text(&world, &gateway).await;
        assert!(gateway.newest().body.contains("confirming"));
        priya.post("/account/confirm", &[("to", "recovery-code"), ("code", &sms)]).await.is_at("/account/recovery-code");
        priya.post("/account/recovery-code", &[("password", "wrong one here")]).await.says("The password is not right");
        let new = priya.post("/account/recovery-code", &[("password", PASSWORD)]).await.recovery_code();
        priya.finishes(&new).await.says("2-step is on");
        while world.post().await > 0 {}
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "new recovery code").text.contains("no longer works"));
        let thief = Person::at(&world);
        thief.types_password(PRIYA, PASSWORD).await;
        thief.post("/sign-in/recovery-code", &[("recovery_code", &old)]).await.says("The recovery code is not right");
        thief.post("/sign-in/recovery-code", &[("recovery_code", &new)]).await.says("Save your recovery code");
    }

    async fn d4_2_a_used_code_is_dead_and_a_new_one_is_shown_once(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        priya.get("/sign-in/code").await.says("have a code");
        priya.get("/sign-in/recovery-code").await.says("It works once").says("Go back to the text message");
        let shown = priya.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await;
        let new = shown.says("the recovery code you used is dead").recovery_code();
        assert_ne!(new, code);
        priya.get("/account").await.is_at("/account/recovery-code").never_says(&new);
        priya.finishes(&new).await.says("2-step is on");
        priya.get("/account").await.is_at("/account").says("A recovery code was entered to sign in");
        // It was the second step of this session: the phone can be changed.
        priya.get("/account/two-step/phone").await.says("Change the phone");
        while world.post().await > 0 {}
        assert!(world.mail.as_ref().unwrap().newest(PRIYA, "recovery code was used").text.contains("change the phone"));
        let again = Person::at(&world);
        again.types_password(PRIYA, PASSWORD).await;
        again.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await.says("The recovery code is not right");
        crate::harness::scan::assert_nowhere(&world, &[&code, &new], PRIYA);
    }

    async fn d4_3_two_uses_at_once_one_success(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let mut people = Vec::new();
        for _ in 0..6 {
            let person = Person::at(&world);
            person.types_password(PRIYA, PASSWORD).await;
            people.push(person);
        }
        let tasks: Vec<_> = people.into_iter().map(|person| {
            let code = code.clone();
            async move { person.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await.text.contains("Save your recovery code") }
        }).collect();
        assert_eq!(at_once(tasks).await.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(world.count("SELECT COUNT(*) FROM sessions WHERE user_id IS NOT NULL").await, 1);
    }

    async fn d4_4_a_use_and_a_replacement_at_once_one_wins(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let owner = Person::at(&world);
        owner.signs_in(&world, &gateway).await;
        let other = Person::at(&world);
        other.types_password(PRIYA, PASSWORD).await;
        let replace = async { owner.post("/account/recovery-code", &[("password", PASSWORD)]).await };
        let using = async { other.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await };
        let (replaced, used) = tokio::join!(replace, using);
        replaced.says("Save your recovery code");
        // Whoever came first, the code of before is dead, and one code is on file.
        assert!(used.text.contains("Save your recovery code") || used.text.contains("is not right"));
        let late = Person::at(&world);
        late.types_password(PRIYA, PASSWORD).await;
        late.post("/sign-in/recovery-code", &[("recovery_code", &code)]).await.says("is not right");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE recovery_code_hash IS NOT NULL").await, 1);
    }

    async fn d4_5_case_and_separators_are_ignored_and_a_slip_costs_no_try(engine: Engine) {
        let (world, _) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await;
        let mut slip: Vec<char> = code.chars().collect();
        slip[2] = if slip[2] == 'X' { 'Y' } else { 'X' };
        let slip: String = slip.into_iter().collect();
        for _ in 0..12 {
            priya.post("/sign-in/recovery-code", &[("recovery_code", &slip)]).await.says("Recovery code is not right: a letter or digit is wrong").says(&slip);
        }
        priya.post("/sign-in/recovery-code", &[("recovery_code", "K7QM")]).await.says("Recovery code must have 24 letters and digits. You entered 4");
        let typed = code.to_lowercase().replace('-', "  ");
        priya.post("/sign-in/recovery-code", &[("recovery_code", &typed)]).await.says("Save your recovery code");
    }

    async fn d4_6_ten_tries_an_hour_and_a_new_code_does_not_begin_them_anew(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let wrong = world.recovery_code(&user).await;
        let right = world.recovery_code(&user).await;
        let owner = Person::at(&world);
        owner.signs_in(&world, &gateway).await;
        let thief = Person::at(&world);
        thief.types_password(PRIYA, PASSWORD).await;
        for left in (0..10).rev() {
            let page = thief.post("/sign-in/recovery-code", &[("recovery_code", &wrong)]).await;
            page.says("The recovery code is not right");
            if left > 1 { page.says(&format!("{left} tries left in this hour")); }
        }
        thief.post("/sign-in/recovery-code", &[("recovery_code", &right)]).await.says("tried too often");
        let new = owner.post("/account/recovery-code", &[("password", PASSWORD)]).await.recovery_code();
        owner.finishes(&new).await.says("2-step is on");
        thief.post("/sign-in/recovery-code", &[("recovery_code", &new)]).await.says("tried too often");
        // The verification code has its own tries, and an hour later it is possible again.
        Person::at(&world).signs_in(&world, &gateway).await.is_at("/account");
        world.later(Span::minutes(61));
        let later = Person::at(&world);
        later.types_password(PRIYA, PASSWORD).await;
        later.post("/sign-in/recovery-code", &[("recovery_code", &new)]).await.says("Save your recovery code");
    }

    async fn d4_7_no_page_tells_more_than_when_it_was_made(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let code = world.recovery_code(&user).await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await;
        priya.get("/account/two-step").await.says("Made on 24 November 2026").never_says(&code[..4]);
        let dana = world.agent("Dana Whitlock").await;
        let view = serde_json::to_string(&dana.verified_call(&user).await).unwrap();
        assert!(!view.contains("recovery_code") && !view.contains(&code[..4]), "{view}");
        // An administrator learns no more: not of the account, not of its log.
        let boss = world.operator(Role::Administrator, "Ines Vogt").await;
        let account = serde_json::to_string(&boss.ask(ReadUser { user_id: user.clone() }).await.unwrap()).unwrap();
        let about = ReadAuditLog { user_id: Some(user), actor_id: None, operation: None, result: None, since: None, until: None, before: None };
        let log = serde_json::to_string(&boss.ask(about).await.unwrap()).unwrap();
        // Half of it in either form: single groups are short enough to stand in an id by chance.
        for part in [&code[..9], &code.replace('-', "")[..8]] {
            assert!(!account.contains(part) && !log.contains(part), "{part}: {account}\n{log}");
        }
    }
}
