//! Texts through a gateway: sent once, counted, reported about; D6, D11 and C9 of the attacks, D7.6.

use recovery_desk::clock::Clock;
use recovery_desk::database::Database;
use recovery_desk::desk::{Desk, OpenError, Parts};
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_desk::mailer::Mailer;
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_desk::secret::SecretText;
use recovery_desk::settings::Settings;
use recovery_desk::sms::SmsSettings;
use recovery_desk::sms::call_back::{TWILIO_SIGNATURE, twilio_signature};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use reqwest::StatusCode;

use crate::harness::fixtures::NewUser;
use crate::harness::person::Person;
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::{ACCOUNT, AUTH_TOKEN, BEARER, Habit, SmsGateway};
use crate::harness::world::open;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, pages, scan};

/// Priya, with 2-step on, in a world whose texts go to this gateway.
async fn world(engine: Engine, sms: SmsSettings) -> World {
    let world = World::with_texts(engine, sms).await;
    world.priya().await;
    world
}

/// She signs in, and the text with her code is sent or not.
async fn asks_for_a_code(world: &World) -> SecretText {
    // Ids of the same moment have no order; the newest text is asked for below.
    world.later(Span::seconds(1));
    let UserSignedIn::CodeNeeded { challenge, .. } =
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap()
    else {
        panic!("2-step is on")
    };
    world.post().await;
    challenge
}

/// State and reply of the newest text.
async fn newest(world: &World) -> (String, String) {
    let mut tx = world.desk.database.begin_read().await.unwrap();
    let row: Option<(String, Option<String>)> = recovery_desk::database::sql(
        "SELECT state, server_reply FROM outbox WHERE kind = 'sms' ORDER BY id DESC LIMIT 1",
    )
    .optional(&mut tx)
    .await
    .unwrap();
    let (state, reply) = row.expect("a text");
    (state, reply.unwrap_or_default())
}

on_both_databases! {
    async fn a_text_is_sent_with_every_field_and_its_code_signs_in(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.twilio()).await;
        let challenge = asks_for_a_code(&world).await;
        let text = gateway.newest();
        assert_eq!(text.to, "+447700900123");
        assert!(text.body.contains("code for signing in"), "C3: {}", text.body);
        assert_eq!(text.useful, 600, "the gateway drops it when the code is dead");
        assert_eq!(text.call_back, Some(format!("{}gateway/texts/{}", world.public_url, text.id())));
        let (state, reply) = newest(&world).await;
        assert_eq!((state.as_str(), reply.as_str()), ("accepted", "201 queued, SM00112233445566778899aabbccddeeff"));
        world.post().await;
        assert_eq!(gateway.asked().len(), 1);
        let code = text.code();
        assert!(pages::enter_code(&world.desk, &challenge, &code).await.is_ok());
        scan::assert_nowhere(&world, &[&code, AUTH_TOKEN], PRIYA);
    }

    async fn a_desk_without_a_gateway_leaves_texts_to_one_that_has_it_and_says_so_when_none_has(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.twilio()).await;
        let (clock, folder) = (world.desk.clock.clone(), world.folder.path());
        let bare = open(&world.address, &world.keys, None, None, &world.public_url, clock, folder).await;
        let bare = Mailer::new(bare).unwrap();
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        world.later(Span::seconds(9));
        bare.run_once().await.unwrap();
        assert_eq!(newest(&world).await.0, "waiting");
        world.post().await;
        assert_eq!((newest(&world).await.0.as_str(), gateway.asked().len()), ("accepted", 1));

        world.later(Span::seconds(60));
        pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
        world.later(Span::seconds(10));
        bare.run_once().await.unwrap();
        assert_eq!(newest(&world).await, ("failed".to_owned(), "no SMS gateway is set; see settings".to_owned()));
    }

    /// SECURITY 5: a time-out after accept; the text may have arrived, so it is never sent again by itself.
    async fn d11_a_text_whose_answer_never_came_is_uncertain_and_not_repeated(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.twilio()).await;
        gateway.behaves(Habit::TakesAndStaysSilent);
        let challenge = asks_for_a_code(&world).await;
        assert_eq!(newest(&world).await.0, "uncertain");
        gateway.behaves(Habit::Fine);
        for _ in 0..6 {
            world.later(Span::minutes(1));
            world.post().await;
        }
        assert_eq!(gateway.asked().len(), 1, "one send per message");
        assert!(pages::enter_code(&world.desk, &challenge, &gateway.newest().code()).await.is_ok(), "it had arrived");
    }

    async fn d7_6_a_gateway_that_says_no_makes_a_clear_failure_and_is_asked_once(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.twilio()).await;
        for (habit, state, words) in [
            (Habit::TooMany, "failed", "429 20429: Too Many Requests"),
            (Habit::Refuses, "failed", "400 21211: The 'To' number +… is not a valid phone number."),
            (Habit::Redirects, "failed", "redirects elsewhere"),
            (Habit::Broken, "uncertain", "500"),
            (Habit::Captive, "uncertain", "not the gateway's"),
        ] {
            gateway.behaves(habit);
            let before = gateway.asked().len();
            asks_for_a_code(&world).await;
            let (found, reply) = newest(&world).await;
            assert_eq!(found, state, "{habit:?}: {reply}");
            assert!(reply.contains(words), "{habit:?}: {reply}");
            world.later(Span::minutes(3));
            world.post().await;
            assert_eq!(gateway.asked().len(), before + 1, "{habit:?}");
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE kind = 'sms' AND state = 'failed' AND sealed_secret IS NOT NULL").await, 0);
        let tries = world.count("SELECT COUNT(*) FROM codes WHERE tries > 0").await;
        assert_eq!(tries, 0, "no try is used by a text that never came");
    }

    async fn a_gateway_that_knows_repetitions_is_asked_again_with_the_same_key(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.json()).await;
        for habit in [Habit::TakesAndStaysSilent, Habit::Broken, Habit::TooMany] {
            gateway.behaves(habit);
            let before = gateway.asked().len();
            let challenge = asks_for_a_code(&world).await;
            assert_eq!(newest(&world).await.0, "deferred", "{habit:?}");
            gateway.behaves(Habit::Fine);
            world.later(Span::minutes(1));
            world.post().await;
            assert_eq!(newest(&world).await.0, "accepted", "{habit:?}");
            let asked = gateway.asked().split_off(before);
            assert_eq!(asked.len(), 2, "{habit:?}");
            assert_eq!((&asked[0].key, &asked[0].body), (&asked[1].key, &asked[1].body), "the same text under the same key");
            assert!(pages::enter_code(&world.desk, &challenge, &asked[1].code()).await.is_ok());
        }
        gateway.behaves(Habit::Refuses);
        asks_for_a_code(&world).await;
        assert_eq!(newest(&world).await.0, "failed", "what it refuses is not asked again");
        scan::assert_nowhere(&world, &[BEARER], PRIYA);
    }

    async fn after_five_failures_the_gateway_is_left_alone_for_a_while(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = world(engine, gateway.twilio()).await;
        // One mailer, as in a running server: what it learnt of the gateway stays with it.
        let mailer = Mailer::new(world.desk.clone()).unwrap();
        gateway.behaves(Habit::TooMany);
        let ask = async || {
            world.later(Span::seconds(1));
            pages::sign_in(&world.desk, PRIYA, PASSWORD).await.unwrap();
            mailer.run_once().await.unwrap();
        };
        for _ in 0..7 {
            ask().await;
        }
        assert_eq!(gateway.asked().len(), 5, "the sixth and seventh fail at once");
        assert!(newest(&world).await.1.contains("the next try is in"));
        gateway.behaves(Habit::Fine);
        world.later(Span::seconds(30));
        ask().await;
        ask().await;
        assert_eq!(gateway.asked().len(), 7);
        assert_eq!(newest(&world).await.0, "accepted");
    }

    async fn d6_reports_count_once_if_the_gateway_signed_them(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_texts(engine, gateway.twilio()).await;
        world.priya().await;
        gateway.behaves(Habit::TakesAndStaysSilent);
        asks_for_a_code(&world).await;
        let url = gateway.newest().call_back.unwrap();
        let client = reqwest::Client::new();
        let report = async |status: &str, token: &str| {
            let fields = [("AccountSid", ACCOUNT), ("ApiVersion", "2010-04-01"), ("From", "+447700900999"),
                ("MessageSid", "SM00112233445566778899aabbccddeeff"), ("MessageStatus", status), ("SmsStatus", status),
                ("SmsSid", "SM00112233445566778899aabbccddeeff"), ("To", "+447700900123")];
            let signed: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let signature = twilio_signature(token, &url, &signed).unwrap();
            client.post(&url).header(TWILIO_SIGNATURE, signature).form(&fields).send().await.unwrap().status()
        };
        assert_eq!(report("delivered", "another token").await, StatusCode::FORBIDDEN);
        assert_eq!(client.post(&url).form(&[("MessageStatus", "failed")]).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        assert_eq!(newest(&world).await.0, "uncertain", "a forged report changes nothing");
        assert_eq!(world.audited("record_text_report", "done").await, 0);

        assert_eq!(report("sent", AUTH_TOKEN).await, StatusCode::NO_CONTENT);
        assert_eq!(newest(&world).await.0, "accepted", "what the gateway reports about, it has taken");
        assert_eq!(report("undelivered", AUTH_TOKEN).await, StatusCode::NO_CONTENT);
        assert_eq!(newest(&world).await.0, "failed");
        let told = "SELECT COUNT(*) FROM events WHERE kind = 'message_changed'";
        let events = world.count(told).await;
        // The same again, an older one late, and another end: nothing of it is news.
        for status in ["undelivered", "sent", "queued", "delivered", "undelivered"] {
            assert_eq!(report(status, AUTH_TOKEN).await, StatusCode::NO_CONTENT, "{status}");
        }
        assert_eq!((newest(&world).await.0.as_str(), world.count(told).await), ("failed", events));
    }

    async fn texts_to_other_countries_and_beyond_the_caps_never_leave(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let settings = SmsSettings { countries: vec!["IE".to_owned()], ..gateway.twilio() };
        let abroad = world(engine, settings).await;
        asks_for_a_code(&abroad).await;
        let (state, reply) = newest(&abroad).await;
        assert_eq!((state.as_str(), gateway.asked().len()), ("failed", 0), "{reply}");
        assert!(reply.contains("country"), "{reply}");

        for (cap, words) in [("texts_a_number_a_day", "to this number"), ("texts_an_account_a_day", "for this account")] {
            let before = gateway.asked().len();
            let capped = world(engine, gateway.twilio()).await;
            capped.change("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ($1, 3, 'story', 0)", cap).await;
            for _ in 0..5 {
                asks_for_a_code(&capped).await;
            }
            assert_eq!(gateway.asked().len(), before + 3, "{cap}");
            let (state, reply) = newest(&capped).await;
            assert!(state == "failed" && reply.contains(words), "{state} {reply}");
            assert_eq!(capped.count("SELECT COUNT(*) FROM codes WHERE code_hash IS NOT NULL").await, 3, "no secret is made for nothing");
            capped.later(Span::days(1));
            asks_for_a_code(&capped).await;
            assert_eq!(gateway.asked().len(), before + 4, "the next day");
        }

        // All texts of a day together, whoever they are for.
        let before = gateway.asked().len();
        let capped = world(engine, gateway.twilio()).await;
        capped.change("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ($1, 10, 'story', 0)", "texts_a_day").await;
        for _ in 0..12 {
            asks_for_a_code(&capped).await;
        }
        assert_eq!(gateway.asked().len(), before + 10);
        let (state, reply) = newest(&capped).await;
        assert!(state == "failed" && reply.contains("all texts of this day"), "{state} {reply}");
    }

    async fn c9_of_many_numbers_of_one_block_ten_are_texted_in_an_hour_and_a_proved_one_still_is(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_texts(engine, gateway.twilio()).await;
        world.priya().await;
        for n in 0..12 {
            let email = format!("pump{n}@hartwell.example");
            world.user(NewUser { email: &email, two_step: TwoStep::Never, ..NewUser::default() }).await;
            let person = Person::at(&world);
            person.types_password(&email, PASSWORD).await.is_at("/account");
            let phone = format!("07700 9001{n:02}");
            person.post("/account/two-step/on", &[("phone", &phone), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
            world.later(Span::seconds(1));
            while world.post().await > 0 {}
        }
        assert_eq!(gateway.asked().len(), 10);
        let (state, reply) = newest(&world).await;
        assert!(state == "failed" && reply.contains("numbers like this one"), "{state} {reply}");
        // Priya's number is of the same block, and proved: she signs in all the while.
        Person::at(&world).signs_in(&world, &gateway).await.is_at("/account");
        assert_eq!(gateway.asked().len(), 11);
        world.later(Span::hours(1));
        let person = Person::at(&world);
        person.types_password("pump11@hartwell.example", PASSWORD).await.is_at("/account");
        person.turns_on(&world, &gateway, "07700 900111").await.says("Save your recovery code");
    }
}

#[tokio::test]
async fn a_demo_database_refuses_a_real_gateway() {
    let gateway = SmsGateway::start().await;
    let folder = tempfile::tempdir().unwrap();
    let address = recovery_desk::database::Address::Sqlite(folder.path().join("demo.db"));
    let demo = Settings::for_demo("http://127.0.0.1:9/".parse().unwrap());
    let parts = Parts {
        database: Database::connect(&address).await.unwrap(),
        keys: DataKeys::published_demo(),
        settings: Settings { sms: Some(gateway.twilio()), ..demo },
        clock: Clock::Database,
        chance: recovery_desk::chance::Chance::operating_system(),
        hashing: HashingCost::cheap(),
        audit_heads: None,
    };
    assert!(matches!(Desk::open(parts).await, Err(OpenError::DemoMixed)));
}
