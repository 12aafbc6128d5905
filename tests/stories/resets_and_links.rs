//! D11.3: an administrator's reset of 2-step and a new password by link on one day. Each alone is fine; both together would
//! let one administrator and a mailbox be enough, so the second of the two needs somebody else, or a day.

use recovery_desk::operations::administration::{
    ApproveRequest, Decided, ReadApprovals, ReadUser, ResetUserTwoStep,
};
use recovery_desk::operations::reset_code::ResetCodeEntered;
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_rules::roles::Role;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use crate::harness::agent::Agent;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::harness::{Engine, PASSWORD, on_both_databases, refused};

const LINK: &str = "Set a new password";
const WAITS: &str = "has to wait";

fn reset(user: &str) -> ResetUserTwoStep {
    ResetUserTwoStep {
        user_id: user.to_owned(),
        email: PRIYA.to_owned(),
        reason: "Lost the phone, seen in person at the counter".to_owned(),
        report_id: None,
        contact_id: None,
        reached: None,
    }
}

/// The second administrator approves the one request that waits.
async fn approve(boss: &Agent) {
    let row = boss.ask(ReadApprovals {}).await.unwrap().requests.remove(0);
    boss.ask(ApproveRequest { approval_id: row.approval_id, seal: row.seal }).await.unwrap();
}

async fn two_step(boss: &Agent, user: &str) -> String {
    boss.ask(ReadUser { user_id: user.to_owned() }).await.unwrap().two_step
}

/// Forgot password from the link to the right code by text.
async fn new_password(forgot: &Forgot) {
    let link = forgot.staged().await;
    assert!(matches!(forgot.enter(&link, &forgot.code()).await.unwrap(), ResetCodeEntered::Done(_)));
}

on_both_databases! {
    async fn d11_3_a_reset_of_two_step_within_a_day_of_a_new_password_by_link_needs_a_second(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let mut ines = forgot.world.operator(Role::Administrator, "Ines Vogt").await;
        let mut ola = forgot.world.operator(Role::Administrator, "Ola Berg").await;
        new_password(&forgot).await;
        let because = ines.ask(ReadUser { user_id: forgot.user.clone() }).await.unwrap().reset_second_because;
        assert_eq!(because.as_deref(), Some("password_reset_lately"));
        assert!(!ines.ask(reset(&forgot.user)).await.unwrap().done);
        assert_eq!(two_step(&ines, &forgot.user).await, "on", "asking changes nothing");
        approve(&ola).await;
        assert_eq!(two_step(&ines, &forgot.user).await, "to_be_set_up_again");

        // The same a day later, of somebody else's: one is enough again, to the millisecond.
        let later = Forgot::new(engine, TwoStep::On).await;
        ines = later.world.operator(Role::Administrator, "Ines Vogt").await;
        ola = later.world.operator(Role::Administrator, "Ola Berg").await;
        new_password(&later).await;
        later.later(Span(Span::hours(24).0 - 1));
        ines.sign_in().await.unwrap();
        let asked = ines.ask(reset(&later.user)).await.unwrap();
        assert!(!asked.done, "a day is not over yet");
        later.later(Span(1));
        let alone = ResetUserTwoStep { reason: "Seen again at the counter".to_owned(), ..reset(&later.user) };
        ola.sign_in().await.unwrap();
        assert_eq!(ola.ask(alone).await.unwrap(), Decided { done: true, approval_id: None, alone_from: None, until: None });
        assert_eq!(two_step(&ines, &later.user).await, "to_be_set_up_again");
    }

    async fn d11_3_no_password_is_reset_by_link_for_a_day_after_one_administrator_reset_two_step(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let ines = forgot.world.operator(Role::Administrator, "Ines Vogt").await;
        // A link that was on its way before, with a password staged: the reset kills both (D11.4).
        let before = forgot.staged().await;
        let code = forgot.code();
        assert!(ines.ask(reset(&forgot.user)).await.unwrap().done);
        assert_eq!(refused(forgot.enter(&before, &code).await), "link_stopped");
        assert_eq!(refused(forgot.read(&before).await), "link_stopped");

        // Whoever reads the mailbox gets no link, and the owner is told once why, where strangers see no difference.
        let links = forgot.letters(LINK);
        for _ in 0..3 {
            forgot.asks(PRIYA).await.unwrap();
            forgot.post().await;
            forgot.later(Span::minutes(2));
        }
        assert_eq!((forgot.letters(LINK), forgot.letters(WAITS)), (links, 1));
        let told = forgot.mail().newest(PRIYA, WAITS).text;
        assert!(told.contains("25 November 2026, 10:00 UTC") && told.contains("call us"), "{told}");
        assert!(!told.contains("Ines") && !told.contains("/reset/link/"), "{told}");

        // Her password works all the while, with a code by e-mail.
        assert!(matches!(pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap(), UserSignedIn::CodeNeeded { .. }));
        forgot.later(Span::hours(24));
        let link = forgot.staged().await;
        assert!(matches!(forgot.enter(&link, &forgot.mailed_code()).await.unwrap(), ResetCodeEntered::Done(_)));
        assert!(matches!(pages::sign_in(&forgot.world.desk, PRIYA, NEW_PASSWORD).await.unwrap(), UserSignedIn::CodeNeeded { .. }));
    }

    async fn d11_3_a_single_administrator_who_waited_a_day_is_still_one_alone(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let mut ines = forgot.world.operator(Role::Administrator, "Ines Vogt").await;
        let dana = forgot.world.agent("Dana Whitlock").await;
        let call = dana.open(&forgot.user).await.unwrap();
        dana.end(&call.call_id).await.unwrap();
        assert!(ines.ask(reset(&forgot.user)).await.unwrap().alone_from.is_some(), "within a day of a call");
        forgot.later(Span::hours(24));
        ines.sign_in().await.unwrap();
        approve(&ines).await;
        assert_eq!(two_step(&ines, &forgot.user).await, "to_be_set_up_again");
        let links = forgot.letters(LINK);
        forgot.asks(PRIYA).await.unwrap();
        forgot.post().await;
        assert_eq!((forgot.letters(LINK), forgot.letters(WAITS)), (links, 1));
    }

    async fn d11_3_what_two_administrators_reset_holds_back_no_link(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let ines = forgot.world.operator(Role::Administrator, "Ines Vogt").await;
        let ola = forgot.world.operator(Role::Administrator, "Ola Berg").await;
        let dana = forgot.world.agent("Dana Whitlock").await;
        let call = dana.open(&forgot.user).await.unwrap();
        dana.end(&call.call_id).await.unwrap();
        assert!(!ines.ask(reset(&forgot.user)).await.unwrap().done, "within a day of a call");
        approve(&ola).await;
        let link = forgot.staged().await;
        assert!(matches!(forgot.enter(&link, &forgot.mailed_code()).await.unwrap(), ResetCodeEntered::Done(_)));
        assert_eq!(forgot.letters(WAITS), 0);
    }
}
