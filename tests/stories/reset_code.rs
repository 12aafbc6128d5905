//! D7 and D8: the staged password, the reset code by text message or in a mail of its own, the recovery code, and
//! what a change of 2-step in the middle does.

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::reset_code::ResetCodeEntered;
use recovery_desk::operations::reset_password::Staged;
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn, UserSignedIn};
use recovery_desk::secret::SecretText;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::at_once::{at_once, counted};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::harness::sms_gateway::{AUTH_TOKEN, Habit};
use crate::harness::world::ask;
use crate::harness::{ANSWERS, Engine, PASSWORD, on_both_databases, refused, scan};

fn done(entered: &ResetCodeEntered) -> bool {
    matches!(entered, ResetCodeEntered::Done(_))
}

fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// Whether this password opens the account, as far as the password goes.
async fn opens(forgot: &Forgot, password: &str) -> bool {
    pages::sign_in(&forgot.world.desk, PRIYA, password).await.is_ok()
}

on_both_databases! {
    async fn d7_1_the_old_password_works_until_the_code_is_right_and_an_abandoned_one_is_forgotten(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Off).await;
        let link = forgot.staged().await;
        assert!(!opens(&forgot, NEW_PASSWORD).await);
        assert!(forgot.world.count("SELECT COUNT(*) FROM resets WHERE staged_hash IS NOT NULL").await == 1);
        let code = forgot.mailed_code();
        forgot.later(Span::minutes(61));
        assert_eq!(refused(forgot.enter(&link, &code).await), "link_expired");
        forgot.world.look_round().await;
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM resets WHERE staged_hash IS NOT NULL").await, 0);
        assert!(opens(&forgot, PASSWORD).await && !opens(&forgot, NEW_PASSWORD).await);
    }

    async fn d7_2_a_staged_password_is_bound_to_its_link(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let first = forgot.staged().await;
        let code = forgot.code();
        forgot.later(Span::seconds(61));
        let second = forgot.link().await;
        assert_eq!(refused(forgot.enter(&second, &code).await), "password_first", "nothing is staged behind this link");
        forgot.stage(&second, "seventeen green umbrellas").await.unwrap();
        forgot.post().await;
        assert!(matches!(forgot.enter(&second, &code).await, Ok(ResetCodeEntered::NotRight { .. }) | Err(_)), "the code of another link");
        // Neither of the two staged ones counts yet: the password of before opens the account (D7.1).
        assert!(opens(&forgot, PASSWORD).await && !opens(&forgot, NEW_PASSWORD).await);
        // The newer code took the place of the one before; each link activates its own password.
        let newer = forgot.code();
        assert!(!matches!(forgot.enter(&first, &newer).await, Ok(ResetCodeEntered::Done(_))));
        assert!(done(&forgot.enter(&second, &newer).await.unwrap()));
        assert!(opens(&forgot, "seventeen green umbrellas").await && !opens(&forgot, NEW_PASSWORD).await);
    }

    async fn d7_3_a_password_that_cannot_be_is_refused_with_the_reason(engine: Engine) {
        for (two_step, password, problem) in [
            (TwoStep::Never, "fourteen chars", "password_too_short"),
            (TwoStep::On, "seven77", "password_too_short"),
            (TwoStep::Off, "vK4!tq9w", "password_too_short"),
            (TwoStep::Never, "passwordpassword", "password_common"),
            (TwoStep::Never, "hartwell logistics forever", "password_contains_name"),
            (TwoStep::Never, PASSWORD, "password_same_as_before"),
        ] {
            let forgot = Forgot::new(engine, two_step).await;
            let link = forgot.link().await;
            assert_eq!(refused(forgot.stage(&link, password).await), problem, "{password}");
            assert_eq!(forgot.world.count("SELECT COUNT(*) FROM resets WHERE staged_hash IS NOT NULL").await, 0);
            forgot.read(&link).await.unwrap();
        }
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.link().await;
        assert!(forgot.stage(&link, "vK4!tq9w").await.is_ok(), "eight characters beside 2-step");
    }

    async fn d7_4_d7_5_the_code_goes_to_the_verified_number_and_is_sent_again_with_a_limit(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.link().await;
        let before = serde_json::to_string(&forgot.read(&link).await.unwrap()).unwrap();
        assert!(!before.contains("23"), "no digit of the number before a password is staged: {before}");
        let Staged::CodeNeeded(view) = forgot.stage(&link, NEW_PASSWORD).await.unwrap() else { panic!() };
        let code_view = view.code.unwrap();
        assert_eq!((code_view.by_mail, code_view.sent_to.as_str()), (false, "•••• 23"));
        forgot.post().await;
        let text = forgot.gateway.newest();
        assert_eq!(text.to, "+447700900123");
        assert!(text.body.contains("setting a new password"), "C3: {}", text.body);
        let reference = code_view.sent.unwrap().reference;
        assert!(text.body.contains(&format!("message {reference}")), "{}", text.body);

        assert_eq!(refused(forgot.again(&link).await), "resend_wait");
        // The counter belongs to the account: four wrong tries, a new code, and they still count for the day.
        for _ in 0..4 {
            assert!(matches!(forgot.enter(&link, wrong(&text.code())).await.unwrap(), ResetCodeEntered::NotRight { .. }));
        }
        for _ in 0..5 {
            forgot.later(Span::seconds(60));
            forgot.again(&link).await.unwrap();
            forgot.post().await;
        }
        let newest = forgot.gateway.newest();
        let now = forgot.read(&link).await.unwrap().code.unwrap().sent.unwrap().reference;
        assert!(newest.body.contains(&format!("message {now}")));
        assert_eq!(forgot.gateway.asked().len(), 6);
        forgot.later(Span::seconds(60));
        assert_eq!(refused(forgot.again(&link).await), "codes_used", "five resends a day");
        assert!(!done(&forgot.enter(&link, &text.code()).await.unwrap()), "a code that was replaced");
        assert!(done(&forgot.enter(&link, &newest.code()).await.unwrap()));
    }

    /// C8: a new code for each five tries is no way round the day's limit, and the recovery code stays open.
    async fn d8_2_tries_belong_to_the_account_and_neither_way_closes_the_other(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let recovery = forgot.recovery_code().await;
        let link = forgot.staged().await;
        let (mut tries, mut refusals) = (0, Vec::new());
        for _ in 0..6 {
            for _ in 0..6 {
                match forgot.enter(&link, wrong(&forgot.code())).await {
                    Ok(ResetCodeEntered::NotRight { .. }) => tries += 1,
                    Ok(other) => panic!("{other:?}"),
                    Err(failure) => refusals.push(failure.code()),
                }
            }
            forgot.later(Span::seconds(60));
            let _ = forgot.again(&link).await;
            forgot.post().await;
        }
        assert_eq!(tries, 20, "four codes of five tries each, over all codes of the day: {refusals:?}");
        assert_eq!(refused(forgot.enter(&link, &forgot.code()).await), "codes_used", "the right one too");
        let texts = forgot.gateway.asked().len();
        // Choosing the recovery code sends nothing and burns nothing, and has tries of its own.
        assert!(matches!(forgot.recover(&link, &"0".repeat(24)).await.unwrap(), ResetCodeEntered::NotRight { tries_left: 9 }));
        assert_eq!(refused(forgot.recover(&link, "ABCD-EFGH").await), "code_length");
        assert!(done(&forgot.recover(&link, &recovery.to_lowercase().replace('-', " ")).await.unwrap()));
        assert_eq!(forgot.gateway.asked().len(), texts);
    }

    async fn d8_2_going_back_and_forth_sends_nothing_and_neither_gives_nor_takes_tries(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        forgot.recovery_code().await;
        let link = forgot.staged().await;
        let (code, texts) = (forgot.code(), forgot.gateway.asked().len());
        let left = |entered: ResetCodeEntered| match entered {
            ResetCodeEntered::NotRight { tries_left } => tries_left,
            other => panic!("{other:?}"),
        };
        for (of_code, of_recovery_code) in [(4, 9), (3, 8), (2, 7)] {
            assert_eq!(left(forgot.enter(&link, wrong(&code)).await.unwrap()), of_code);
            assert_eq!(left(forgot.recover(&link, &"0".repeat(24)).await.unwrap()), of_recovery_code);
        }
        forgot.post().await;
        assert_eq!(forgot.gateway.asked().len(), texts);
        assert!(done(&forgot.enter(&link, &code).await.unwrap()), "the code that was sent first still works");
    }

    async fn d1_7_a_sign_in_code_resets_nothing_and_a_reset_code_signs_nobody_in(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let UserSignedIn::CodeNeeded { challenge } = pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        forgot.post().await;
        let of_sign_in = forgot.code();
        let link = forgot.staged().await;
        let of_reset = forgot.code();
        if of_sign_in != of_reset {
            assert!(matches!(forgot.enter(&link, &of_sign_in).await.unwrap(), ResetCodeEntered::NotRight { .. }));
            let entered = pages::enter_code(&forgot.world.desk, &challenge, &of_reset).await.unwrap();
            assert!(matches!(entered, recovery_desk::operations::enter_sign_in_code::CodeEntered::NotRight { .. }));
        }
        let entered = pages::enter_code(&forgot.world.desk, &challenge, &of_sign_in).await.unwrap();
        assert!(matches!(entered, recovery_desk::operations::enter_sign_in_code::CodeEntered::Done(_)), "each where it belongs");
    }

    async fn d7_6_a_text_that_cannot_be_sent_costs_no_try_and_the_recovery_code_is_still_there(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let recovery = forgot.recovery_code().await;
        forgot.gateway.behaves(Habit::TooMany);
        let link = forgot.staged().await;
        let page = reqwest::Client::new().get(format!("{}reset/code", forgot.world.public_url)).header("cookie", format!("reset={link}"));
        let page = page.send().await.unwrap().text().await.unwrap();
        assert!(page.contains("We could not send the text message") && page.contains("recovery code"), "{page}");
        let code = forgot.gateway.newest().code();
        assert!(!page.contains(&code));
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM codes WHERE tries > 0").await, 0);
        scan::assert_nowhere(&forgot.world, &[&code, AUTH_TOKEN], PRIYA);
        assert!(done(&forgot.recover(&link, &recovery).await.unwrap()));
    }

    async fn d7_7_success_ends_sessions_and_tells_and_signs_nobody_in(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let UserSignedIn::CodeNeeded { challenge } = pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        forgot.post().await;
        let entered = pages::enter_code(&forgot.world.desk, &challenge, &forgot.code()).await.unwrap();
        let recovery_desk::operations::enter_sign_in_code::CodeEntered::Done(session) = entered else { panic!() };
        let session = Caller::Session(session.token);
        assert!(forgot.world.ask(&session, ReadAccount {}).await.is_ok());
        forgot.world.change("UPDATE users SET former_email = 'old@hartwell.example', former_email_until = 9999999999999 WHERE id = $1", &forgot.user).await;
        assert_eq!(refused(pages::sign_in(&forgot.world.desk, PRIYA, "not the password").await), "sign_in_not_right");

        let link = forgot.staged().await;
        let ResetCodeEntered::Done(reset) = forgot.enter(&link, &forgot.code()).await.unwrap() else { panic!() };
        assert!(reset.proof.is_none() && reset.code_at_sign_in);
        assert_eq!(refused(forgot.world.ask(&session, ReadAccount {}).await), "signed_out");
        assert!(!opens(&forgot, PASSWORD).await);
        assert!(matches!(pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await.unwrap(), UserSignedIn::CodeNeeded { .. }), "a verification code all the same");
        forgot.post().await;
        for address in [PRIYA, "old@hartwell.example"] {
            assert!(forgot.mail().newest(address, "password was changed").text.contains("Forgot password"), "{address}");
        }
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM users WHERE frozen_until IS NOT NULL").await, 0, "proved by a second step");
        assert_eq!(forgot.world.audited("enter_reset_code", "done").await, 1);
        let mut secrets = vec![PASSWORD, NEW_PASSWORD, &link];
        secrets.extend(ANSWERS);
        scan::assert_nowhere(&forgot.world, &secrets, PRIYA);
    }

    async fn a_reset_by_the_mailbox_alone_freezes_the_contacts_for_a_week(engine: Engine) {
        for two_step in [TwoStep::Never, TwoStep::Off, TwoStep::ToBeSetUpAgain] {
            let forgot = Forgot::new(engine, two_step).await;
            let link = forgot.link().await;
            if let Staged::CodeNeeded(_) = forgot.stage(&link, NEW_PASSWORD).await.unwrap() {
                forgot.post().await;
                assert!(done(&forgot.enter(&link, &forgot.mailed_code()).await.unwrap()));
            }
            let frozen = forgot.world.count("SELECT frozen_until FROM users").await;
            assert_eq!(frozen, (forgot.world.desk.clock.machine() + Span::days(7)).0, "{two_step:?}");
            forgot.post().await;
            assert!(forgot.mail().newest(PRIYA, "password was changed").text.contains("an administrator must approve"));
        }
    }

    async fn d7_8_another_phone_meanwhile_means_starting_again(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.staged().await;
        let code = forgot.code();
        forgot.world.change("UPDATE two_step SET phone = '+447700900999', phone_last4 = '0999' WHERE user_id = $1", &forgot.user).await;
        forgot.world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &forgot.user).await;
        assert_eq!(refused(forgot.enter(&link, &code).await), "link_stopped");
        assert_eq!(refused(forgot.again(&link).await), "link_stopped");
        assert!(!opens(&forgot, NEW_PASSWORD).await);
    }

    /// Also the rest of SYSTEM.md 5: the reset counts as the second step of the first sign-in, in this browser, for half an hour.
    async fn d8_1_the_recovery_code_finishes_a_reset_once_and_counts_at_the_first_sign_in(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let recovery = forgot.recovery_code().await;
        let link = forgot.staged().await;
        let ResetCodeEntered::Done(reset) = forgot.recover(&link, &recovery).await.unwrap() else { panic!() };
        let proof = reset.proof.expect("a proof for this browser");
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM two_step WHERE state = 'on' AND recovery_code_last_group IS NOT NULL").await, 1, "2-step stays on, with a new code that waits to be seen");
        let sign_in = async |password: &str, proof: Option<&SecretText>| {
            let browser = BrowserCookies { reset: proof.cloned(), ..BrowserCookies::default() };
            let request = UserSignIn { email: PRIYA.to_owned(), password: SecretText::new(password), browser };
            ask(&forgot.world.desk, &Caller::Nobody, request).await
        };
        assert!(matches!(sign_in(NEW_PASSWORD, None).await.unwrap(), UserSignedIn::CodeNeeded { .. }), "in another browser");
        assert_eq!(refused(sign_in("wrong password", Some(&proof)).await), "sign_in_not_right");
        forgot.later(Span::minutes(29));
        assert!(matches!(sign_in(NEW_PASSWORD, Some(&proof)).await.unwrap(), UserSignedIn::Done(_)));
        assert!(matches!(sign_in(NEW_PASSWORD, Some(&proof)).await.unwrap(), UserSignedIn::CodeNeeded { .. }), "once");
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM sessions WHERE second_step_by = 'reset'").await, 1);

        forgot.later(Span::minutes(40));
        let recovery = forgot.recovery_code().await;
        let link = forgot.link().await;
        forgot.stage(&link, "nineteen wooden spoons").await.unwrap();
        let ResetCodeEntered::Done(reset) = forgot.recover(&link, &recovery).await.unwrap() else { panic!() };
        forgot.later(Span::minutes(30));
        assert!(matches!(sign_in("nineteen wooden spoons", reset.proof.as_ref()).await.unwrap(), UserSignedIn::CodeNeeded { .. }), "for half an hour");
        forgot.post().await;
        assert!(forgot.mail().newest(PRIYA, "recovery code was used").text.contains("recovery code"));
    }

    async fn d8_3_formerly_on_the_code_comes_in_a_second_mail(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Off).await;
        let link = forgot.link().await;
        assert_eq!(forgot.letters("Your reset code"), 0, "only after the first link was opened by POST");
        forgot.stage(&link, NEW_PASSWORD).await.unwrap();
        forgot.post().await;
        assert_eq!((forgot.letters("Your reset code"), forgot.gateway.asked().len()), (1, 0));
        let code = forgot.mailed_code();
        assert!(!forgot.mail().newest(PRIYA, "Your reset code").text.contains(&link), "another secret");
        assert!(!forgot.mail().newest(PRIYA, "Set a new password").text.contains(&code));
        // D8.7: lost, so sent again; each has its own life.
        forgot.later(Span::seconds(61));
        forgot.again(&link).await.unwrap();
        forgot.post().await;
        let newer = forgot.mailed_code();
        assert!(matches!(forgot.enter(&link, &code).await.unwrap(), ResetCodeEntered::NotRight { tries_left: 4 }));
        assert!(done(&forgot.enter(&link, &newer.to_lowercase().replace('-', "")).await.unwrap()));
    }

    async fn a_mailed_code_at_its_limit_leads_nobody_to_a_recovery_code_there_is_none_of(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Off).await;
        let link = forgot.staged().await;
        for _ in 0..5 {
            forgot.later(Span::seconds(61));
            forgot.again(&link).await.unwrap();
        }
        forgot.later(Span::seconds(61));
        let request = reqwest::Client::new().post(format!("{}reset/code/again", forgot.world.public_url));
        let request = request.header("Sec-Fetch-Site", "same-origin").header("cookie", format!("reset={link}"));
        let page = request.send().await.unwrap().text().await.unwrap();
        assert!(page.contains("The codes of today are used. Try again tomorrow, or call us."), "{page}");
        assert!(!page.contains("recovery code"), "{page}");
        assert!(page.contains("/reset/no-code"), "call support is behind it: {page}");
    }

    async fn d8_7_the_second_mail_may_be_lost_or_late_and_neither_life_extends_the_other(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Off).await;
        let first = forgot.link().await;
        forgot.later(Span::minutes(50));
        let second = forgot.link().await;
        // The code of the older link is asked for, then that of the newer one; they arrive in either order.
        forgot.stage(&first, NEW_PASSWORD).await.unwrap();
        forgot.post().await;
        let of_first = forgot.mailed_code();
        forgot.stage(&second, "nineteen wooden spoons").await.unwrap();
        forgot.post().await;
        let of_second = forgot.mailed_code();
        assert_eq!(forgot.letters("Your reset code"), 2);
        assert!(matches!(forgot.enter(&second, &of_first).await.unwrap(), ResetCodeEntered::NotRight { .. }), "each code belongs to its link");
        // Ten minutes later the first link is over, and its code, which would live for fifty more, doesn't keep it.
        forgot.later(Span::minutes(10));
        assert_eq!(refused(forgot.enter(&first, &of_first).await), "link_expired");
        assert_eq!(refused(forgot.again(&first).await), "link_expired");
        // The second mail was lost: sent again after a minute, five times a day.
        forgot.again(&second).await.unwrap();
        assert_eq!(refused(forgot.again(&second).await), "resend_wait");
        forgot.post().await;
        let newest = forgot.mailed_code();
        assert!(!done(&forgot.enter(&second, &of_second).await.unwrap()), "the one before is dead");
        // Its link is not made to live longer by the resend.
        forgot.later(Span::minutes(49));
        assert!(forgot.read(&second).await.is_ok());
        forgot.later(Span::minutes(1));
        assert_eq!(refused(forgot.enter(&second, &newest).await), "link_expired");
    }

    async fn d8_4_who_never_had_two_step_needs_no_code_and_the_letter_does_not_tell_the_cases_apart(engine: Engine) {
        let mut letters = Vec::new();
        for two_step in [TwoStep::Never, TwoStep::On, TwoStep::Off] {
            let forgot = Forgot::new(engine, two_step).await;
            let link = forgot.link().await;
            let letter = forgot.mail().newest(PRIYA, "Set a new password");
            let host = forgot.world.public_url.as_str();
            letters.push(letter.text.replace(&link, "(link)").replace(host, "(host)/"));
            let staged = forgot.stage(&link, NEW_PASSWORD).await.unwrap();
            assert_eq!(matches!(staged, Staged::Done(_)), two_step == TwoStep::Never);
        }
        letters.dedup();
        assert_eq!(letters.len(), 1, "{letters:?}");
    }

    async fn d8_5_turned_on_meanwhile_the_flow_goes_on_by_text_and_the_mailed_code_is_dead(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Off).await;
        let link = forgot.staged().await;
        let mailed = forgot.mailed_code();
        forgot.two_step(TwoStep::On).await;
        let ResetCodeEntered::Switched(view) = forgot.enter(&link, &mailed).await.unwrap() else { panic!("the mailed code is refused") };
        assert!(!view.code.unwrap().by_mail);
        forgot.post().await;
        assert_eq!(forgot.gateway.newest().to, "+447700900456");
        assert!(!opens(&forgot, NEW_PASSWORD).await);
        assert!(done(&forgot.enter(&link, &forgot.code()).await.unwrap()));
    }

    async fn d8_6_turned_off_meanwhile_the_text_is_dead_and_a_mail_comes(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.staged().await;
        let texted = forgot.code();
        forgot.two_step(TwoStep::Off).await;
        let ResetCodeEntered::Switched(view) = forgot.enter(&link, &texted).await.unwrap() else { panic!("the text's code is refused") };
        assert!(view.code.unwrap().by_mail);
        forgot.post().await;
        assert!(done(&forgot.enter(&link, &forgot.mailed_code()).await.unwrap()));

        // D5.5: eight characters are enough beside 2-step only.
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.link().await;
        forgot.stage(&link, "vK4!tq9w").await.unwrap();
        forgot.two_step(TwoStep::Off).await;
        assert!(matches!(forgot.enter(&link, "000000").await.unwrap(), ResetCodeEntered::PasswordAgain));
        assert_eq!(refused(forgot.stage(&link, "vK4!tq9w").await), "password_too_short");
        assert!(matches!(forgot.stage(&link, NEW_PASSWORD).await.unwrap(), Staged::CodeNeeded(_)));
    }

    async fn of_fifty_right_codes_at_once_one_succeeds(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let recovery = forgot.recovery_code().await;
        let link = forgot.staged().await;
        let code = forgot.code();
        let other = forgot.world.another_desk().await;
        let tries = (0..8).map(|i| {
            let desk = if i % 2 == 0 { forgot.world.desk.clone() } else { other.clone() };
            let (link, code, recovery) = (SecretText::new(&*link), SecretText::new(&*code), SecretText::new(&*recovery));
            async move {
                let by_code = i % 4 < 2;
                let ended = if by_code {
                    ask(&desk, &Caller::Nobody, recovery_desk::operations::reset_code::EnterResetCode { link, code }).await
                } else {
                    ask(&desk, &Caller::Nobody, recovery_desk::operations::reset_code::ResetByRecoveryCode { link, recovery_code: recovery }).await
                };
                match ended {
                    Ok(ResetCodeEntered::Done(_)) => "done",
                    Ok(_) => "not",
                    Err(failure) => failure.code(),
                }
            }
        });
        let ended = counted(at_once(tries).await);
        assert_eq!(ended.get("done"), Some(&1), "{ended:?}");
        assert!(!ended.contains_key("fault"), "{ended:?}");
    }
}
