//! D6: asking for a reset link, and what decides whether it works. Also C10, C11 and imported users.

use recovery_desk::caller::Caller;
use recovery_desk::operations::change_password::ChangePassword;
use recovery_desk::operations::lock_my_account::LockMyAccount;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_desk::operations::reset_password::Staged;
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use reqwest::{Client, StatusCode, redirect};

use crate::harness::at_once::{at_once, counted};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::harness::{Engine, PASSWORD, on_both_databases, refused, scan};

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).build().unwrap()
}

on_both_databases! {
    async fn d6_1_known_unknown_locked_and_closed_get_the_same_answer_and_nothing_else_happens_before_it(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        let addresses = [PRIYA, "locked@roe.example", "closed@roe.example", "nobody@roe.example"];
        for (email, account, locked_by) in [(addresses[1], "locked", Some("owner")), (addresses[2], "closed", None)] {
            forgot.world.user(NewUser { email, account, locked_by, ..NewUser::default() }).await;
        }
        let mut answers = Vec::new();
        for email in addresses {
            let request = client().post(format!("{}forgot", forgot.world.public_url)).header("Sec-Fetch-Site", "same-origin");
            let answer = request.form(&[("email", email)]).send().await.unwrap();
            let mut headers: Vec<_> = answer.headers().iter()
                .filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()))
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
            headers.sort();
            // Before the @ an address may wrap.
            let status = answer.status();
            let body = answer.text().await.unwrap().replace("<wbr>", "").replace(email, "(address)");
            answers.push((status, headers, body));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        assert_eq!(answers[0].0, StatusCode::OK);
        assert!(answers[0].2.contains("If there’s an account"), "{}", answers[0].2);
        // The same row for each, and no link, letter or hash yet: the rest is done when nobody waits for it.
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM reset_requests").await, 4);
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM outbox").await, 0);
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM links").await, 0);
        forgot.post().await;
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM reset_requests").await, 0);
        assert_eq!(forgot.letters("Set a new password"), 1);
        assert!(forgot.mail().newest("locked@roe.example", "is locked").text.contains("call us"));
        assert_eq!(forgot.mail().arrived().len(), 2, "nobody writes to closed accounts and strangers");
        assert_eq!(forgot.world.audited("request_reset", "done").await, 4);
    }

    async fn d6_3_the_secret_stands_in_the_letter_alone_and_leaves_the_address_at_once(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        // C13: whatever host the request names, the link names ours.
        let request = client().post(format!("{}forgot", forgot.world.public_url)).header("Sec-Fetch-Site", "same-origin");
        let request = request.header("X-Forwarded-Host", "evil.example").form(&[("email", PRIYA)]);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        forgot.post().await;
        let letter = forgot.mail().newest(PRIYA, "Set a new password");
        let address = letter.text.split_whitespace().find(|word| word.contains("/reset/link/")).unwrap();
        assert!(address.starts_with(forgot.world.public_url.as_str()), "{address}");
        let secret = address.rsplit('/').next().unwrap();
        assert_eq!(secret.len(), 43, "256 bits");
        let arrived = client().get(address).send().await.unwrap();
        assert_eq!(arrived.headers()["location"], "/reset");
        assert_eq!(arrived.headers()["referrer-policy"], "no-referrer", "the address with the secret is told to nobody");
        // The page behind it has a clean address, and its form may say where it comes from.
        let page = client().get(format!("{}reset", forgot.world.public_url)).header("cookie", format!("reset={secret}"));
        let page = page.send().await.unwrap();
        assert_eq!(page.headers()["referrer-policy"], "same-origin", "nothing goes to another site");
        assert!(!page.text().await.unwrap().contains(secret));
        assert!(arrived.headers()["set-cookie"].to_str().unwrap().contains("HttpOnly; SameSite=Lax"));
        scan::assert_nowhere(&forgot.world, &[secret], PRIYA);
    }

    async fn d6_4_scanners_change_nothing_and_only_the_post_consumes(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.link().await;
        let address = format!("{}reset/link/{link}", forgot.world.public_url);
        for _ in 0..3 {
            client().head(&address).send().await.unwrap();
            client().get(&address).send().await.unwrap();
            let cookie = client().get(format!("{}reset", forgot.world.public_url)).header("cookie", format!("reset={link}"));
            assert!(cookie.send().await.unwrap().text().await.unwrap().contains("Choose a new password"));
            forgot.read(&link).await.unwrap();
        }
        forgot.post().await;
        assert_eq!((forgot.gateway.asked().len(), forgot.world.count("SELECT COUNT(*) FROM links WHERE opened_at IS NOT NULL OR used_at IS NOT NULL").await), (0, 0));
        forgot.stage(&link, NEW_PASSWORD).await.unwrap();
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM links WHERE opened_at IS NOT NULL AND used_at IS NULL").await, 1);
    }

    async fn d0_4_three_links_live_at_most_none_kills_another_and_success_kills_all(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        let mut links = Vec::new();
        for _ in 0..3 {
            links.push(forgot.link().await);
            forgot.later(Span::seconds(61));
        }
        forgot.asks(PRIYA).await.unwrap();
        forgot.post().await;
        assert_eq!(forgot.letters("Set a new password"), 3, "no fourth one");
        for link in &links {
            forgot.read(link).await.unwrap();
        }
        assert!(matches!(forgot.stage(&links[1], NEW_PASSWORD).await.unwrap(), Staged::Done(_)));
        assert_eq!(refused(forgot.read(&links[1]).await), "link_used");
        for link in [&links[0], &links[2]] {
            assert_eq!(refused(forgot.read(link).await), "link_stopped");
            assert_eq!(refused(forgot.stage(link, "another long password 77").await), "link_stopped");
        }
    }

    async fn d6_5_a_sign_in_a_new_password_and_a_lock_kill_the_link(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        let link = forgot.link().await;
        assert_eq!(refused(pages::sign_in(&forgot.world.desk, PRIYA, "wrong password here").await), "sign_in_not_right");
        forgot.read(&link).await.unwrap();
        assert!(matches!(pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap(), UserSignedIn::Done(_)));
        assert_eq!(refused(forgot.read(&link).await), "link_stopped");
        // In a session that was there before the link; the new address stands in account/address.rs.
        for lock in [false, true] {
            let forgot = Forgot::new(engine, TwoStep::Never).await;
            let world = &forgot.world;
            let UserSignedIn::Done(signed_in) = pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
            let session = Caller::Session(signed_in.token);
            let link = forgot.link().await;
            forgot.read(&link).await.unwrap();
            let password = || PASSWORD.to_owned().into();
            if lock {
                world.ask(&session, LockMyAccount { password: password() }).await.unwrap();
            } else {
                let change = ChangePassword { password: password(), new_password: "nine quiet copper kettles".to_owned().into() };
                world.ask(&session, change).await.unwrap();
            }
            assert_eq!(refused(forgot.read(&link).await), "link_stopped", "lock: {lock}");
            assert_eq!(refused(forgot.stage(&link, NEW_PASSWORD).await), "link_stopped", "lock: {lock}");
        }
    }

    async fn d6_6_dead_links_say_ask_for_a_new_one_and_nothing_about_the_account(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        let dead = async |secret: &str| {
            let page = client().get(format!("{}reset", forgot.world.public_url)).header("cookie", format!("reset={secret}"));
            page.send().await.unwrap().text().await.unwrap()
        };
        let old = forgot.link().await;
        forgot.later(Span::minutes(59));
        assert!(dead(&old).await.contains("Choose a new password"));
        forgot.later(Span::minutes(1));
        let too_old = dead(&old).await;
        let link = forgot.link().await;
        forgot.stage(&link, NEW_PASSWORD).await.unwrap();
        for (page, title) in [(too_old, "too old"), (dead(&link).await, "was used"), (dead("made-up").await, "doesn’t work")] {
            assert!(page.contains(title) && page.contains("Ask for a new link"), "{page}");
            assert!(!page.contains("hartwell") && !page.contains("Priya"), "{page}");
        }
    }

    /// C10: fifty requests, three mails; and a limit that is reached looks like any other answer.
    async fn d6_7_requests_are_limited_by_address_source_and_all_and_lock_nothing(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        for _ in 0..50 {
            forgot.asks(PRIYA).await.unwrap();
            forgot.later(Span::seconds(10));
            forgot.post().await;
        }
        assert_eq!(forgot.letters("Set a new password"), 1, "six of them counted, all within a minute of the first or its fellows");
        forgot.later(Span::days(1));
        for _ in 0..50 {
            forgot.asks(PRIYA).await.unwrap();
            forgot.later(Span::seconds(61));
            forgot.post().await;
        }
        assert_eq!(forgot.letters("Set a new password"), 4, "three live at once");
        // The account is not touched by any of it.
        assert!(matches!(pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap(), UserSignedIn::Done(_)));
        // The source's limit: strangers' addresses from one place.
        forgot.later(Span::days(1));
        for i in 0..40 {
            forgot.asks(&format!("stranger{i}@roe.example")).await.unwrap();
        }
        let counted = "SELECT COUNT(*) FROM reset_requests WHERE counts";
        assert_eq!(forgot.world.count(counted).await, 30);
        // The limit of everybody together, whatever address and source: fifty an hour by this policy.
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        forgot.world.change("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ('reset_requests_an_hour', 50, $1, 0)", "a story").await;
        let asks = async |n: usize| {
            let request = RequestReset { email: format!("stranger{n}@roe.example"), source: format!("198.51.100.{n}") };
            forgot.ask(request).await.unwrap();
        };
        for n in 0..60 {
            asks(n).await;
        }
        assert_eq!(forgot.world.count(counted).await, 50);
        forgot.later(Span::hours(1));
        asks(60).await;
        assert_eq!(forgot.world.count(counted).await, 51, "an hour later it begins anew");
    }

    async fn d6_9_an_account_closed_meanwhile_is_refused_and_audited_at_every_step(engine: Engine) {
        let close = "UPDATE users SET account = 'closed', locked_by = NULL WHERE id = $1";
        // Before the letter: none is written.
        let forgot = Forgot::new(engine, TwoStep::On).await;
        forgot.asks(PRIYA).await.unwrap();
        forgot.world.change(close, &forgot.user).await;
        forgot.post().await;
        assert!(forgot.mail().arrived().is_empty());
        assert_eq!(forgot.world.audited("prepare_reset", "done").await, 1, "that it was asked for is on record");
        // With the link in hand: no password is staged.
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.link().await;
        forgot.world.change(close, &forgot.user).await;
        assert_eq!(refused(forgot.read(&link).await), "link_stopped");
        assert_eq!(refused(forgot.stage(&link, NEW_PASSWORD).await), "link_stopped");
        assert_eq!(forgot.world.audited("stage_password", "refused").await, 1);
        assert_eq!(forgot.world.count("SELECT COUNT(*) FROM resets WHERE staged_hash IS NOT NULL").await, 0);
        // With the code in hand: neither it nor the recovery code sets the password.
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let recovery = forgot.recovery_code().await;
        let link = forgot.staged().await;
        forgot.world.change(close, &forgot.user).await;
        assert_eq!(refused(forgot.enter(&link, &forgot.code()).await), "link_stopped");
        assert_eq!(refused(forgot.again(&link).await), "link_stopped");
        assert_eq!(refused(forgot.recover(&link, &recovery).await), "link_stopped");
        for operation in ["enter_reset_code", "resend_reset_code", "reset_by_recovery_code"] {
            assert_eq!(forgot.world.audited(operation, "refused").await, 1, "{operation}");
        }
        assert_eq!(refused(pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await), "sign_in_not_right");
        assert_eq!(refused(pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await), "sign_in_not_right");
    }

    async fn an_imported_user_without_a_password_chooses_the_first_one_here(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        forgot.world.change("UPDATE users SET password_hash = NULL WHERE id = $1", &forgot.user).await;
        assert_eq!(refused(pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await), "sign_in_not_right");
        let link = forgot.link().await;
        assert!(forgot.read(&link).await.unwrap().first_password);
        assert!(matches!(forgot.stage(&link, NEW_PASSWORD).await.unwrap(), Staged::Done(_)));
        assert!(pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await.is_ok());
    }

    async fn d10_of_a_hundred_at_once_one_reset_succeeds(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::Never).await;
        let link = forgot.link().await;
        let other = forgot.world.another_desk().await;
        let tries = (0..100).map(|i| {
            let desk = if i % 2 == 0 { forgot.world.desk.clone() } else { other.clone() };
            let (link, password) = (link.clone(), format!("{NEW_PASSWORD} number {i}"));
            async move {
                let request = recovery_desk::operations::reset_password::StagePassword {
                    link: recovery_desk::secret::SecretText::new(link),
                    new_password: recovery_desk::secret::SecretText::new(password),
                };
                match crate::harness::world::ask(&desk, &recovery_desk::caller::Caller::Nobody, request).await {
                    Ok(_) => "done",
                    Err(failure) => failure.code(),
                }
            }
        });
        let ended = counted(at_once(tries).await);
        assert_eq!(ended.get("done"), Some(&1), "{ended:?}");
        assert!(!ended.contains_key("fault"), "{ended:?}");
        assert_eq!(forgot.world.count("SELECT security_epoch FROM users").await, 3, "set once");
    }
}
