//! Every code of every page and of the desk, typed with the wrong number of characters: the same sentence everywhere, what was
//! typed is kept, and no try of anything is spent.

use recovery_desk::caller::Caller;
use recovery_desk::failure::Failure;
use recovery_desk::operations::billing_sign_in::{BillingSignedIn, EnterBillingCode};
use recovery_desk::operations::confirm_code::ConfirmCode;
use recovery_desk::operations::first_administrator::{ConfirmFirstAdministrator, CreateFirstAdministrator};
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::operations::operators::{AcceptInvitation, ConfirmInvitation};
use recovery_desk::secret::SecretText;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;

use crate::harness::fixtures::NewUser;
use crate::harness::person::{Person, text, world_with_texts};
use crate::harness::posted::{PRIYA, letter_of};
use crate::harness::reset::Forgot;
use crate::harness::{Engine, PASSWORD, World, biller, contacts, on_both_databases, pages};

/// Everything that is spent when something is tried.
async fn spent(world: &World) -> [i64; 3] {
    [
        world.count("SELECT CAST(COALESCE(SUM(tries), 0) AS BIGINT) FROM codes").await,
        world.count("SELECT CAST(COALESCE(SUM(spent), 0) AS BIGINT) FROM counters").await,
        world.count("SELECT COUNT(*) FROM codes WHERE used_at IS NULL AND ended_at IS NULL").await,
    ]
}

/// A form of a page, all right but for one code.
struct Form<'a> {
    person: &'a Person,
    path: &'a str,
    /// The field of the code, and what else is sent.
    field: &'a str,
    others: &'a [(&'a str, &'a str)],
}

impl Form<'_> {
    /// Each entry is answered with its sentence, in the summary and at the field, and spends nothing.
    async fn says_what_is_wrong(&self, world: &World, entries: &[(&str, &str)]) {
        for (typed, sentence) in entries {
            let before = spent(world).await;
            let fields: Vec<_> = self.others.iter().copied().chain([(self.field, *typed)]).collect();
            let page = self.person.post(self.path, &fields).await;
            assert_eq!(page.status.as_u16(), 422, "{}: {typed:?}\n{}", self.path, page.text);
            let told = page.text.matches(&format!(">{sentence}<")).count();
            assert_eq!(told, 2, "{}: {typed:?} is not told {sentence:?}\n{}", self.path, page.text);
            page.says("<title>Error: ").says(&format!("href=\"#{}\"", self.field));
            page.says(&format!("id=\"{0}\" name=\"{0}\" type=\"text\" value=\"{typed}\"", self.field));
            assert_eq!(spent(world).await, before, "{}: {typed:?} spent something", self.path);
        }
    }
}

/// Sends what waits.
async fn sends_what_waits(world: &World) {
    while world.post().await > 0 {}
}

fn digits(name: &str) -> Vec<(&'static str, String)> {
    vec![
        ("49302", format!("{name} must have 6 digits. You entered 5")),
        ("493 027 1", format!("{name} must have 6 digits. You entered 7")),
        // More than a field would ever show is counted all the same.
        ("0000000000111111111122222222223333333333", format!("{name} must have 6 digits. You entered 40")),
        ("49302O", format!("{name} must have digits only")),
    ]
}

fn letters(name: &str, expected: usize) -> Vec<(&'static str, String)> {
    vec![
        ("7KQ", format!("{name} must have {expected} letters and digits. You entered 3")),
        ("7kq4-m2xr-9", format!("{name} must have {expected} letters and digits. You entered 9")),
        ("7KU", format!("{name} must have letters and digits only, and never a U. Look at character 3")),
    ]
}

fn said<'a>(entries: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    entries.iter().map(|(typed, sentence)| (*typed, sentence.as_str())).collect()
}

/// What the desk answers, and nothing is spent.
async fn is_told<T>(
    world: &World,
    asked: impl Future<Output = Result<T, Failure>>,
    field: &str,
    sentence: &str,
) {
    let before = spent(world).await;
    let Err(failure) = asked.await else { panic!("was taken for a code") };
    let wire = failure.wire();
    assert_eq!((wire.field.as_deref(), wire.message.as_str()), (Some(field), sentence));
    assert_eq!(spent(world).await, before, "{sentence} spent something");
}

on_both_databases! {
    async fn d3_9_a_verification_code_of_the_wrong_length_says_so_on_every_page_and_costs_nothing(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        let user = world.priya().await;
        let recovery_code = world.recovery_code(&user).await;
        let (verification, recovery) = (digits("Verification code"), letters("Recovery code", 24));
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        let code = text(&world, &gateway).await;
        let form = Form { person: &priya, path: "/sign-in/code", field: "code", others: &[("remember", "yes")] };
        form.says_what_is_wrong(&world, &said(&verification)).await;
        form.says_what_is_wrong(&world, &[("", "Type the code we sent you.")]).await;
        let form = Form { person: &priya, path: "/sign-in/recovery-code", field: "recovery_code", others: &[] };
        form.says_what_is_wrong(&world, &said(&recovery)).await;
        let slip = if recovery_code.starts_with('0') { "1" } else { "0" }.to_owned() + &recovery_code[1..];
        let sentence = "Recovery code is not right: a letter or digit is wrong or in another place. Compare it with your copy.";
        form.says_what_is_wrong(&world, &[(&slip, sentence)]).await;
        priya.post("/sign-in/code", &[("code", &code), ("remember", "yes")]).await.is_at("/account");

        // A new phone.
        priya.post("/account/two-step/phone", &[("phone", "07700 900456"), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
        let code = text(&world, &gateway).await;
        let form = Form { person: &priya, path: "/account/two-step/code", field: "code", others: &[] };
        form.says_what_is_wrong(&world, &said(&verification)).await;
        priya.post("/account/two-step/code", &[("code", &code)]).await.is_at("/account/two-step");

        // Confirm that it's you, in a session of a remembered browser. (The old phone has heard of the change by then.)
        sends_what_waits(&world).await;
        priya.signs_in_remembered(&world, &gateway).await;
        priya.post("/sign-out", &[]).await;
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.post("/account/confirm/send", &[("to", "off")]).await;
        let code = text(&world, &gateway).await;
        let form = Form { person: &priya, path: "/account/confirm", field: "code", others: &[("to", "off")] };
        form.says_what_is_wrong(&world, &said(&verification)).await;
        let form = Form { person: &priya, path: "/account/confirm/recovery-code", field: "recovery_code", others: &[("to", "off")] };
        form.says_what_is_wrong(&world, &said(&recovery)).await;
        priya.post("/account/confirm", &[("to", "off"), ("code", &code)]).await.is_at("/account/two-step/off");
    }

    async fn d3_9_turning_on_says_how_long_its_code_and_the_last_group_are(engine: Engine) {
        let (world, gateway) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::Never, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/account");
        priya.post("/account/two-step/on", &[("phone", "07700 900456"), ("password", PASSWORD)]).await.is_at("/account/two-step/code");
        let code = text(&world, &gateway).await;
        let form = Form { person: &priya, path: "/account/two-step/code", field: "code", others: &[] };
        form.says_what_is_wrong(&world, &said(&digits("Verification code"))).await;
        let shown = priya.post("/account/two-step/code", &[("code", &code)]).await.recovery_code();
        let form = Form { person: &priya, path: "/account/recovery-code/finish", field: "last_group", others: &[] };
        form.says_what_is_wrong(&world, &said(&letters("The last group", 4))).await;
        form.says_what_is_wrong(&world, &[("", "Type the last group of the code: 4 letters and digits.")]).await;
        priya.finishes(&shown).await.is_at("/account/two-step");
    }

    async fn d3_9_a_mailed_verification_code_is_told_the_same(engine: Engine) {
        let (world, _gateway) = world_with_texts(engine).await;
        world.user(NewUser { two_step: TwoStep::ToBeSetUpAgain, ..NewUser::default() }).await;
        let priya = Person::at(&world);
        priya.types_password(PRIYA, PASSWORD).await.is_at("/sign-in/code");
        world.post().await;
        let code = world.mail.as_ref().unwrap().newest(PRIYA, "verification code").code();
        let form = Form { person: &priya, path: "/sign-in/code", field: "code", others: &[] };
        form.says_what_is_wrong(&world, &said(&digits("Verification code"))).await;
        priya.post("/sign-in/code", &[("code", &code)]).await.is_at("/account/two-step/again");
    }

    async fn d3_9_a_reset_code_is_told_the_same_by_text_and_by_email(engine: Engine) {
        for two_step in [TwoStep::On, TwoStep::Off] {
            let forgot = Forgot::new(engine, two_step).await;
            let link = forgot.staged().await;
            let priya = Person::at(&forgot.world);
            priya.get(&format!("/reset/link/{link}")).await.is_at("/reset/code");
            let form = Form { person: &priya, path: "/reset/code", field: "code", others: &[] };
            if two_step == TwoStep::On {
                form.says_what_is_wrong(&forgot.world, &said(&digits("Reset code"))).await;
                let form = Form { path: "/reset/recovery", field: "recovery_code", ..form };
                form.says_what_is_wrong(&forgot.world, &said(&letters("Recovery code", 24))).await;
            } else {
                form.says_what_is_wrong(&forgot.world, &said(&letters("Reset code", 8))).await;
            }
            priya.post("/reset/code", &[("code", &forgot.code())]).await.says("Your new password is set");
        }
    }

    async fn d10_8_call_code_and_contact_code_are_told_the_same(engine: Engine) {
        let (world, _gateway) = world_with_texts(engine).await;
        let letter = letter_of(&world, NewUser::default()).await;
        let priya = Person::at(&world);
        priya.get(&format!("/unlock/{}/{}", letter.link, letter.not_me)).await.is_at("/unlock");
        priya.post("/unlock/open", &[]).await.says("Call code");
        let others = [("new_password", pages::NEW_PASSWORD)];
        let form = Form { person: &priya, path: "/unlock", field: "call_code", others: &others };
        form.says_what_is_wrong(&world, &said(&digits("Call code"))).await;
        form.says_what_is_wrong(&world, &[("", "Type the call code. The person on the phone reads it to you.")]).await;
        priya.post("/unlock", &[("call_code", &letter.code), others[0]]).await.says("Your account is unlocked");
    }

    async fn d10_15_a_contact_code_is_told_the_same(engine: Engine) {
        let (world, _gateway) = world_with_texts(engine).await;
        let strict = contacts::Strict::new(&world).await;
        let sent = strict.sent(&world).await;
        let (unlock, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let priya = Person::at(&world);
        priya.get(&format!("/unlock/{unlock}/{not_me}")).await.is_at("/unlock");
        priya.post("/unlock/open", &[]).await.says("Contact code");
        let others = [("call_code", sent.code.as_str()), ("new_password", pages::NEW_PASSWORD)];
        let form = Form { person: &priya, path: "/unlock", field: "contact_code", others: &others };
        form.says_what_is_wrong(&world, &said(&letters("Contact code", 8))).await;
        form.says_what_is_wrong(&world, &[("", "Type the contact code. Your recovery contact reads it to you.")]).await;
        priya.post("/unlock", &[others[0], ("contact_code", &sent.contact_code), others[1]]).await.says("Your account is unlocked");
    }

    async fn the_desk_tells_its_own_codes_the_same(engine: Engine) {
        let (world, gateway) = biller::world(engine).await;
        let short = || SecretText::new("493 02");
        let sentence = "Authenticator code must have 6 digits. You entered 5";
        let first = CreateFirstAdministrator {
            name: "Ines Vogt".to_owned(),
            email: "ines@meridian.example".to_owned(),
            password: PASSWORD.to_owned().into(),
        };
        let made = world.ask(&Caller::Nobody, first).await.unwrap();
        let confirm = ConfirmFirstAdministrator { operator_id: made.operator_id, code: short() };
        is_told(&world, world.ask(&Caller::Nobody, confirm), "code", sentence).await;

        // Known or not, right password or not: the same, and no wrong password is counted.
        let dana = world.operator(Role::Administrator, "Dana Whitlock").await;
        for (email, password) in [(dana.email.as_str(), PASSWORD), (&dana.email, "not hers"), ("nobody@meridian.example", PASSWORD)] {
            let request = OperatorSignIn { email: email.to_owned(), password: password.to_owned().into(), code: short() };
            is_told(&world, world.ask(&Caller::Nobody, request), "code", sentence).await;
        }
        is_told(&world, dana.ask(ConfirmCode { code: short() }), "code", sentence).await;

        let sentence = "Invitation code must have 24 letters and digits. You entered 3";
        let email = "ola@meridian.example".to_owned();
        let accept = AcceptInvitation {
            email: email.clone(),
            invitation_code: SecretText::new("7KQ"),
            password: PASSWORD.to_owned().into(),
        };
        is_told(&world, world.ask(&Caller::Nobody, accept), "invitation_code", sentence).await;
        let invitation_code = SecretText::new("0000-0000-0000-0000-0000-0000");
        let confirm = ConfirmInvitation { email, invitation_code, code: short() };
        let sentence = "Authenticator code must have 6 digits. You entered 5";
        is_told(&world, world.ask(&Caller::Nobody, confirm), "code", sentence).await;

        world.user(biller::grace()).await;
        let Ok(BillingSignedIn::CodeNeeded(half)) = biller::password(&world.desk, biller::GRACE).await else { panic!("a code") };
        text(&world, &gateway).await;
        let asked = EnterBillingCode { code: short() };
        is_told(&world, world.ask(&Caller::Session(half.token), asked), "code", "Verification code must have 6 digits. You entered 5").await;
    }
}
