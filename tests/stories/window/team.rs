//! A billing user at the real window, by keyboard alone: in with the own account and a code to the own phone, the map of a
//! company of five thousand, a reminder that isn't sent twice, an invitation, a review signed off and saved as a file.

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::keys::DataKeys;
use recovery_desk::sms::Gateway;
use recovery_desk::smtp::SmtpTls;
use secrecy::ExposeSecret;
use std::path::Path;
use thirtyfour::Key;

use super::administration::go;
use super::desk::DeskWindow;
use super::{connect, prepare, private};
use crate::billing_review::many;
use crate::harness::biller::{GRACE, grace};
use crate::harness::fixtures::NewUser;
use crate::harness::log::tell;
use crate::harness::person::another;
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::{Engine, PASSWORD, World};
use crate::mail_server::MailServer;
use recovery_rules::states::TwoStep;

const MEMBERS: i64 = 5_000;
const NIA: &str = "nia.cole@hartwell.example";
/// First rows stand in the window within this time of the answer.
const SHOWN_WITHIN_MS: f64 = 100.0;

#[tokio::test(flavor = "multi_thread")]
async fn d12_3_d12_4_a_billing_user_reviews_five_thousand_in_the_real_window_by_keyboard_alone() {
    let (world, gateway) = company().await;
    world.priya().await;
    let kai = NewUser {
        given: "Kai",
        family: "Abbott",
        email: "kai@hartwell.example",
        two_step: TwoStep::Off,
        ..NewUser::default()
    };
    let kai = world.user(kai).await;
    many(&world, MEMBERS).await;
    let file = world.folder.path().join("home/private/team-review.csv");
    let mut window = at_the_window(&world, &gateway, "team").await;

    // The map is the finding; nothing of an operator's is here.
    window.until_it_says("2 of 5,003 users are fully protected. 5,001 need something.", 20).await;
    window.until_it_says("One square stands for", 5).await;
    let says = window.says().await;
    assert!(!says.contains("Look up") && !says.contains("My calls"), "{says}");
    window
        .until(
            "return document.querySelectorAll('#team-table tbody tr').length === 50",
            "one page of rows",
            5,
        )
        .await;
    window.pictures("review").await;
    tab_to(&mut window, "group-one_password_away").await;
    window.press(Key::Enter).await;
    window
        .until("return document.querySelectorAll('#team-table tbody tr').length === 1", "Kai alone", 10)
        .await;
    shown_at_once(&window).await;
    window.press_with_shift(Key::Tab).await;
    window.until_focus_is_on("group-to_be_set_up_again").await;
    window.press(Key::Tab).await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("group-no_help_by_phone").await;
    window.press(Key::Enter).await;
    window
        .until("return document.querySelectorAll('#team-table tbody tr').length === 50", "the others", 10)
        .await;
    window.until_it_says("1 to 50 of 5,000", 5).await;
    shown_at_once(&window).await;
    at_most_a_page(&window).await;

    reminded_once(&mut window, &world, &kai).await;

    // A colleague is invited.
    command(&mut window, "invite").await;
    window.until_focus_is_on("invite-given_name").await;
    window.types("Nia").await;
    window.press(Key::Tab).await;
    window.types("Cole").await;
    window.press(Key::Tab).await;
    window.types(NIA).await;
    window.pictures("invite").await;
    window.press(Key::Enter).await;
    window.until_it_says("the invitation is on its way", 10).await;
    assert_eq!(world.count("SELECT COUNT(*) FROM users WHERE email = 'nia.cole@hartwell.example'").await, 1);

    // Signs, with what was counted.
    go(&mut window, "shared", "shared-heading").await;
    window.until_it_says("2 log-ins look shared.", 10).await;
    window.until_it_says("2 accounts of this company have the same phone", 5).await;
    window.pictures("shared").await;
    answered(&mut window, &world).await;
    go(&mut window, "reminders", "reminders-heading").await;
    window.until_it_says("asks you to turn on 2-step", 10).await;
    window.pictures("reminders").await;

    signed_off_and_saved(&mut window, &world, &file).await;
}

/// Evidence is answered, stands among the answered, and is taken back; the account is not touched, and nobody is told.
async fn answered(window: &mut DeskWindow, world: &World) {
    let letters = world.count("SELECT COUNT(*) FROM outbox").await;
    tab_to(window, "answer-0-one_person").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("answer-0-splitting").await;
    window.press(Key::Enter).await;
    window.until_it_says("Kept: shared, to be split.", 10).await;
    window.until_it_says("1 log-in looks shared.", 10).await;
    // The focus stands on whoever is next.
    window.until_focus_is_on("answer-0-one_person").await;
    window.press(Key::Enter).await;
    window.until_it_says("No log-in waits for an answer.", 10).await;
    window.until_focus_is_on("shared-heading").await;
    assert_eq!(
        world.count("SELECT COUNT(*) FROM sign_answers WHERE answer IN ('splitting', 'one_person')").await,
        2
    );
    tab_to(window, "shared-answered").await;
    window.press(Key::Enter).await;
    window.until_it_says("Shared, to be split", 10).await;
    window.until_it_says("Grace Obi, today", 5).await;
    window.pictures("shared-answered").await;
    tab_to(window, "take-back-0").await;
    window.press(Key::Enter).await;
    window.until_it_says("The answer is taken back.", 10).await;
    assert_eq!(world.count("SELECT COUNT(*) FROM sign_answers").await, 1);
    assert_eq!(world.audited("answer_signs", "done").await, 3);
    assert_eq!(world.count("SELECT COUNT(*) FROM outbox").await, letters, "nobody is told");
}

/// A company on SQLite with a billing user, Grace; its letters and texts arrive.
pub(super) async fn company() -> (World, SmsGateway) {
    let gateway = SmsGateway::start().await;
    let keys = DataKeys::fresh(&Chance::operating_system());
    let mail = MailServer::start(SmtpTls::StartTls);
    let world = World::with(Engine::Sqlite, keys, Some(mail), Clock::Database).await;
    world.user(grace()).await;
    (world, gateway)
}

/// Grace is signed in at a window.
pub(super) async fn at_the_window(world: &World, gateway: &SmsGateway, story: &str) -> DeskWindow {
    // A database without operators would ask for its first administrator.
    world.agent("Dana Okafor").await;
    let home = world.folder.path().join("home");
    prepare(world, &home);
    texts_go_to(gateway, &home);
    let mut window = DeskWindow::start(home, story).await;
    connect(&mut window, world).await;
    sign_in(&mut window, gateway).await;
    window
}

/// With the settings of a desk that sends texts.
fn texts_go_to(gateway: &SmsGateway, home: &Path) {
    let Gateway::Json(json) = gateway.json().gateway else { panic!("the generic form") };
    for (name, secret) in [("sms-token", &json.token), ("sms-signer", &json.call_back_secret)] {
        std::fs::write(home.join(name), secret.expose_secret()).unwrap();
        private(&home.join(name));
    }
    let settings = home.join("settings.toml");
    let texts = format!(
        "\n[sms]\ngateway = \"json\"\nurl = \"{}\"\nsecret_file = {:?}\ncall_back_secret_file = {:?}\n\
         idempotency_header = \"Idempotency-Key\"\nfrom = \"Meridian\"\ncountries = [\"GB\"]\ncall_backs = true\n",
        json.url,
        home.join("sms-token"),
        home.join("sms-signer"),
    );
    std::fs::write(&settings, format!("{}{texts}", std::fs::read_to_string(&settings).unwrap())).unwrap();
}

/// The own account: password, a wrong code that costs a try, the right one.
async fn sign_in(window: &mut DeskWindow, gateway: &SmsGateway) {
    window.until_focus_is_on("email").await;
    window.press_with_shift(Key::Tab).await;
    window.until_focus_is_on("as-operator").await;
    window.press(Key::Right).await;
    window.until_focus_is_on("as-billing").await;
    window.press(Key::Tab).await;
    window.until_focus_is_on("email").await;
    window.types(GRACE).await;
    window.press(Key::Tab).await;
    window.types(PASSWORD).await;
    window.pictures("sign-in").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("billing-code").await;
    for _ in 0..300 {
        if !gateway.asked().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let code = gateway.newest().code();
    window.pictures("code").await;
    window.types(another(&code)).await;
    window.press(Key::Enter).await;
    window.until_it_says("The code is not right. 4 tries left.", 10).await;
    window.until_focus_is_on("billing-code").await;
    window.types(&format!("{} {}", &code[..3], &code[3..])).await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("team-heading").await;
}

/// A reminder is shown before it goes; a second one to the same person is refused, and says when it is possible.
async fn reminded_once(window: &mut DeskWindow, world: &World, kai: &str) {
    tab_to(window, "team-find").await;
    window.types("abbott").await;
    window.press_with_shift(Key::Tab).await;
    window.until_it_says("Nobody’s name or address begins with “abbott”.", 10).await;
    tab_to(window, "team-show-all").await;
    window.press(Key::Enter).await;
    window.until_it_says("1 to 50 of 5,003", 10).await;
    tab_to(window, "group-one_password_away").await;
    window.press(Key::Enter).await;
    window
        .until("return document.querySelectorAll('#team-table tbody tr').length === 1", "Kai alone", 10)
        .await;
    tab_to(window, "team-table-0").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("dialog-confirm").await;
    window.until_it_says("asks you to turn on 2-step", 10).await;
    window.pictures("remind").await;
    window.press(Key::Enter).await;
    window.until_it_says("1 reminder is on the way.", 10).await;
    window.until_it_says("Again from", 10).await;
    let letters = "SELECT COUNT(*) FROM outbox WHERE letter = 'two_step_reminder'";
    assert_eq!(world.count(letters).await, 1);
    // The row offers it no more. Where a colleague was quicker than what shows here, the desk refuses.
    tab_to(window, "team-table-0").await;
    window.press(Key::Enter).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    window.until("return document.querySelector('dialog') === null", "no dialog", 1).await;
    world
        .change(
            "UPDATE member_reminders SET reminded_at = reminded_at - 10 * 86400000 WHERE user_id = $1",
            kai,
        )
        .await;
    command(window, "team review").await;
    tab_to(window, "team-refresh").await;
    window.press(Key::Enter).await;
    window.until("return !document.body.innerText.includes('Again from')", "it is possible again", 10).await;
    world
        .change(
            "UPDATE member_reminders SET reminded_at = reminded_at + 10 * 86400000 WHERE user_id = $1",
            kai,
        )
        .await;
    tab_to(window, "team-table-0").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("dialog-confirm").await;
    window.press(Key::Enter).await;
    window.until_it_says("This person was reminded a short time ago.", 10).await;
    window.until_it_says("The next one is possible at", 5).await;
    window.pictures("reminded").await;
    assert_eq!(world.count(letters).await, 1);
}

/// A review is started, saved as it shows, and signed; a place that can't be written says so and is left as it was.
async fn signed_off_and_saved(window: &mut DeskWindow, world: &World, file: &Path) {
    command(window, "start a review").await;
    window.until_it_says("It keeps what stands here now", 10).await;
    tab_to(window, "dialog-confirm").await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("team-heading").await;
    window.until_it_says("The review is open.", 20).await;
    window.until_it_says("Open: not signed off", 5).await;
    window.pictures("open-review").await;

    // Something stands where the file shall be: a sentence, and nothing is left beside it.
    std::fs::create_dir_all(file.join("in")).unwrap();
    command(window, "export").await;
    window.until_it_says("Nothing was exported. Choose another folder.", 30).await;
    let beside = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("team-review")).collect::<Vec<_>>()
    };
    assert_eq!(beside(file.parent().unwrap()), ["team-review.csv"]);
    std::fs::remove_dir_all(file).unwrap();
    command(window, "export").await;
    window.until_it_says("5,004 users are in the file", 30).await;
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 5_005, "a heading and a line a member");
    assert!(text.contains(NIA) && text.contains("2 accounts of this company have the same phone"));
    assert_eq!(beside(file.parent().unwrap()), ["team-review.csv"]);

    command(window, "sign off").await;
    window.until_focus_is_on("sign-off-note").await;
    window.types("Third quarter").await;
    window.pictures("sign-off").await;
    window.press(Key::Enter).await;
    window.until_it_says("Signed off by Grace Obi", 20).await;
    window.until_it_says("Third quarter", 5).await;
    window.pictures("signed").await;
    assert_eq!(world.audited("sign_off_review", "done").await, 1);
}

/// From the answer of the desk to rows in the window.
async fn shown_at_once(window: &DeskWindow) {
    let took = "const at = (name) => performance.getEntriesByName(name).at(-1)?.startTime ?? -1;
        return at('team-shown') - at('team-answered')";
    let took = window.driver.execute(took, Vec::new()).await.unwrap().json().as_f64().unwrap();
    assert!(took >= 0.0, "no rows were shown after the answer");
    tell(&format!(
        "5,000 members: rows stand {took:.0} ms after the answer (meant: at most {SHOWN_WITHIN_MS})"
    ));
}

/// Through ten pages the window holds one.
async fn at_most_a_page(window: &DeskWindow) {
    for page in 2..=10 {
        let click = "document.getElementById('team-next').click(); return true";
        window.driver.execute(click, Vec::new()).await.unwrap();
        window.until_it_says(&format!("{} to {} of 5,000", (page - 1) * 50 + 1, page * 50), 10).await;
    }
    let rows = window
        .driver
        .execute("return document.querySelectorAll('tbody tr').length", Vec::new())
        .await
        .unwrap();
    assert_eq!(rows.json().as_i64(), Some(50));
}

/// A command or a screen by the palette.
async fn command(window: &mut DeskWindow, words: &str) {
    window.press_with_control("k").await;
    window.until_focus_is_on("find-field").await;
    window.types(words).await;
    window.press(Key::Enter).await;
}

/// Tab until the element with this id has the focus.
async fn tab_to(window: &mut DeskWindow, id: &str) {
    for _ in 0..40 {
        let there =
            window.driver.execute("return document.activeElement?.id ?? ''", Vec::new()).await.unwrap();
        if there.json() == id {
            return;
        }
        window.press(Key::Tab).await;
    }
    window.until_focus_is_on(id).await;
}
