//! D10.5, D10.6, D14.6 and the attacks D2, D11, D12, D13: letters through a mail server that misbehaves in every way it
//! can, workers that die or sleep, hours without post. What is promised: a letter arrives once, or its state says what
//! happened; nothing leaves in clear; no link is sent dead.

use recovery_desk::caller::Caller;
use recovery_desk::mailer::Mailer;
use recovery_desk::operations::delivery::Delivery;
use recovery_desk::operations::messages::{DueMessages, SettleMessage, TakeMessage, UNWRITABLE};
use recovery_desk::operations::redeem_unlock::Redeemed;
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;

use crate::harness::fixtures::NewUser;
use crate::harness::log;
use crate::harness::mail_faults::{arrived, world_and_server};
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::scripted_mail_server::Habit::{self, *};
use crate::harness::world::{ask, open};
use crate::harness::{Agent, Engine, World, on_both_databases, refused};

const SEALED: &str = "SELECT COUNT(*) FROM outbox WHERE sealed_secret IS NOT NULL";

/// What may be seen of a letter that a server with this habit got.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    /// Nothing of it left; later it goes with a secret of its own.
    ToNothing,
    /// The server had it and put it off: later the same goes again.
    BackLater,
    /// It is refused, and says why.
    BackForGood,
    /// Nobody knows.
    ToDoubt,
    /// It arrived.
    Through,
}

/// Each way to misbehave at each stage, and what the letter's state must say.
const WAYS: &[(Habit, Comes, &str)] = &[
    (NoStartTls, Comes::ToNothing, "offers no encryption"),
    (StrangeCertificate, Comes::ToNothing, "certificate is not trusted"),
    (Silent("greeting"), Comes::ToNothing, "did not answer in time"),
    (Silent("STARTTLS"), Comes::ToNothing, "did not answer in time"),
    (Silent("MAIL"), Comes::ToNothing, "did not answer in time"),
    (Silent("DATA"), Comes::ToNothing, "did not answer in time"),
    (Slow(380), Comes::ToNothing, "did not answer in time"),
    (Says("greeting", "421 4.3.2 closing"), Comes::ToNothing, "421 4.3.2 closing"),
    (Says("greeting", "554 5.3.2 go away"), Comes::ToNothing, "554 5.3.2 go away"),
    (Says("EHLO", "451 4.3.0 later"), Comes::ToNothing, "451 4.3.0 later"),
    (Says("EHLO", "550 5.7.1 who are you"), Comes::ToNothing, "550 5.7.1 who are you"),
    (Says("STARTTLS", "454 4.7.0 no keys"), Comes::ToNothing, "454 4.7.0 no keys"),
    (Says("STARTTLS", "554 5.7.3 no"), Comes::ToNothing, "554 5.7.3 no"),
    (Says("MAIL", "451 4.3.0 later"), Comes::ToNothing, "451 4.3.0 later"),
    (Says("MAIL", "550 5.7.1 not from you"), Comes::BackForGood, "550 5.7.1 not from you"),
    (Says("RCPT", "450 4.2.0 greylisted"), Comes::ToNothing, "450 4.2.0 greylisted"),
    (Says("RCPT", "550 5.1.1 nobody"), Comes::BackForGood, "550 5.1.1 nobody"),
    (Says("DATA", "452 4.3.1 disk full"), Comes::ToNothing, "452 4.3.1 disk full"),
    (Says("DATA", "554 5.7.0 no"), Comes::BackForGood, "554 5.7.0 no"),
    (Says("DATA", "250 out of step"), Comes::ToNothing, "unexpected answer"),
    (Says(".", "451 4.3.0 later"), Comes::BackLater, "451 4.3.0 later"),
    (Says(".", "554 5.7.1 spam"), Comes::BackForGood, "554 5.7.1 spam"),
    (HangsUp("greeting"), Comes::ToNothing, ""),
    (HangsUp("EHLO"), Comes::ToNothing, ""),
    (HangsUp("STARTTLS"), Comes::ToNothing, ""),
    (HangsUp("MAIL"), Comes::ToNothing, ""),
    (HangsUp("RCPT"), Comes::ToNothing, ""),
    (HangsUp("DATA"), Comes::ToNothing, ""),
    (HangsUp("."), Comes::ToDoubt, "connection ended before"),
    (LosesItsAnswer, Comes::ToDoubt, "connection ended before"),
    (Silent("."), Comes::ToDoubt, "did not answer in time"),
    (ThinksAboutIt(600), Comes::Through, "250"),
    (HangsUpAfterLetter, Comes::Through, "250"),
];

/// An unlock e-mail that was asked for, of a user and agent of its own.
struct Sent {
    agent: Agent,
    call_id: String,
    code: String,
    email: String,
}

impl Sent {
    async fn by(world: &World, number: usize) -> Self {
        let email = format!("reader-{number}@hartwell.example");
        let user = world.user(NewUser { email: &email, ..NewUser::default() }).await;
        let agent = world.agent(&format!("Agent {number}")).await;
        let call_id = agent.verified_call(&user).await.call_id;
        let code = agent.send(&call_id).await.unwrap().call_code.unwrap();
        Self { agent, call_id, code, email }
    }

    async fn delivery(&mut self, world: &World) -> Delivery {
        // Hours pass in these stories.
        world.later(Span::seconds(31));
        self.agent.sign_in().await.unwrap();
        self.agent.view(&self.call_id).await.delivery.unwrap()
    }

    async fn opens_the_account(&self, world: &World, link: &str) {
        let done = pages::redeem(&world.desk, link, &self.code, NEW_PASSWORD).await.unwrap();
        assert_eq!(done, Redeemed::Done { active: true }, "{}", self.email);
    }
}

on_both_databases! {
    /// Also attack D2: without encryption, or with somebody on the way, nothing is sent.
    async fn d10_5_whatever_the_mail_server_does_a_letter_arrives_once_or_its_state_says_what_happened(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        for (number, (habit, comes, words)) in WAYS.iter().enumerate() {
            let mut sent = Sent::by(&world, number).await;
            let heard_before = server.heard().len();
            server.behaves(*habit);
            assert_eq!(world.post().await, 1, "{habit:?}");
            server.behaves(Good);
            let delivery = sent.delivery(&world).await;
            let (state, reply) = (delivery.state, delivery.server_reply.unwrap_or_default());
            assert!(reply.contains(words), "{habit:?}: {reply}");
            let heard = server.heard()[heard_before..].join("\n");
            assert!(!heard.contains("plain: MAIL") && !heard.contains("plain: AUTH"), "{habit:?}: {heard}");
            let sealed = world.count(SEALED).await;
            match comes {
                Comes::ToNothing => {
                    assert_eq!((state, sealed), (MessageState::Deferred, 0), "{habit:?}");
                    assert!(delivery.link_expires_at.is_none() && delivery.deferred_until.is_some(), "{habit:?}");
                    assert!(!heard.contains("Subject:"), "{habit:?}: {heard}");
                }
                Comes::BackLater => assert_eq!((state, sealed), (MessageState::Deferred, 1), "{habit:?}"),
                Comes::BackForGood => {
                    assert_eq!((state, sealed, delivery.code_live), (MessageState::Failed, 0, false), "{habit:?}");
                }
                Comes::ToDoubt => assert_eq!((state, sealed), (MessageState::Uncertain, 1), "{habit:?}"),
                Comes::Through => assert_eq!((state, sealed), (MessageState::Accepted, 0), "{habit:?}"),
            }
            world.later(Span::minutes(2));
            world.post().await;
            world.later(Span::minutes(20));
            assert_eq!(world.post().await, 0, "{habit:?}: nothing is left to do");
            let letters = arrived(&server, &sent.email);
            let copies = match comes {
                Comes::BackForGood => 0,
                _ if *habit == LosesItsAnswer => 2,
                _ => 1,
            };
            assert_eq!(letters.len(), copies, "{habit:?}");
            for other in &letters {
                assert_eq!(other.header("message-id"), letters[0].header("message-id"), "{habit:?}");
                assert_eq!(other.links(), letters[0].links(), "{habit:?}");
            }
            if let Some(letter) = letters.first() {
                assert_eq!(sent.delivery(&world).await.state, MessageState::Accepted, "{habit:?}");
                sent.opens_the_account(&world, &letter.links().0).await;
                world.post().await;
            }
        }
    }

    /// Attack D2: whether the handshake stumbles over them depends on how the packets fall; they are never believed.
    async fn answers_put_in_before_the_encryption_count_for_nothing(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let mut sent = Sent::by(&world, 0).await;
        server.behaves(Injects("250-evil\r\n250 AUTH PLAIN\r\n550 5.1.1 gone for ever"));
        world.post().await;
        let delivery = sent.delivery(&world).await;
        let reply = delivery.server_reply.unwrap();
        match delivery.state {
            MessageState::Accepted => assert_eq!(reply, "250 2.0.0 queued as 4711"),
            MessageState::Deferred => assert!(reply.contains("Nothing was sent"), "{reply}"),
            other => panic!("{other:?}: {reply}"),
        }
        server.behaves(Good);
        world.later(Span::minutes(2));
        world.post().await;
        assert_eq!(arrived(&server, &sent.email).len(), 1);
        assert!(!server.heard().join("\n").contains("plain: MAIL"));
    }

    /// Attack D13, with one mailer that goes on all the time, as in a desk.
    async fn d14_6_hours_without_a_mail_server_send_nothing_dead_and_the_log_says_so(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let mut letters = Vec::new();
        for number in 0..3 {
            letters.push(Sent::by(&world, number).await);
        }
        let mailer = Mailer::new(world.desk.clone()).unwrap();
        server.behaves(Silent("greeting"));
        assert_eq!(mailer.run_once().await.unwrap().handled, 3);
        assert_eq!(server.connections(), 1, "a silent server costs one wait, not one a letter");
        server.goes_down().await;
        let before = String::from_utf8_lossy(&log::so_far()).matches(ALARM).count();
        for _ in 0..8 {
            world.later(Span::minutes(15));
            mailer.run_once().await.unwrap();
            assert_eq!(world.count(SEALED).await, 0, "no secret is made that could grow old");
        }
        assert!(String::from_utf8_lossy(&log::so_far()).matches(ALARM).count() > before);
        for sent in &mut letters {
            let delivery = sent.delivery(&world).await;
            assert_eq!(delivery.state, MessageState::Deferred);
            assert!(delivery.server_reply.unwrap().contains("can't be reached"));
        }
        server.behaves(Good);
        server.comes_back().await;
        world.later(Span::minutes(15));
        let connections = server.connections();
        mailer.run_once().await.unwrap();
        assert_eq!(server.connections(), connections + 1, "one connection for all");
        let now = world.desk.clock.machine();
        for sent in &mut letters {
            let [letter] = <[_; 1]>::try_from(arrived(&server, &sent.email)).unwrap();
            assert_eq!(sent.delivery(&world).await.link_expires_at, Some((now + Span::hours(1)).0));
            sent.opens_the_account(&world, &letter.links().0).await;
        }
    }

    async fn d14_6_a_mailed_code_that_waits_too_long_expires_instead_of_coming_late(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let sent = Sent::by(&world, 0).await;
        world.post().await;
        sent.opens_the_account(&world, &arrived(&server, &sent.email)[0].links().0).await;
        world.post().await;
        server.goes_down().await;
        pages::sign_in(&world.desk, &sent.email, NEW_PASSWORD).await.unwrap();
        for _ in 0..5 {
            world.post().await;
            world.later(Span::minutes(2));
        }
        server.comes_back().await;
        world.post().await;
        assert_eq!(world.count("SELECT COUNT(*) FROM outbox WHERE letter = 'code' AND kind = 'mail' AND state = 'expired'").await, 1);
        assert_eq!(arrived(&server, &sent.email).len(), 2, "the link and the notice of the unlock");
        pages::sign_in(&world.desk, &sent.email, NEW_PASSWORD).await.unwrap();
        world.post().await;
        assert_eq!(arrived(&server, &sent.email).len(), 3, "a new one can be asked for");
    }

    /// Attack D12 in one process: what counts is the fence.
    async fn d10_5_the_late_mark_of_a_worker_that_slept_changes_nothing(engine: Engine) {
        let (world, _server) = world_and_server(engine).await;
        let mut sent = Sent::by(&world, 0).await;
        let system = Caller::System("a worker that sleeps");
        let due = ask(&world.desk, &system, DueMessages::default()).await.unwrap().messages;
        let taken = ask(&world.desk, &system, TakeMessage { id: due[0].id.clone() }).await.unwrap().to_send.unwrap();
        world.later(Span::seconds(121));
        world.post().await;
        for state in [MessageState::Failed, MessageState::Deferred, MessageState::Uncertain, MessageState::Accepted] {
            let (id, fence) = (taken.message.id.clone(), taken.message.fence);
            let late = SettleMessage { id, fence, state, reply: "too late".to_owned(), secret_stayed: true };
            assert!(!ask(&world.desk, &system, late).await.unwrap().marked);
        }
        let delivery = sent.delivery(&world).await;
        assert_eq!((delivery.state, delivery.code_live), (MessageState::Accepted, true));
        assert_ne!(delivery.server_reply.as_deref(), Some("too late"));
    }

    async fn a_letter_on_which_workers_die_is_given_up_as_uncertain_and_stops_nobody(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let mut deadly = Sent::by(&world, 0).await;
        let system = Caller::System("a worker that dies");
        for _ in 0..4 {
            for due in ask(&world.desk, &system, DueMessages::default()).await.unwrap().messages {
                ask(&world.desk, &system, TakeMessage { id: due.id }).await.unwrap();
            }
            world.later(Span::seconds(120));
        }
        let other = Sent::by(&world, 1).await;
        world.post().await;
        assert_eq!(deadly.delivery(&world).await.state, MessageState::Uncertain);
        assert_eq!((arrived(&server, &deadly.email).len(), arrived(&server, &other.email).len()), (0, 1));
        world.later(Span::hours(1));
        world.post().await;
        assert_eq!(deadly.delivery(&world).await.state, MessageState::Expired, "when its link would be dead");
        assert_eq!(world.count(SEALED).await, 0);
    }

    async fn a_poisoned_row_fails_alone_and_stops_nobody(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let poisons = [
            "UPDATE outbox SET facts = 'not JSON' WHERE call_id = $1",
            "UPDATE outbox SET facts = '{}' WHERE call_id = $1",
            "UPDATE outbox SET facts = '{\"repudiate_link\": 7}' WHERE call_id = $1",
            "UPDATE outbox SET letter = 'no such letter' WHERE call_id = $1",
            "UPDATE outbox SET address = 'no address' WHERE call_id = $1",
        ];
        let mut poisoned = Vec::new();
        for (number, poison) in poisons.into_iter().enumerate() {
            let sent = Sent::by(&world, number).await;
            world.change(poison, &sent.call_id).await;
            poisoned.push(sent.call_id);
        }
        let healthy = Sent::by(&world, poisons.len()).await;
        world.post().await;
        assert_eq!(arrived(&server, &healthy.email).len(), 1);
        assert_eq!(server.letters().len(), 1);
        let failed = world.count("SELECT COUNT(*) FROM outbox WHERE state = 'failed' AND sealed_secret IS NULL").await;
        assert_eq!(failed, poisons.len() as i64);
        let told = world.count("SELECT COUNT(*) FROM outbox WHERE server_reply LIKE 'the letter can%see the log'").await;
        assert_eq!(told, poisons.len() as i64 - 1, "{UNWRITABLE}; the address has words of its own");
        assert_eq!(world.post().await, 0, "and they are not tried again");
    }

    async fn a_desk_without_a_mail_server_leaves_letters_to_one_that_has_it_and_says_so_when_none_has(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let (clock, folder) = (world.desk.clock.clone(), world.folder.path());
        let bare = open(&world.address, &world.keys, None, None, &world.public_url, clock, folder).await;
        let bare = Mailer::new(bare).unwrap();
        let mut sent = Sent::by(&world, 0).await;
        world.later(Span::seconds(59));
        assert_eq!(bare.run_once().await.unwrap().handled, 0);
        assert_eq!(sent.agent.view(&sent.call_id).await.delivery.unwrap().state, MessageState::Waiting);
        world.post().await;
        assert_eq!(arrived(&server, &sent.email).len(), 1);
        assert_eq!(sent.delivery(&world).await.state, MessageState::Accepted);

        let mut other = Sent::by(&world, 1).await;
        world.later(Span::minutes(1));
        assert_eq!(bare.run_once().await.unwrap().handled, 1);
        let delivery = other.delivery(&world).await;
        assert_eq!(delivery.state, MessageState::Deferred);
        assert_eq!(delivery.server_reply.as_deref(), Some("no mail server is set; see settings"));
        world.later(Span::minutes(1));
        world.post().await;
        assert_eq!(other.delivery(&world).await.state, MessageState::Accepted, "one that has a mail server came back");
    }

    async fn d10_6_a_resend_replaces_a_letter_that_may_have_arrived_and_it_is_not_repeated(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let mut sent = Sent::by(&world, 0).await;
        server.behaves(LosesItsAnswer);
        world.post().await;
        server.behaves(Good);
        world.later(Span::seconds(60));
        let again = sent.agent.send_again(&sent.call_id).await.unwrap();
        sent.code = again.call_code.unwrap();
        world.post().await;
        world.later(Span::minutes(3));
        assert_eq!(world.post().await, 0, "the former letter is not repeated");
        let [former, newest] = <[_; 2]>::try_from(arrived(&server, &sent.email)).unwrap();
        let old = pages::redeem(&world.desk, &former.links().0, &sent.code, NEW_PASSWORD).await;
        assert_eq!(refused(old), "link_replaced");
        sent.opens_the_account(&world, &newest.links().0).await;
    }
}

/// What the log says while the oldest message waits too long.
const ALARM: &str = "the oldest message waits too long";
