//! Billing users at the desk: the way in, what they see and what they don't (D12.1, D12.2, D12.5, D12.6).

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::ReadAccount;
use recovery_desk::operations::billing_sign_in::{BillingCodeEntered, BillingSignedIn, EnterBillingCode};
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::operator_sign_out::LockDesk;
use recovery_desk::operations::personal_data::EraseUser;
use recovery_desk::operations::team::{
    ExportReview, InviteMember, PreviewReminder, ReadReviews, ReadTeam, RemindMember, SignOffReview,
    StartReview,
};
use recovery_desk::operations::who_is_in::WhoIsIn;
use recovery_desk::secret::SecretText;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::biller::{GRACE, grace, is_used, member, on_the_pages, password, shown, sign_in, world};
use crate::harness::fixtures::NewUser;
use crate::harness::pages;
use crate::harness::person::{another, text};
use crate::harness::posted::PRIYA;
use crate::harness::world::ask;
use crate::harness::{ANSWERS, Engine, PASSWORD, World, on_both_databases, refused};

const ANN: &str = "ann@hartwell.example";

fn invite(email: &str) -> InviteMember {
    InviteMember { given_name: "Nia".to_owned(), family_name: "Cole".to_owned(), email: email.to_owned() }
}

on_both_databases! {
    async fn a_billing_user_comes_in_with_password_and_code_and_a_wrong_code_costs_a_try(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        world.priya().await;
        assert_eq!(refused(password(&world.desk, PRIYA).await), "sign_in_not_right", "no billing user");
        assert_eq!(refused(password(&world.desk, "nobody@hartwell.example").await), "sign_in_not_right");
        let Ok(BillingSignedIn::CodeNeeded(half)) = password(&world.desk, GRACE).await else { panic!("a code") };
        assert!(!half.code.by_mail);
        let arriving = Caller::Session(half.token.clone());
        // What is held between password and code opens nothing else.
        assert_eq!(refused(ask(&world.desk, &arriving, WhoIsIn {}).await), "signed_out");
        assert_eq!(refused(ask(&world.desk, &arriving, shown(None, "all")).await), "signed_out");
        assert_eq!(refused(pages::enter_code(&world.desk, &half.token, "000000").await), "code_dead");
        let code = text(&world, &gateway).await;
        let enter = |code: &str| EnterBillingCode { code: SecretText::new(code) };
        let wrong = ask(&world.desk, &arriving, enter(another(&code))).await.unwrap();
        assert!(matches!(wrong, BillingCodeEntered::NotRight { tries_left: 4 }));
        let BillingCodeEntered::SignedIn(done) = ask(&world.desk, &arriving, enter(&code)).await.unwrap() else {
            panic!("right")
        };
        assert_eq!((done.desk.operator.role, done.desk.screens.as_slice()), (Role::Billing, &["team"][..]));
        assert_eq!(refused(ask(&world.desk, &arriving, enter(&code)).await), "signed_out", "once");
        // Nothing of an operator's, and nothing of the account pages'.
        let caller = Caller::Session(done.token);
        let look_up = LookUp { query: "priya".to_owned(), search_id: "s".to_owned() };
        assert_eq!(refused(ask(&world.desk, &caller, look_up).await), "not_allowed");
        assert_eq!(refused(ask(&world.desk, &caller, ReadAccount {}).await), "signed_out");
        let on_pages = on_the_pages_of(&world).await;
        assert_eq!(refused(ask(&world.desk, &on_pages, shown(None, "all")).await), "signed_out");
        // The newest wins; locking ends it; so does a quarter of an hour without use.
        let second = sign_in(&world, &gateway, GRACE).await;
        assert_eq!(refused(ask(&world.desk, &caller, WhoIsIn {}).await), "signed_out");
        second.ask(LockDesk {}).await.unwrap();
        assert_eq!(refused(second.ask(WhoIsIn {}).await), "signed_out");
        let third = sign_in(&world, &gateway, GRACE).await;
        world.later(Span::minutes(15));
        assert_eq!(refused(third.ask(WhoIsIn {}).await), "signed_out");
    }

    async fn without_the_own_2_step_the_desk_only_shows(engine: Engine) {
        let (world, _gateway) = world(engine).await;
        let ann = world.user(member("Ann", ANN)).await;
        world.user(NewUser { two_step: TwoStep::Off, ..grace() }).await;
        let Ok(BillingSignedIn::SignedIn(done)) = password(&world.desk, GRACE).await else { panic!("in") };
        let caller = Caller::Session(done.token);
        let page = ask(&world.desk, &caller, shown(None, "all")).await.unwrap();
        assert_eq!((page.may_change, page.members.len()), (false, 2));
        assert_eq!(refused(ask(&world.desk, &caller, StartReview {}).await), "two_step_first");
        assert_eq!(refused(ask(&world.desk, &caller, RemindMember { user_id: ann }).await), "two_step_first");
        assert_eq!(refused(ask(&world.desk, &caller, invite("nia@hartwell.example")).await), "two_step_first");
        let export = ExportReview { shown: shown(Some("none"), "all"), format: "csv".to_owned() };
        assert_eq!(refused(ask(&world.desk, &caller, export).await), "two_step_first");
    }

    async fn two_step_to_be_set_up_again_asks_for_a_mailed_code_shows_only_and_shuts_after_a_week(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.user(NewUser { two_step: TwoStep::ToBeSetUpAgain, ..grace() }).await;
        let Ok(BillingSignedIn::CodeNeeded(half)) = password(&world.desk, GRACE).await else { panic!("a code") };
        assert!(half.code.by_mail);
        world.post().await;
        let code = world.mail.as_ref().unwrap().newest(GRACE, "verification code").code();
        let enter = EnterBillingCode { code: SecretText::new(&*code) };
        let entered = ask(&world.desk, &Caller::Session(half.token), enter).await.unwrap();
        let BillingCodeEntered::SignedIn(done) = entered else { panic!("right") };
        let caller = Caller::Session(done.token);
        assert!(!ask(&world.desk, &caller, shown(None, "all")).await.unwrap().may_change);
        world.later(Span::days(7));
        assert_eq!(refused(password(&world.desk, GRACE).await), "set_up_first");
    }

    async fn d12_1_only_the_own_company_also_by_guessed_ids_and_who_moved_is_gone_at_once(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        let osprey = NewUser { company: "Osprey", email: "grace@osprey.example", ..grace() };
        world.user(osprey).await;
        let stranger = world.user(NewUser { company: "Osprey", ..member("Sten", "sten@osprey.example") }).await;
        let (ours, theirs) = (sign_in(&world, &gateway, GRACE).await, sign_in(&world, &gateway, "grace@osprey.example").await);
        let names = |page: recovery_desk::operations::team::TeamPage| {
            page.members.into_iter().map(|row| row.email).collect::<Vec<_>>()
        };
        assert_eq!(names(ours.team().await), [ANN, GRACE]);
        assert_eq!(names(theirs.team().await), ["sten@osprey.example", "grace@osprey.example"]);
        assert_eq!(refused(ours.ask(RemindMember { user_id: stranger }).await), "not_found");
        let review = theirs.ask(StartReview {}).await.unwrap();
        assert_eq!(refused(ours.ask(shown(Some(&review.review_id), "all")).await), "not_found");
        let sign_off = SignOffReview { review_id: review.review_id.clone(), digest: review.digest.clone(), note: String::new() };
        assert_eq!(refused(ours.ask(sign_off).await), "not_found");
        let export = ExportReview { shown: shown(Some(&review.review_id), "all"), format: "csv".to_owned() };
        assert_eq!(refused(ours.ask(export).await), "not_found");
        assert!(ours.ask(ReadReviews { before: None }).await.unwrap().reviews.is_empty());
        // Ann goes to the other company: gone here at once, also from a review that is open.
        let open = ours.ask(StartReview {}).await.unwrap();
        assert_eq!(open.counts.members, 2);
        world.change("UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Osprey') WHERE id = $1", &ann).await;
        assert_eq!(names(ours.team().await), [GRACE]);
        assert_eq!(names(ours.ask(shown(Some(&open.review_id), "all")).await.unwrap()), [GRACE]);
        assert_eq!(refused(ours.ask(RemindMember { user_id: ann }).await), "not_found");
        assert!(names(theirs.team().await).contains(&ANN.to_owned()));
    }

    async fn d12_2_states_and_dates_and_nothing_else(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let priya = world.priya().await;
        world.recovery_code(&priya).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let page = ours.team().await;
        let row = page.members.iter().find(|row| row.email == PRIYA).unwrap();
        assert_eq!((row.two_step.as_str(), row.questions_answered, row.last_sign_in_at), ("on", true, None));
        let json = serde_json::to_value(&page).unwrap();
        let mut keys: Vec<_> = json["members"][0].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        assert_eq!(keys, ["account", "added", "email", "joined_at", "kind", "last_sign_in_at", "name", "questions_answered",
            "reminded_at", "sign_answer", "signs", "two_step", "two_step_since", "user_id"]);
        let text = json.to_string();
        for secret in ["7700900123", "0123\"", "first_car_make"].iter().chain(&ANSWERS) {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }

    async fn d12_5_role_company_or_account_lost_is_access_lost_at_the_next_operation(engine: Engine) {
        let (world, gateway) = world(engine).await;
        let id = world.user(grace()).await;
        world.user(NewUser { company: "Osprey", ..member("Sten", "sten@osprey.example") }).await;
        for (loses, gets) in [
            ("UPDATE users SET kind = 'standard' WHERE id = $1", "UPDATE users SET kind = 'billing' WHERE id = $1"),
            ("UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Osprey') WHERE id = $1",
             "UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Hartwell Logistics') WHERE id = $1"),
            ("UPDATE users SET account = 'closed' WHERE id = $1", "UPDATE users SET account = 'active' WHERE id = $1"),
            ("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", "UPDATE users SET kind = kind WHERE id = $1"),
        ] {
            let ours = sign_in(&world, &gateway, GRACE).await;
            ours.team().await;
            world.change(loses, &id).await;
            assert_eq!(refused(ours.ask(shown(None, "all")).await), "signed_out", "{loses}");
            assert_eq!(refused(ours.ask(StartReview {}).await), "signed_out", "{loses}");
            world.change(gets, &id).await;
        }
    }

    async fn d12_5_the_last_billing_user_of_a_company_cant_be_erased_while_it_has_members(engine: Engine) {
        let (world, _gateway) = world(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        let (system, erase) = (Caller::System("story"), |email: &str| EraseUser { email: email.to_owned() });
        assert_eq!(refused(world.ask(&system, erase(GRACE)).await), "last_billing_user");
        world.change("UPDATE users SET kind = 'billing' WHERE id = $1", &ann).await;
        world.ask(&system, erase(GRACE)).await.unwrap();
        world.ask(&system, erase(ANN)).await.unwrap();
    }

    async fn d12_6_two_devices_on_one_network_are_no_sign_and_two_cities_on_three_days_are(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        world.user(member("Ann", ANN)).await;
        world.user(member("Ben", "ben@hartwell.example")).await;
        for day in 0..3 {
            // Ann: laptop and telephone in one office. Ben: two places at once, for twenty minutes.
            let mut at_once = Vec::new();
            for (email, source) in [
                (ANN, "198.51.100.7"), (ANN, "198.51.100.200"), (ANN, "198.51.7.9"),
                ("ben@hartwell.example", "198.51.100.7"), ("ben@hartwell.example", "203.0.113.9"),
            ] {
                at_once.push((on_the_pages(&world, email, source).await, source));
            }
            world.later(Span::minutes(20));
            for (caller, source) in &at_once {
                is_used(&world, caller, source).await;
            }
            if day == 1 {
                let ours = sign_in(&world, &gateway, GRACE).await;
                assert!(ours.row("ben@hartwell.example").await.signs.is_empty(), "two days are no sign yet");
            }
            world.later(Span::days(1));
        }
        let ours = sign_in(&world, &gateway, GRACE).await;
        assert!(ours.row(ANN).await.signs.is_empty(), "one network");
        let signs = ours.row("ben@hartwell.example").await.signs;
        assert_eq!(signs.len(), 1);
        assert_eq!((signs[0].sign.as_str(), signs[0].counted, signs[0].takes), ("distant_networks", 3, 3));
        let flagged = ours.ask(shown(None, "with_signs")).await.unwrap();
        assert_eq!(flagged.members.iter().map(|row| row.email.as_str()).collect::<Vec<_>>(), ["ben@hartwell.example"]);
        // No address is kept: the note is a keyed hash, and goes after thirty days.
        assert_eq!(world.count("SELECT COUNT(DISTINCT wide_hash) FROM session_networks").await, 2);
        world.later(Span::days(31));
        world.look_round().await;
        assert_eq!(world.count("SELECT COUNT(*) FROM session_networks").await, 0);
    }

    async fn d3_4_one_phone_on_several_accounts_of_the_company_is_a_sign_and_of_another_company_none(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        world.user(NewUser { company: "Osprey", given: "Sten", email: "sten@osprey.example", ..NewUser::default() }).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        assert!(ours.row(GRACE).await.signs.is_empty(), "the same phone, but nobody of this company");
        world.priya().await;
        let signs = ours.row(PRIYA).await.signs;
        assert_eq!((signs[0].sign.as_str(), signs[0].counted), ("same_phone", 2));
    }

    async fn a_reminder_goes_once_in_three_days_and_only_to_who_needs_it(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let (ann, priya) = (world.user(member("Ann", ANN)).await, world.priya().await);
        let ours = sign_in(&world, &gateway, GRACE).await;
        let remind = |id: &str| RemindMember { user_id: id.to_owned() };
        let at = ours.ask(remind(&ann)).await.unwrap().reminded_at;
        assert_eq!(ours.row(ANN).await.reminded_at, Some(at));
        assert_eq!(refused(ours.ask(remind(&ann)).await), "reminder_wait");
        assert_eq!(refused(ours.ask(remind(&priya)).await), "nothing_to_change", "2-step is on");
        let letters = "SELECT COUNT(*) FROM outbox WHERE letter = 'two_step_reminder'";
        assert_eq!(world.count(letters).await, 1);
        world.later(Span::days(3));
        let ours = sign_in(&world, &gateway, GRACE).await;
        ours.ask(remind(&ann)).await.unwrap();
        assert_eq!(world.count(letters).await, 2);
    }

    async fn the_days_reminders_are_a_companys_and_a_refused_one_gives_its_place_back(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        world.user(NewUser { given: "Bo", email: "bo@hartwell.example", ..grace() }).await;
        let priya = world.priya().await;
        let mut members = Vec::new();
        for i in 0..11 {
            members.push(world.user(member("Ann", &format!("ann{i}@hartwell.example"))).await);
        }
        let osprey = NewUser { company: "Osprey", email: "grace@osprey.example", ..grace() };
        world.user(osprey).await;
        let sten = world.user(NewUser { company: "Osprey", ..member("Sten", "sten@osprey.example") }).await;
        world.change("INSERT INTO policy (name, value, changed_by, changed_at) VALUES ('reminders_a_day', 10, $1, 1)", "story").await;
        let remind = |id: &str| RemindMember { user_id: id.to_owned() };
        let ours = sign_in(&world, &gateway, GRACE).await;
        for id in &members[..9] {
            ours.ask(remind(id)).await.unwrap();
        }
        // What is refused costs nothing: 2-step is on, reminded already, nobody of this company.
        for (id, why) in [(&priya, "nothing_to_change"), (&members[0], "reminder_wait"), (&sten, "not_found")] {
            assert_eq!(refused(ours.ask(remind(id)).await), why);
        }
        let bo = sign_in(&world, &gateway, "bo@hartwell.example").await;
        bo.ask(remind(&members[9])).await.unwrap();
        assert_eq!(refused(bo.ask(remind(&members[10])).await), "billing_limit", "of the company, not of one");
        assert_eq!(refused(ours.ask(remind(&members[10])).await), "billing_limit");
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'two_step_reminder'").await, 10);
        // Another company has a day of its own, and this one has the next.
        let theirs = sign_in(&world, &gateway, "grace@osprey.example").await;
        theirs.ask(remind(&sten)).await.unwrap();
        world.later(Span::days(1));
        let ours = sign_in(&world, &gateway, GRACE).await;
        ours.ask(remind(&members[10])).await.unwrap();
    }

    async fn a_reminder_says_who_asks_and_carries_no_link_that_opens_anything(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        // The limit is spent before anything is looked at: guessed ids cost as much as members.
        let gateway = crate::harness::sms_gateway::SmsGateway::start().await;
        let world = World { sms: Some(gateway.json()), ..world };
        let desk = world.another_desk().await;
        let world = World { desk, ..world };
        let ours = sign_in(&world, &gateway, GRACE).await;
        // What the screen shows before it is sent is what arrives.
        let preview = ours.ask(PreviewReminder { again: false }).await.unwrap();
        ours.ask(RemindMember { user_id: ann }).await.unwrap();
        world.post().await;
        let letter = world.mail.as_ref().unwrap().newest(ANN, "turn on 2-step").text;
        assert_eq!(letter.replace('\r', "").trim(), preview.text.trim());
        assert!(preview.subject.contains("turn on 2-step"), "{}", preview.subject);
        let again = ours.ask(PreviewReminder { again: true }).await.unwrap();
        assert!(again.subject.contains("set 2-step up again"), "{}", again.subject);
        assert!(letter.contains("Grace Obi") && letter.contains("/account/two-step"), "{letter}");
    }

    async fn every_member_is_in_one_group_and_a_filter_shows_whom_it_counts(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let made = |email, two_step, answers, account| NewUser {
            email,
            two_step,
            answers,
            account,
            locked_by: (account == "locked").then_some("owner"),
            ..member("Ann", email)
        };
        for new in [
            made("on@h.example", TwoStep::On, 4, "active"),
            made("odd@h.example", TwoStep::On, 2, "active"),
            made("off@h.example", TwoStep::Off, 4, "active"),
            made("locked@h.example", TwoStep::Off, 4, "locked"),
            made("none@h.example", TwoStep::Never, 0, "active"),
            made("again@h.example", TwoStep::ToBeSetUpAgain, 1, "active"),
        ] {
            world.user(new).await;
        }
        let ours = sign_in(&world, &gateway, GRACE).await;
        let counts = ours.team().await.counts;
        let groups = [counts.fully_protected, counts.to_be_set_up_again, counts.one_password_away, counts.no_help_by_phone];
        assert_eq!((groups, counts.members, counts.reminder_due), ([2, 1, 2, 2], 7, 3));
        let shows = async |filter: &str| {
            let asked = ReadTeam { sort: "email".to_owned(), ..shown(None, filter) };
            ours.ask(asked).await.unwrap().members.into_iter().map(|row| row.email.replace("@h.example", "")).collect::<Vec<_>>()
        };
        assert_eq!(shows("fully_protected").await, [GRACE, "on"]);
        assert_eq!(shows("to_be_set_up_again").await, ["again"]);
        assert_eq!(shows("one_password_away").await, ["locked", "off"]);
        assert_eq!(shows("no_help_by_phone").await, ["none", "odd"]);
        assert_eq!(shows("needs_something").await, ["again", "locked", "none", "odd", "off"]);
        assert_eq!(shows("reminder_due").await, ["again", "none", "off"]);
        assert!(shows("reminded").await.is_empty());
        // Reminded, they leave the list of those who can be, until three days are over.
        let off = ours.row("off@h.example").await.user_id;
        ours.ask(RemindMember { user_id: off }).await.unwrap();
        assert_eq!((shows("reminder_due").await, shows("reminded").await), (vec!["again".to_owned(), "none".to_owned()], vec!["off".to_owned()]));
        let newest = ReadTeam { sort: "reminded".to_owned(), descending: true, ..shown(None, "all") };
        assert_eq!(ours.ask(newest).await.unwrap().members[0].email, "off@h.example");
        assert_eq!(ours.team().await.counts.reminder_due, 2);
        world.later(Span::days(3));
        let ours = sign_in(&world, &gateway, GRACE).await;
        let page = ours.team().await;
        assert_eq!((page.counts.reminder_due, page.reminder_every), (3, Span::days(3).0));
    }

    async fn an_invitation_from_the_desk_is_the_one_of_the_account_pages(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        world.user(NewUser { company: "Osprey", ..member("Sten", "sten@osprey.example") }).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        ours.ask(invite("nia@hartwell.example")).await.unwrap();
        let row = ours.row("nia@hartwell.example").await;
        assert_eq!((row.two_step.as_str(), row.kind.as_str(), row.last_sign_in_at), ("never", "standard", None));
        assert_eq!(refused(ours.ask(invite("nia@hartwell.example")).await), "email_in_company");
        // An address that has an account elsewhere: the same answer, and nothing happens.
        ours.ask(invite("sten@osprey.example")).await.unwrap();
        assert_eq!(ours.team().await.members.len(), 2);
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'invitation'").await, 1);
    }
}

/// Grace on the account pages, by her second step.
async fn on_the_pages_of(world: &World) -> Caller {
    let boss = NewUser {
        given: "Bo",
        email: "bo@hartwell.example",
        kind: "billing",
        two_step: TwoStep::Never,
        ..NewUser::default()
    };
    world.user(boss).await;
    let _ = PASSWORD;
    on_the_pages(world, "bo@hartwell.example", "198.51.100.7").await
}
