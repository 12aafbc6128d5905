//! What billing users answer to the signs of a shared log-in: a remark that holds for a time and for the signs that were
//! seen, and changes nothing on the account (D12.6).

use recovery_desk::caller::Caller;
use recovery_desk::operations::personal_data::{EraseUser, ExportUser};
use recovery_desk::operations::team::{AnswerSigns, MemberRow, StartReview};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::biller::{
    Biller, GRACE, grace, is_used, member, on_the_pages, password, shown, sign_in, world,
};
use crate::harness::fixtures::NewUser;
use crate::harness::posted::PRIYA;
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::world::ask;
use crate::harness::{Engine, World, on_both_databases, refused};

const BEN: &str = "ben@hartwell.example";

fn answer(user_id: &str, signs: &[&str], answer: Option<&str>) -> AnswerSigns {
    AnswerSigns {
        user_id: user_id.to_owned(),
        signs: signs.iter().map(|sign| (*sign).to_owned()).collect(),
        answer: answer.map(str::to_owned),
    }
}

async fn listed(ours: &Biller, filter: &str) -> Vec<String> {
    ours.ask(shown(None, filter)).await.unwrap().members.into_iter().map(|row| row.email).collect()
}

/// Who answered, what, and whether it holds.
fn said(row: &MemberRow) -> Option<(&str, &str, bool)> {
    row.sign_answer.as_ref().map(|given| (given.by.as_str(), given.answer.as_str(), given.holds))
}

/// Grace and Priya have one phone: both look shared. Grace is signed in.
async fn one_phone(engine: Engine) -> (World, SmsGateway, String, Biller) {
    let (world, gateway) = world(engine).await;
    world.user(grace()).await;
    let priya = world.priya().await;
    let ours = sign_in(&world, &gateway, GRACE).await;
    (world, gateway, priya, ours)
}

/// In use from two cities at once on three days.
async fn in_two_cities(world: &World, email: &str) {
    for _ in 0..3 {
        let mut at_once = Vec::new();
        for source in ["198.51.100.7", "203.0.113.9"] {
            at_once.push((on_the_pages(world, email, source).await, source));
        }
        world.later(Span::minutes(20));
        for (caller, source) in &at_once {
            is_used(world, caller, source).await;
        }
        world.later(Span::days(1));
    }
}

on_both_databases! {
    async fn d12_6_an_answered_sign_is_quiet_for_its_time_and_then_asked_about_again(engine: Engine) {
        let (world, gateway, priya, ours) = one_phone(engine).await;
        assert_eq!(listed(&ours, "signs_open").await, [GRACE, PRIYA]);
        for (given, days) in [("later", 7), ("splitting", 30), ("one_person", 180)] {
            let ours = sign_in(&world, &gateway, GRACE).await;
            let before = ours.row(PRIYA).await;
            let until = ours.ask(answer(&priya, &["same_phone"], Some(given))).await.unwrap().until.unwrap();
            let row = ours.row(PRIYA).await;
            assert_eq!(said(&row), Some(("Grace Obi", given, true)));
            let kept = row.sign_answer.clone().unwrap();
            assert_eq!((kept.until, kept.until - kept.at), (until, Span::days(days).0), "{given}");
            // It stands in another list; the sign itself and the account stay as they were.
            assert_eq!(listed(&ours, "signs_open").await, [GRACE], "{given}");
            assert_eq!(listed(&ours, "signs_answered").await, [PRIYA]);
            assert_eq!(listed(&ours, "with_signs").await, [GRACE, PRIYA]);
            assert_eq!(MemberRow { sign_answer: before.sign_answer.clone(), ..row }, before, "nothing else");
            world.later(Span::days(days));
            let ours = sign_in(&world, &gateway, GRACE).await;
            assert_eq!(listed(&ours, "signs_open").await, [GRACE, PRIYA], "{given} is over");
            assert_eq!(said(&ours.row(PRIYA).await), Some(("Grace Obi", given, false)), "who said so still shows");
        }
        let letters = world.count("SELECT COUNT(*) FROM outbox WHERE user_id <> (SELECT id FROM users WHERE email = 'grace.obi@hartwell.example')").await;
        assert_eq!(letters, 0, "nobody is told, nobody is blamed");
        assert_eq!(world.audited("answer_signs", "done").await, 3);
    }

    async fn d12_6_a_further_sign_is_a_further_question_and_what_was_not_seen_is_not_answered(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let ben = world.user(NewUser { two_step: TwoStep::Off, ..member("Ben", BEN) }).await;
        in_two_cities(&world, BEN).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        assert_eq!(refused(ours.ask(answer(&ben, &["same_phone"], Some("one_person"))).await), "changed_meanwhile", "not what was seen");
        ours.ask(answer(&ben, &["distant_networks"], Some("one_person"))).await.unwrap();
        assert_eq!(listed(&ours, "signs_answered").await, [BEN]);
        // Ben's phone turns up on Grace's account: this was not asked before.
        let same = "UPDATE two_step SET state = 'on', phone = g.phone, phone_last4 = g.phone_last4, recovery_code_hash = g.recovery_code_hash, recovery_code_at = g.recovery_code_at
            FROM (SELECT t.* FROM two_step t JOIN users u ON u.id = t.user_id WHERE u.given_name = 'Grace') g WHERE two_step.user_id = $1";
        world.change(same, &ben).await;
        let row = ours.row(BEN).await;
        assert_eq!((row.signs.len(), said(&row)), (2, Some(("Grace Obi", "one_person", false))));
        assert!(listed(&ours, "signs_open").await.contains(&BEN.to_owned()));
        ours.ask(answer(&ben, &["distant_networks", "same_phone"], Some("splitting"))).await.unwrap();
        assert_eq!(said(&ours.row(BEN).await), Some(("Grace Obi", "splitting", true)), "the newest counts");
        // A month later the days are over, and of the answer nothing shows where there is no sign.
        world.change("UPDATE two_step SET state = 'off', phone = NULL, phone_last4 = NULL, recovery_code_hash = NULL, recovery_code_at = NULL WHERE user_id = $1", &ben).await;
        world.later(Span::days(31));
        let ours = sign_in(&world, &gateway, GRACE).await;
        let row = ours.row(BEN).await;
        assert_eq!((row.signs.len(), said(&row)), (0, None));
        assert_eq!(refused(ours.ask(answer(&ben, &["distant_networks"], Some("later"))).await), "nothing_to_change");
    }

    async fn d12_6_an_answer_can_be_taken_back_and_is_a_billing_users_of_this_company_alone(engine: Engine) {
        let (world, gateway, priya, ours) = one_phone(engine).await;
        assert_eq!(refused(ours.ask(answer(&priya, &["same_phone"], None)).await), "nothing_to_change");
        assert_eq!(refused(ours.ask(answer(&priya, &["same_phone"], Some("shared"))).await), "choice_unknown");
        assert_eq!(refused(ours.ask(answer("none", &["same_phone"], Some("later"))).await), "not_found");
        ours.ask(answer(&priya, &["same_phone"], Some("one_person"))).await.unwrap();
        assert_eq!(ours.ask(answer(&priya, &[], None)).await.unwrap().until, None);
        assert_eq!(listed(&ours, "signs_open").await, [GRACE, PRIYA]);
        // Another company's billing user finds nobody there.
        world.user(NewUser { company: "Osprey", email: "grace@osprey.example", ..grace() }).await;
        let theirs = sign_in(&world, &gateway, "grace@osprey.example").await;
        assert_eq!(refused(theirs.ask(answer(&priya, &["same_phone"], Some("later"))).await), "not_found");
        // Who goes to another company takes no answer along, and brings none back.
        ours.ask(answer(&priya, &["same_phone"], Some("one_person"))).await.unwrap();
        let to = "UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Osprey') WHERE id = $1";
        world.change(to, &priya).await;
        let row = theirs.row(PRIYA).await;
        assert_eq!((row.signs.len(), said(&row)), (1, None));
        // Without a code to the own phone the desk only shows.
        let bo = NewUser { given: "Bo", email: "bo@hartwell.example", two_step: TwoStep::Off, ..grace() };
        let bo_id = world.user(bo).await;
        let Ok(recovery_desk::operations::billing_sign_in::BillingSignedIn::SignedIn(done)) = password(&world.desk, "bo@hartwell.example").await else { panic!("in") };
        let only_shows = Caller::Session(done.token);
        assert_eq!(refused(ask(&world.desk, &only_shows, answer(&bo_id, &["same_phone"], Some("later"))).await), "two_step_first");
    }

    async fn d12_3_a_review_keeps_the_answer_as_it_stood_and_an_erasure_takes_it_away(engine: Engine) {
        let (world, gateway, priya, ours) = one_phone(engine).await;
        world.user(NewUser { given: "Bo", family: "Lind", email: "bo@hartwell.example", ..grace() }).await;
        ours.ask(answer(&priya, &["same_phone"], Some("one_person"))).await.unwrap();
        let review = ours.ask(StartReview {}).await.unwrap();
        ours.ask(answer(&priya, &["same_phone"], Some("later"))).await.unwrap();
        let seen = ours.ask(shown(Some(&review.review_id), "signs_answered")).await.unwrap().members;
        assert_eq!(seen.iter().map(|row| (row.email.as_str(), said(row))).collect::<Vec<_>>(), [(PRIYA, Some(("Grace Obi", "one_person", true)))]);
        assert_eq!(said(&ours.row(PRIYA).await), Some(("Grace Obi", "later", true)));
        // The review saw it hold, and says so for ever.
        world.later(Span::days(200));
        let ours = sign_in(&world, &gateway, GRACE).await;
        let seen = ours.ask(shown(Some(&review.review_id), "all")).await.unwrap().members;
        assert_eq!(said(seen.iter().find(|row| row.email == PRIYA).unwrap()), Some(("Grace Obi", "one_person", true)));
        // Of Priya's own data it is a part; erased is erased, with who gave it too.
        let system = Caller::System("story");
        let data = world.ask(&system, ExportUser { email: PRIYA.to_owned() }).await.unwrap();
        assert_eq!(data.sign_answers.iter().map(|given| (given.way.as_str(), given.answer.as_str())).collect::<Vec<_>>(), [("got", "later")]);
        assert_eq!(data.reviewed[0].sign_answer.as_deref(), Some("one_person"));
        world.ask(&system, EraseUser { email: GRACE.to_owned() }).await.unwrap();
        assert_eq!(world.count("SELECT COUNT(*) FROM sign_answers").await, 0);
        let bo = sign_in(&world, &gateway, "bo@hartwell.example").await;
        let seen = bo.ask(shown(Some(&review.review_id), "all")).await.unwrap().members;
        assert_eq!(said(seen.iter().find(|row| row.email == PRIYA).unwrap()), Some(("Erased user", "one_person", true)));
    }
}
