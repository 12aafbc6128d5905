//! D0.2 for the account pages: everything a user can do is done once, and then every byte that was written is looked
//! through for every secret that was typed, shown or sent.

use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::person::{Person, another, answered, text, world_with_texts};
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::{BEARER, SmsGateway};
use crate::harness::{Engine, PASSWORD, World, on_both_databases, scan};

const QUESTIONS: [&str; 4] = ["toy_name", "first_film", "school_trip", "learnt_to_swim"];
const ANSWERS: [&str; 4] =
    ["Bramblewick Bear", "Harbour of Paper Moons", "Lower Thistlemere", "Quarry Pool Eastwick"];
const WRONG: &str = "never her password anywhere";
const THIRD: &str = "umber lanterns over tin roofs";
const NEW_ADDRESS: &str = "priya.raman@osprey.example";
const PHONE: &str = "07700 900456";

/// Priya, and every secret so far.
struct Run {
    world: World,
    gateway: SmsGateway,
    priya: Person,
    secrets: Vec<String>,
}

impl Run {
    fn keep(&mut self, secret: impl Into<String>) -> String {
        self.secrets.push(secret.into());
        self.secrets.last().unwrap().clone()
    }

    async fn text(&mut self) -> String {
        let code = text(&self.world, &self.gateway).await;
        self.keep(code)
    }

    /// What stands behind this path in the newest letter.
    async fn link(&mut self, to: &str, subject: &str, path: &str) -> String {
        while self.world.post().await > 0 {}
        let letter = self.world.mail.as_ref().unwrap().newest(to, subject);
        let link = letter
            .text
            .split_whitespace()
            .find_map(|word| word.split_once(path))
            .map(|(_, secret)| secret.to_owned());
        self.keep(link.unwrap_or_else(|| panic!("no {path} in {}", letter.text)))
    }

    async fn answers_and_two_step(&mut self) {
        let mut form = answered("preview", &QUESTIONS, &ANSWERS);
        self.priya.post("/account/questions", &form).await.says("Compared as");
        form[0].1 = "save";
        self.priya.post("/account/questions", &form).await.says("Four answered");
        self.priya
            .post("/account/two-step/on", &[("phone", PHONE), ("password", WRONG)])
            .await
            .says("not right");
        self.priya
            .post("/account/two-step/on", &[("phone", PHONE), ("password", PASSWORD)])
            .await
            .is_at("/account/two-step/code");
        let code = self.text().await;
        self.priya.post("/account/two-step/code", &[("code", another(&code))]).await.says("not right");
        let shown = self.priya.post("/account/two-step/code", &[("code", &code)]).await.recovery_code();
        let shown = self.keep(shown);
        self.priya.finishes(&shown).await.says("2-step is on");
        self.priya.post("/sign-out", &[]).await;
    }

    /// In by text, remembered; then by recovery code; a new one; another phone.
    async fn in_and_on(&mut self) {
        self.priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = self.text().await;
        self.priya.post("/sign-in/code", &[("code", &code), ("remember", "yes")]).await.is_at("/account");
        let made = self.priya.post("/account/recovery-code", &[("password", PASSWORD)]).await.recovery_code();
        let made = self.keep(made);
        self.priya.finishes(&made).await;
        self.priya.post("/sign-out", &[]).await;
        let elsewhere = Person::at(&self.world);
        elsewhere.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let shown =
            elsewhere.post("/sign-in/recovery-code", &[("recovery_code", &made)]).await.recovery_code();
        let shown = self.keep(shown);
        elsewhere.finishes(&shown).await;
        self.world.later(Span::seconds(61));
        elsewhere
            .post("/account/two-step/phone", &[("phone", "07700 900789"), ("password", PASSWORD)])
            .await
            .is_at("/account/two-step/code");
        let code = self.text().await;
        elsewhere.post("/account/two-step/code", &[("code", &code)]).await.is_at("/account/two-step");
        self.priya = elsewhere;
    }

    async fn password_and_address(&mut self) {
        self.priya
            .post("/account/password", &[("password", PASSWORD), ("new_password", NEW_PASSWORD)])
            .await
            .says("is changed");
        self.priya.post("/account/email", &[("password", NEW_PASSWORD), ("new_email", NEW_ADDRESS)]).await;
        let link = self.link(NEW_ADDRESS, "Confirm your email address", "/confirm-address/link/").await;
        let stop = self.link(PRIYA, "is to be changed", "/stop-change/link/").await;
        self.priya.get(&format!("/stop-change/link/{stop}")).await.is_at("/stop-change");
        self.priya.get(&format!("/confirm-address/link/{link}")).await.is_at("/confirm-address");
        self.priya.post("/confirm-address", &[]).await;
        assert_eq!(
            self.world.count("SELECT COUNT(*) FROM users WHERE email = 'priya.raman@osprey.example'").await,
            1
        );
    }

    /// Forgot the password, with the code from the text; the desk called from the page; locked in the end.
    async fn forgotten_called_locked(&mut self) {
        self.world.later(Span::minutes(2));
        let nobody = Person::at(&self.world);
        nobody.post("/forgot", &[("email", NEW_ADDRESS)]).await.says("Check your email");
        let link = self.link(NEW_ADDRESS, "Set a new password", "/reset/link/").await;
        nobody.get(&format!("/reset/link/{link}")).await.is_at("/reset");
        nobody.post("/reset/password", &[("new_password", THIRD)]).await.is_at("/reset/code");
        let support = nobody.post("/reset/call-support", &[]).await;
        support.says("They will tell you");
        let code = self.text().await;
        nobody.post("/reset/code", &[("code", &code)]).await.says("Your new password is set");
        nobody.types_password(NEW_ADDRESS, THIRD).await.is_at("/sign-in/code");
        let code = self.text().await;
        nobody.post("/sign-in/code", &[("code", &code)]).await.is_at("/account");
        nobody.post("/account/lock", &[("password", THIRD)]).await.says("Your account is locked");
    }
}

on_both_databases! {
    async fn d0_2_after_everything_a_user_can_do_no_secret_stands_in_any_byte_that_was_written(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::Never, answers: 0, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        let secrets = [PASSWORD, NEW_PASSWORD, WRONG, THIRD, BEARER].into_iter().chain(ANSWERS);
        let secrets = secrets.map(str::to_owned).collect();
        let mut run = Run { world, gateway, priya, secrets };
        run.priya.types_password(PRIYA, WRONG).await.says("not right");
        run.priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        run.answers_and_two_step().await;
        run.in_and_on().await;
        run.password_and_address().await;
        run.forgotten_called_locked().await;
        while run.world.post().await > 0 {}
        run.world.audit().await;
        let recovery = run.secrets.iter().filter(|secret| secret.len() == 29 && !secret.contains(' ')).map(|code| code.replace('-', ""));
        let mut secrets: Vec<String> = recovery.collect();
        assert_eq!((secrets.len(), run.secrets.len()), (3, 9 + 5 + 3 + 3), "{:?}", run.secrets);
        secrets.extend(run.secrets.iter().cloned());
        if engine == Engine::Postgres {
            secrets.push(recovery_tests::cluster::DATABASE_PASSWORD.to_owned());
        }
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        scan::assert_nowhere(&run.world, &secrets, NEW_ADDRESS);
    }
}
