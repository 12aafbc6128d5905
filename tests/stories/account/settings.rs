//! What an installation sets and the pages keep to: listed proxies, the country of phone numbers, breached passwords; and the
//! switches of the policy about letters nobody asked for.

use recovery_desk::database::sql;
use recovery_desk::settings::breached::BreachedPasswords;
use recovery_desk::settings::proxies::TrustedProxies;
use recovery_rules::phone::DefaultRegion;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, text};
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::{Engine, PASSWORD, World, on_both_databases};

/// Asks for reset links of strangers, each with an `X-Forwarded-For` of its own making; gives how many counted.
async fn counted(world: &World, requests: usize, forwarded: impl Fn(usize) -> String) -> i64 {
    let person = Person::at(world);
    for i in 0..requests {
        let request =
            person.client.post(format!("{}/forgot", person.site)).header("Sec-Fetch-Site", "same-origin");
        let form = [("email", format!("stranger{i}@roe.example"))];
        let page = request.header("X-Forwarded-For", forwarded(i)).form(&form).send().await.unwrap();
        assert!(
            page.text().await.unwrap().contains("Check your email"),
            "a limit looks like any other answer"
        );
    }
    world.count("SELECT COUNT(*) FROM reset_requests WHERE counts").await
}

async fn set(world: &World, name: &'static str, value: i64) {
    let mut tx = world.desk.database.begin().await.unwrap();
    let statement =
        sql("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ($1, $2, 'a story', 0)");
    statement.bind(name).bind(value).run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn c6_a_made_up_forwarded_address_does_not_get_round_the_limit_of_a_source(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_settings(engine, gateway.json(), |_| {}).await;
        assert_eq!(counted(&world, 40, |i| format!("198.51.100.{i}")).await, 30);
        // Behind a proxy that is listed each client has a limit of its own; what the client wrote itself counts for nothing.
        let listed = TrustedProxies::parse(&["127.0.0.1"]).unwrap();
        let world = World::served_with_settings(engine, gateway.json(), |settings| settings.trusted_proxies = listed).await;
        assert_eq!(counted(&world, 40, |i| format!("198.51.100.{i}")).await, 40);
        assert_eq!(counted(&world, 40, |i| format!("192.0.2.{i}, 203.0.113.9")).await, 70, "thirty more");
    }

    async fn d3_3_national_numbers_are_those_of_the_country_that_is_set(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let ireland = DefaultRegion::parse("IE").unwrap();
        let world = World::served_with_settings(engine, gateway.json(), |settings| settings.default_region = ireland).await;
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.get("/account/two-step/on").await.says("For example <span class=\"whole\">085 012 3456</span>");
        priya.turns_on(&world, &gateway, "085 012 3456").await.says("Save your recovery code");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone = '+353850123456'").await, 1);
    }

    async fn an_imported_number_is_offered_masked_and_forgotten_once_a_phone_is_proved(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_settings(engine, gateway.json(), |_| {}).await;
        let user = world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        world.change("UPDATE users SET offered_phone = '+447700900456' WHERE id = $1", &user).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        let page = priya.get("/account/two-step/on").await;
        page.says("Your company gave us <b class=\"whole\">\u{2022}\u{2022}\u{2022}\u{2022} 56</b>").never_says("900456");
        priya.post("/account/two-step/on", &[("phone", ""), ("password", "not it, not it")]).await.says("Your company gave us").never_says("900456");
        priya.post("/account/two-step/on", &[("phone", " "), ("password", PASSWORD)]).await.is_at("/account/two-step/code").says("\u{2022}\u{2022} 56");
        // Not a factor before its code came back.
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone IS NOT NULL").await, 0);
        let code = text(&world, &gateway).await;
        priya.post("/account/two-step/code", &[("code", &code)]).await.says("Save your recovery code");
        assert_eq!(world.count("SELECT COUNT(*) FROM two_step WHERE phone = '+447700900456'").await, 1);
        assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE offered_phone IS NOT NULL").await, 0);
    }

    async fn d7_3_breached_passwords_of_the_list_and_of_the_file_are_refused(engine: Engine) {
        use sha1::Digest as _;
        let gateway = SmsGateway::start().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("breached.txt");
        let known = "a long one known from a breach";
        let mut lines: Vec<String> = [known, "other one", "third"].iter().map(|text| {
            let hex: String = sha1::Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
            format!("{hex}:17\r\n")
        }).collect();
        lines.sort();
        std::fs::write(&path, lines.concat()).unwrap();
        let file = BreachedPasswords::file(&path).unwrap();
        let world = World::served_with_settings(engine, gateway.json(), |settings| settings.breached_passwords = file).await;
        world.priya().await;
        let priya = Person::at(&world);
        priya.signs_in(&world, &gateway).await.is_at("/account");
        let change = async |new: &str| priya.post("/account/password", &[("password", PASSWORD), ("new_password", new)]).await;
        // Common ones, in any case; 2-step is on, so eight characters are enough.
        for common in ["donaldduck", "Lilmama12"] {
            change(common).await.says("too easy to guess").never_says("is changed");
        }
        change(known).await.says("known from a breach").never_says("is changed");
        // A file that can't be read: nobody knows, so nothing is set.
        std::fs::rename(&path, folder.path().join("away")).unwrap();
        change("a long one known from nowhere").await.says("Something went wrong");
        std::fs::rename(folder.path().join("away"), &path).unwrap();
        change("a long one known from nowhere").await.says("is changed");
    }

    async fn d6_2_an_address_without_an_account_is_told_so_only_by_policy_and_capped(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_settings(engine, gateway.json(), |_| {}).await;
        world.priya().await;
        let nobody = Person::at(&world);
        let ask = async |email: &str| {
            world.later(Span::seconds(61));
            let page = nobody.post("/forgot", &[("email", email)]).await;
            while world.post().await > 0 {}
            // It may be broken before the @, and nowhere else.
            page.text.replace(&email.replace('@', "<wbr>@"), "ADDRESS")
        };
        let letters = |to: &str| world.mail.as_ref().unwrap().arrived().iter().filter(|a| a.header("to").contains(to)).count();
        ask("roe@elsewhere.example").await;
        assert_eq!(letters("roe@elsewhere.example"), 0, "the default is silence");
        set(&world, "no_account_letters_a_day", 1).await;
        let known = ask(PRIYA).await;
        for _ in 0..3 {
            assert_eq!(ask("roe@elsewhere.example").await, known, "the page doesn't tell");
        }
        assert_eq!(letters("roe@elsewhere.example"), 1, "one a day");
        let letter = world.mail.as_ref().unwrap().newest("roe@elsewhere.example", "no account");
        assert!(letter.text.contains("There is no account for it") && !letter.text.contains("/reset/"), "{}", letter.text);
        world.later(Span::days(1));
        ask("roe@elsewhere.example").await;
        assert_eq!(letters("roe@elsewhere.example"), 2);
    }

    async fn the_half_yearly_reminder_can_be_turned_off(engine: Engine) {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_settings(engine, gateway.json(), |_| {}).await;
        world.priya().await;
        set(&world, "questions_reminder_sent", 0).await;
        world.later(Span::days(183));
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 0);
        let mut tx = world.desk.database.begin().await.unwrap();
        sql("UPDATE policy SET value = 1 WHERE name = 'questions_reminder_sent'").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        world.look_round().await;
        assert_eq!(world.audited("tell_owner", "done").await, 1);
    }
}
