//! D10.15: a company that asks for more than the link. A code goes to its billing user as recovery contact.

use recovery_desk::operations::administration::ReadCompanies;
use recovery_desk::operations::call_view::StandingView;
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::roles::Role;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;

use crate::harness::biller::GRACE;
use crate::harness::contacts::{
    Sent, Strict, another_code, approve_the_one, asks_for, billing, contact_code, hartwell, strict,
};
use crate::harness::fixtures::NewUser;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::person::{Person, another};
use crate::harness::posted::{Letter, PRIYA, letter};
use crate::harness::{ANSWERS, Agent, Engine, World, on_both_databases, refused};

const BO: &str = "bo.lind@hartwell.example";

async fn redeem(
    world: &World,
    sent: &Sent,
    codes: (&str, &str),
) -> Result<Redeemed, recovery_desk::failure::Failure> {
    pages::redeem_with(&world.desk, &sent.link, codes, NEW_PASSWORD).await
}

async fn standing(dana: &Agent, call_id: &str) -> StandingView {
    dana.view(call_id).await.standing
}

on_both_databases! {
    async fn d10_15_the_code_goes_to_the_billing_user_and_without_it_nobody_gets_in(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        let sent = strict.sent(&world).await;
        // Who the contact is, nobody at the desk and nobody with the link learns.
        let view = strict.dana.view(&sent.call_id).await;
        assert_eq!(view.delivery.as_ref().unwrap().contact_code, Some(MessageState::Accepted));
        let page = pages::press(&world.desk, &sent.link).await.unwrap();
        assert!(page.call_code_asked && page.contact_code_asked);
        let hers = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock");
        assert!(hers.text.contains("Type the contact code too"), "{}", hers.text);
        for seen in [serde_json::to_string(&view).unwrap(), serde_json::to_string(&page).unwrap(), format!("{}{}", hers.text, hers.html)] {
            for hidden in ["Grace", "Obi", GRACE, &sent.contact_code, &sent.contact_code.replace('-', "")] {
                assert!(!seen.contains(hidden), "{hidden} in {seen}");
            }
        }
        // The contact learns who called and gets no link.
        let letter = world.mail.as_ref().unwrap().newest(GRACE, "needs a code");
        assert!(letter.text.contains("Priya Raman called our support desk"), "{}", letter.text);
        let whole = format!("{}{}{}", letter.raw, letter.text, letter.html);
        for kept in ["://", "href", "900123", "Dana", sent.code.as_str()].iter().chain(&ANSWERS) {
            assert!(!whole.contains(kept), "{kept} stands in the letter");
        }
        let life = "SELECT MAX(expires_at - created_at) FROM codes WHERE purpose = 'contact'";
        assert_eq!(world.count(life).await, Span::hours(24).0);

        // What is wrong in form costs no try.
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, "")).await), "code_empty");
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, "ABC-123")).await), "code_length");
        assert_eq!(world.count("SELECT CAST(SUM(tries) AS BIGINT) FROM codes").await, 0);
        let wrong = redeem(&world, &sent, (&sent.code, &another_code(&sent.contact_code))).await.unwrap();
        assert_eq!(wrong, Redeemed::ContactCodeNotRight { tries_left: 4 });
        let spoken = sent.contact_code.to_lowercase().replace('-', " ");
        assert_eq!(redeem(&world, &sent, (&sent.code, &spoken)).await.unwrap(), Redeemed::Done { active: true });
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_used");
        while world.post().await > 0 {}
        world.mail.as_ref().unwrap().newest(GRACE, "account was unlocked");
        let live = "SELECT COUNT(*) FROM codes WHERE purpose IN ('call', 'contact') AND used_at IS NULL AND ended_at IS NULL";
        assert_eq!(world.count(live).await, 0);
        crate::harness::scan::assert_nowhere(&world, &[&sent.contact_code, &sent.contact_code.replace('-', "")], "contact_code");
    }

    async fn d10_15_each_code_has_tries_of_its_own_and_the_last_wrong_one_ends_the_link(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        let sent = strict.sent(&world).await;
        let wrong_code = another_code(&sent.contact_code);
        // Wrong call codes cost the contact code nothing, and right ones nothing at all.
        for left in [4, 3, 2, 1] {
            let outcome = redeem(&world, &sent, (another(&sent.code), &wrong_code)).await.unwrap();
            assert_eq!(outcome, Redeemed::CallCodeNotRight { tries_left: left });
        }
        for left in [4, 3, 2, 1] {
            let outcome = redeem(&world, &sent, (&sent.code, &wrong_code)).await.unwrap();
            assert_eq!(outcome, Redeemed::ContactCodeNotRight { tries_left: left });
        }
        assert_eq!(redeem(&world, &sent, (&sent.code, &wrong_code)).await.unwrap(), Redeemed::ContactCodeNotRight { tries_left: 0 });
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped");
        assert!(!strict.dana.view(&sent.call_id).await.delivery.unwrap().code_live);
        // A new link has new codes, and the old contact code is none of them.
        world.later(Span::seconds(60));
        let code = strict.dana.send_again(&sent.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let new = Sent {
            link: world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links().0,
            contact_code: contact_code(&world, GRACE),
            code,
            call_id: sent.call_id,
        };
        assert_eq!(redeem(&world, &new, (&new.code, &sent.contact_code)).await.unwrap(), Redeemed::ContactCodeNotRight { tries_left: 4 });
        assert_eq!(redeem(&world, &new, (&new.code, &new.contact_code)).await.unwrap(), Redeemed::Done { active: true });
    }

    async fn d10_15_a_hundred_wrong_contact_codes_at_once_are_five_tries(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        let sent = strict.sent(&world).await;
        let desks = [world.desk.clone(), world.another_desk().await];
        let wrong = another_code(&sent.contact_code);
        let tasks: Vec<_> = (0..100).map(|i| {
            let (desk, link, code, wrong) = (desks[i % 2].clone(), sent.link.clone(), sent.code.clone(), wrong.clone());
            async move {
                match pages::redeem_with(&desk, &link, (&code, &wrong), NEW_PASSWORD).await {
                    Ok(Redeemed::ContactCodeNotRight { .. }) => "wrong",
                    Ok(other) => panic!("{other:?}"),
                    Err(failure) => failure.code(),
                }
            }
        }).collect();
        let counts = crate::harness::at_once::counted(crate::harness::at_once::at_once(tasks).await);
        assert_eq!(counts.get("wrong"), Some(&5), "{counts:?}");
        assert!(!counts.contains_key("fault"), "{counts:?}");
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped");
    }

    async fn d10_15_the_code_is_void_when_its_contact_is_removed_loses_the_role_or_changes(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        world.user(NewUser { company: "Osprey", given: "Sten", email: "sten@osprey.example", ..NewUser::default() }).await;
        let sent = strict.sent(&world).await;
        for (loses, gets) in [
            ("UPDATE users SET kind = 'standard' WHERE id = $1", "UPDATE users SET kind = 'billing' WHERE id = $1"),
            ("UPDATE users SET account = 'closed' WHERE id = $1", "UPDATE users SET account = 'active' WHERE id = $1"),
            ("UPDATE users SET account = 'locked', locked_by = 'administrator' WHERE id = $1",
             "UPDATE users SET account = 'active', locked_by = NULL WHERE id = $1"),
            ("UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Osprey') WHERE id = $1",
             "UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Hartwell Logistics') WHERE id = $1"),
        ] {
            world.change(loses, &strict.grace).await;
            assert_eq!(refused(pages::read(&world.desk, &sent.link).await), "link_stopped", "{loses}");
            assert_eq!(refused(pages::press(&world.desk, &sent.link).await), "link_stopped", "{loses}");
            assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped", "{loses}");
            world.change(gets, &strict.grace).await;
            assert!(pages::read(&world.desk, &sent.link).await.is_ok(), "{gets}");
        }
        assert!(strict.dana.view(&sent.call_id).await.delivery.unwrap().opened_at.is_none(), "nothing was opened");
        assert_eq!(world.count("SELECT CAST(SUM(tries) AS BIGINT) FROM codes").await, 0, "nor tried");
        // Another address, password, phone or lock is another epoch: for good.
        world.change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &strict.grace).await;
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped");
        // The caller moved away from the contact's company: the same.
        world.change("UPDATE users SET security_epoch = security_epoch - 1 WHERE id = $1", &strict.grace).await;
        world.change("UPDATE users SET company_id = (SELECT id FROM companies WHERE name = 'Osprey') WHERE id = $1", &strict.priya).await;
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped");
    }

    async fn d10_15_an_erased_contact_opens_nothing_and_another_one_gets_the_next_code(engine: Engine) {
        use recovery_desk::caller::Caller;
        use recovery_desk::operations::personal_data::EraseUser;
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        world.user(billing("Bo", "Lind", BO)).await;
        world.change("UPDATE users SET last_sign_in_at = 5 WHERE id = $1", &strict.grace).await;
        let sent = strict.sent(&world).await;
        world.ask(&Caller::System("story"), EraseUser { email: GRACE.to_owned() }).await.unwrap();
        assert_eq!(refused(redeem(&world, &sent, (&sent.code, &sent.contact_code)).await), "link_stopped");
        world.later(Span::seconds(60));
        let code = strict.dana.send_again(&sent.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        let link = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links().0;
        let codes = (code.as_str(), &*contact_code(&world, BO));
        assert_eq!(pages::redeem_with(&world.desk, &link, codes, NEW_PASSWORD).await.unwrap(), Redeemed::Done { active: true });
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE address = 'grace.obi@hartwell.example'").await, 0);
    }

    async fn d10_15_a_resend_goes_to_another_contact_and_a_letter_that_fails_ends_the_link(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        let nowhere = "refused-550@hartwell.example";
        let gone = world.user(billing("Gil", "Away", nowhere)).await;
        world.change("UPDATE users SET last_sign_in_at = 5 WHERE id = $1", &gone).await;
        world.user(billing("Grace", "Obi", GRACE)).await;
        strict(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await.call_id;
        dana.send(&call).await.unwrap();
        while world.post().await > 0 {}
        let delivery = dana.view(&call).await.delivery.unwrap();
        // Whichever left first: Priya's own letter is there with a dead link, or was not sent at all.
        assert!(matches!(delivery.state, MessageState::Accepted | MessageState::Superseded), "{:?}", delivery.state);
        assert_eq!((delivery.contact_code, delivery.code_live), (Some(MessageState::Failed), false));
        assert_eq!(world.count("SELECT COUNT(*) FROM links WHERE ended_because = 'not_sent' AND used_at IS NULL").await, 1);
        assert_eq!(world.count("SELECT COUNT(*) FROM codes WHERE ended_at IS NULL").await, 0);
        world.later(Span::seconds(60));
        let code = dana.send_again(&call).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        assert_eq!(dana.view(&call).await.delivery.unwrap().contact_code, Some(MessageState::Accepted));
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let codes = (code.as_str(), &*contact_code(&world, GRACE));
        assert_eq!(pages::redeem_with(&world.desk, &link, codes, NEW_PASSWORD).await.unwrap(), Redeemed::Done { active: true });
    }

    async fn d10_15_the_contact_is_never_the_caller_nor_somebody_whose_address_is_in_doubt(engine: Engine) {
        let world = World::with_mail(engine).await;
        let priya = world.priya().await;
        strict(&world).await;
        let dana = world.agent("Dana Whitlock").await;
        let call = dana.verified_call(&priya).await.call_id;
        let sent_to = async |why: &str| {
            let standing = standing(&dana, &call).await;
            assert!(matches!(standing, StandingView::NeedsApproval), "{why}: {standing:?}");
            assert_eq!(refused(dana.send(&call).await), "needs_approval", "{why}");
        };
        sent_to("no billing user").await;
        let grace = world.user(billing("Grace", "Obi", GRACE)).await;
        for (doubt, settled) in [
            ("UPDATE users SET password_hash = NULL WHERE id = $1", "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'priya.raman@hartwell.example') WHERE id = $1"),
            ("UPDATE users SET frozen_until = 9999999999999 WHERE id = $1", "UPDATE users SET frozen_until = NULL WHERE id = $1"),
            ("UPDATE users SET stopped_until = 9999999999999 WHERE id = $1", "UPDATE users SET stopped_until = NULL WHERE id = $1"),
            ("UPDATE users SET account = 'closed' WHERE id = $1", "UPDATE users SET account = 'active' WHERE id = $1"),
        ] {
            world.change(doubt, &grace).await;
            sent_to(doubt).await;
            world.change(settled, &grace).await;
        }
        // A mailbox that was the caller's until yesterday is the caller's.
        world.change("UPDATE users SET former_email = 'grace.obi@hartwell.example', former_email_until = 9999999999999 WHERE id = $1", &priya).await;
        sent_to("the caller's former mailbox").await;
        world.change("UPDATE users SET former_email = NULL, former_email_until = NULL WHERE id = $1", &priya).await;
        assert!(matches!(standing(&dana, &call).await, StandingView::Verified { .. }));
        dana.send(&call).await.unwrap();
    }

    async fn d10_15_one_administrator_asks_for_more_and_two_for_less_and_links_of_before_stop(engine: Engine) {
        let world = World::with_mail(engine).await;
        let Letter { dana, link, code, call_id, .. } = letter(&world).await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        let ola = world.operator(Role::Administrator, "Ola Berg").await;
        let id = hartwell(&ines).await;
        assert!(pages::read(&world.desk, &link).await.is_ok());
        assert_eq!(refused(dana.ask(asks_for(&id, "link_and_contact_code")).await), "not_allowed");
        assert_eq!(refused(ines.ask(asks_for(&id, "nothing")).await), "choice_unknown");
        assert_eq!(refused(ines.ask(asks_for(&id, "link")).await), "nothing_to_change");
        assert!(ines.ask(asks_for(&id, "link_and_contact_code")).await.unwrap().done);
        assert_eq!(refused(pages::redeem(&world.desk, &link, &code, NEW_PASSWORD).await), "link_stopped", "sent before it was asked for");
        dana.end(&call_id).await.unwrap();
        assert!(!ola.ask(asks_for(&id, "link")).await.unwrap().done);
        let read = ReadCompanies { name: "Hartwell Log".to_owned(), after: None };
        let row = ines.ask(read).await.unwrap().companies.remove(0);
        assert_eq!((row.recovery.as_str(), row.approval_id, row.recovery_approval_id.is_some()), ("link_and_contact_code", None, true));
        assert_eq!(refused(approve_the_one(&ola).await), "own_request");
        approve_the_one(&ines).await.unwrap();
        let read = ReadCompanies { name: "Hartwell Log".to_owned(), after: None };
        let row = ines.ask(read).await.unwrap().companies.remove(0);
        assert_eq!((row.recovery.as_str(), row.recovery_approval_id), ("link", None));
        // Whoever has an account there decides nothing about it.
        let own = world.user(NewUser { given: "Ida", email: "ida@hartwell.example", ..NewUser::default() }).await;
        let ida = world.operator_with_account(Role::Administrator, "Ida Berg", Some(&own)).await;
        assert_eq!(refused(ida.ask(asks_for(&id, "link_and_contact_code")).await), "own_company");
        world.later(Span::minutes(5));
        assert_eq!(refused(ines.ask(asks_for(&id, "link_and_contact_code")).await), "fresh_code_needed");
        let done = world.audit().await;
        let entry = done.iter().find(|row| row.operation == "approve_request" && row.result == "done").unwrap();
        assert!(entry.detail.as_ref().unwrap().contains("\"recovery\":\"link\""), "{:?}", entry.detail);
    }

    async fn d10_15_the_page_asks_for_the_code_in_plain_words(engine: Engine) {
        let gateway = crate::harness::sms_gateway::SmsGateway::start().await;
        let world = World::served_with_texts(engine, gateway.json()).await;
        let strict = Strict::new(&world).await;
        let sent = strict.sent(&world).await;
        let (unlock, not_me) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        let priya = Person::at(&world);
        priya.get(&format!("/unlock/{unlock}/{not_me}")).await.is_at("/unlock").says("the contact code, which a billing user of your company has");
        priya.post("/unlock/open", &[]).await.says("Contact code").says("Ask them for it").never_says("Grace");
        let form = |contact: &str| [("call_code", sent.code.clone()), ("contact_code", contact.to_owned()), ("new_password", NEW_PASSWORD.to_owned())];
        let post = async |contact: &str| {
            let form = form(contact);
            let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            priya.post("/unlock", &fields).await
        };
        post("").await.says("Type the contact code.").says("aria-invalid");
        post(&another_code(&sent.contact_code)).await.says("The contact code is not right").says("4 tries left");
        post(&sent.contact_code).await.says("Your account is unlocked");
    }

    async fn d10_15_a_contact_code_that_is_still_on_its_way_costs_no_try_and_is_said_to_be(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        let call = strict.dana.verified_call(&strict.priya).await.call_id;
        let code = strict.dana.send(&call).await.unwrap().call_code.unwrap();
        world.change("UPDATE outbox SET next_at = next_at + 60000 WHERE letter = 'contact_code' AND user_id = $1", &strict.priya).await;
        while world.post().await > 0 {}
        let (link, _) = world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links();
        for _ in 0..6 {
            let early = pages::redeem_with(&world.desk, &link, (&code, "AAAA-BBBB"), NEW_PASSWORD).await;
            assert_eq!(refused(early), "contact_code_on_its_way");
        }
        world.later(Span::minutes(2));
        while world.post().await > 0 {}
        let codes = (code.as_str(), &*contact_code(&world, GRACE));
        assert_eq!(pages::redeem_with(&world.desk, &link, codes, NEW_PASSWORD).await.unwrap(), Redeemed::Done { active: true });
    }

    async fn d10_15_of_a_contacts_removal_and_an_unlock_at_once_one_comes_first(engine: Engine) {
        let world = World::with_mail(engine).await;
        let strict = Strict::new(&world).await;
        // The removal is under way and not committed: the unlock waits for it, and then it is void.
        let sent = strict.sent(&world).await;
        let there = world.another_desk().await;
        let mut removal = world.desk.database.begin().await.unwrap();
        let demote = "UPDATE users SET kind = 'standard' WHERE id = $1";
        recovery_desk::database::sql(demote).bind(&strict.grace).run(&mut removal).await.unwrap();
        let redeeming = tokio::spawn({
            let (link, code, contact) = (sent.link.clone(), sent.code.clone(), sent.contact_code.clone());
            async move { pages::redeem_with(&there, &link, (&code, &contact), NEW_PASSWORD).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        assert!(!redeeming.is_finished(), "it waits for whoever removes the contact");
        removal.commit().await.unwrap();
        assert_eq!(refused(redeeming.await.unwrap()), "link_stopped");
        strict.dana.end(&sent.call_id).await.unwrap();
        world.change("UPDATE users SET kind = 'billing' WHERE id = $1", &strict.grace).await;
        // Both free to run: never a half state, never a fault, never in a circle.
        let (mut won, mut lost) = (0, 0);
        for round in 0..6_u64 {
            let user = world.user(NewUser { email: &format!("caller{round}@hartwell.example"), ..NewUser::default() }).await;
            let call = strict.dana.verified_call(&user).await.call_id;
            let code = strict.dana.send(&call).await.unwrap().call_code.unwrap();
            while world.post().await > 0 {}
            let mail = world.mail.as_ref().unwrap();
            let (link, _) = mail.newest(&format!("caller{round}@hartwell.example"), "Unlock").links();
            let contact = contact_code(&world, GRACE);
            let (a, b, grace) = (world.another_desk().await, world.another_desk().await, strict.grace.clone());
            let redeeming = tokio::spawn(async move { pages::redeem_with(&a, &link, (&code, &contact), NEW_PASSWORD).await });
            let removing = tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
                let mut tx = b.database.begin().await.unwrap();
                let demote = "UPDATE users SET kind = 'standard', security_epoch = security_epoch + 1 WHERE id = $1";
                recovery_desk::database::sql(demote).bind(&grace).run(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
            });
            removing.await.unwrap();
            match redeeming.await.unwrap() {
                Ok(Redeemed::Done { active: true }) => won += 1,
                Ok(other) => panic!("{other:?}"),
                Err(failure) => {
                    assert_eq!(failure.code(), "link_stopped");
                    lost += 1;
                }
            }
            let used = world.count("SELECT COUNT(*) FROM links WHERE purpose = 'unlock' AND used_at IS NOT NULL").await;
            assert_eq!(used, won, "round {round}");
            world.change("UPDATE users SET kind = 'billing' WHERE id = $1", &strict.grace).await;
            strict.dana.end(&call).await.unwrap();
        }
        assert_eq!(won + lost, 6);
    }

    async fn d10_15_two_who_are_each_others_contact_get_in_at_once(engine: Engine) {
        let world = World::with_mail(engine).await;
        world.priya().await;
        let (grace, bo) = (world.user(billing("Grace", "Obi", GRACE)).await, world.user(billing("Bo", "Lind", BO)).await);
        strict(&world).await;
        let mut ready = Vec::new();
        for (name, user, email, contact) in [("Dana Whitlock", &grace, GRACE, BO), ("Tom Ito", &bo, BO, GRACE)] {
            let agent = world.agent(name).await;
            let call = agent.verified_call(user).await.call_id;
            let code = agent.send(&call).await.unwrap().call_code.unwrap();
            while world.post().await > 0 {}
            let (link, _) = world.mail.as_ref().unwrap().newest(email, "Unlock").links();
            ready.push((world.another_desk().await, link, code, contact_code(&world, contact)));
        }
        let both = ready.into_iter().map(|(desk, link, code, contact)| async move {
            match pages::redeem_with(&desk, &link, (&code, &contact), NEW_PASSWORD).await {
                Ok(Redeemed::Done { active: true }) => "in",
                Ok(_) => "wrong",
                Err(failure) => failure.code(),
            }
        });
        let ended = crate::harness::at_once::counted(crate::harness::at_once::at_once(both).await);
        // Whoever comes second finds that the contact has a new password, which voids the code: never a deadlock.
        assert_eq!(ended.get("in"), Some(&1), "{ended:?}");
        assert_eq!(ended.get("link_stopped"), Some(&1), "{ended:?}");
    }
}
