//! A test letter: an administrator sees whether letters leave, and in the mail server's own words why not.

use recovery_desk::operations::read_test_letter::ReadTestLetter;
use recovery_desk::operations::send_test_letter::{SendTestLetter, TestLetter};
use recovery_rules::roles::{Door, Role};
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;

use crate::harness::mail_faults::{arrived, world_and_server};
use crate::harness::scripted_mail_server::Habit;
use crate::harness::{Agent, Engine, on_both_databases, refused};

async fn again(ines: &Agent, letter: &TestLetter) -> TestLetter {
    ines.ask(ReadTestLetter { message_id: letter.message_id.clone() }).await.unwrap()
}

on_both_databases! {
    async fn a_test_letter_shows_what_is_wrong_with_the_mail_server_and_then_that_it_works(engine: Engine) {
        let (world, server) = world_and_server(engine).await;
        let ines = world.operator(Role::Administrator, "Ines Vogt").await;
        server.behaves(Habit::StrangeCertificate);
        let letter = ines.ask(SendTestLetter {}).await.unwrap();
        assert_eq!((letter.state, letter.address.as_str()), (MessageState::Waiting, ines.email.as_str()));
        world.post().await;
        let put_off = again(&ines, &letter).await;
        assert_eq!(put_off.state, MessageState::Deferred);
        assert!(put_off.server_reply.unwrap().contains("certificate is not trusted"));
        assert!(put_off.deferred_until.is_some());
        server.behaves(Habit::Good);
        world.later(Span::seconds(60));
        world.post().await;
        let accepted = again(&ines, &letter).await;
        assert_eq!((accepted.state, accepted.server_reply.as_deref()), (MessageState::Accepted, Some("250 2.0.0 queued as 4711")));
        let [arrived] = <[_; 1]>::try_from(arrived(&server, &ines.email)).unwrap();
        assert!(arrived.text.contains("This is a test") && arrived.html.contains("This is a test"));
    }

    async fn only_administrators_send_test_letters_ten_an_hour_and_read_no_other_letter_by_them(engine: Engine) {
        let (world, _server) = world_and_server(engine).await;
        let (ines, dana) = (world.operator(Role::Administrator, "Ines Vogt").await, world.agent("Dana Whitlock").await);
        assert_eq!(refused(dana.ask(SendTestLetter {}).await), "not_allowed");
        let letter = ines.ask(SendTestLetter {}).await.unwrap();
        assert_eq!(refused(dana.ask(ReadTestLetter { message_id: letter.message_id.clone() }).await), "not_allowed");
        let retry = || world.desk.perform(&ines.caller, Door::Desk, Some("twice"), SendTestLetter {});
        assert_eq!(retry().await.unwrap().message_id, retry().await.unwrap().message_id, "one press, one letter");
        for _ in 0..8 {
            ines.ask(SendTestLetter {}).await.unwrap();
        }
        assert_eq!(refused(ines.ask(SendTestLetter {}).await), "test_letter_limit");
        let priya = world.priya().await;
        let call = dana.verified_call(&priya).await;
        let unlock = dana.send(&call.call_id).await.unwrap().call.delivery.unwrap();
        assert_eq!(refused(ines.ask(ReadTestLetter { message_id: unlock.message_id }).await), "not_found");
        assert_eq!(world.post().await, 11);
    }
}
