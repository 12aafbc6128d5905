//! *Call support* from the page to the desk: the reference takes the agent to the account, the words show the caller
//! that it is our desk. D8.8.

use recovery_desk::operations::call_support::{CallSupport, Proved, ReadCallSupport};
use recovery_desk::operations::user_sign_in::UserSignedIn;
use recovery_desk::secret::SecretText;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use reqwest::Client;

use crate::harness::agent::right;
use crate::harness::pages::{self, NEW_PASSWORD};
use crate::harness::posted::PRIYA;
use crate::harness::reset::Forgot;
use crate::harness::{Engine, PASSWORD, on_both_databases, refused, scan};

on_both_databases! {
    async fn d8_8_the_reference_of_the_page_opens_the_call_and_both_see_the_same_words(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        let link = forgot.staged().await;
        let client = Client::builder().cookie_store(true).build().unwrap();
        let site = forgot.world.public_url.as_str().trim_end_matches('/').to_owned();
        client.get(format!("{site}/reset/link/{link}")).send().await.unwrap();
        // Looking gives no reference; asking does, and a reload shows the same one.
        assert!(!client.get(format!("{site}/reset/call-support")).send().await.unwrap().text().await.unwrap().contains("They will tell you"));
        let asked = client.post(format!("{site}/reset/call-support")).header("Sec-Fetch-Site", "same-origin");
        let page = asked.send().await.unwrap().text().await.unwrap();
        let again = client.get(format!("{site}/reset/call-support")).send().await.unwrap().text().await.unwrap();
        assert_eq!(page, again);
        for words in ["0113 496 0142", "08:00 to 20:00", "We never call you", "Other words? Hang up"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("Priya") && !page.contains("hartwell"), "no account data: {page}");
        let call = forgot.ask(ReadCallSupport { proved: Proved::ResetLink(SecretText::new(&*link)) }).await.unwrap().unwrap();
        assert!(page.contains(&call.reference) && page.contains(&call.check_words.join(" ")), "{page}");

        let dana = forgot.world.agent("Dana Whitlock").await;
        let found = dana.look_up(&call.reference.to_lowercase().replace('-', " ")).await.unwrap();
        assert_eq!((found.users.len(), found.reference.as_deref()), (1, Some(call.reference.as_str())));
        let opened = dana.open_by(&found.users[0].user_id, &call.reference).await.unwrap();
        assert_eq!(opened.check_words, Some(call.check_words));
        assert!(dana.check(&opened.call_id, right()).await.unwrap().verified);
        let sent = dana.send(&opened.call_id).await.unwrap();
        forgot.post().await;
        let (unlock, _) = forgot.mail().newest(PRIYA, "Unlock").links();
        pages::redeem(&forgot.world.desk, &unlock, &sent.call_code.unwrap(), "seven brass kettles by the quay").await.unwrap();
        assert_eq!(refused(forgot.read(&link).await), "link_stopped", "whoever is in needs no reset link");
        scan::assert_nowhere(&forgot.world, &[&link, NEW_PASSWORD], PRIYA);
    }

    async fn a_reference_needs_a_proved_link_or_password_and_lives_a_day(engine: Engine) {
        let forgot = Forgot::new(engine, TwoStep::On).await;
        for proved in [Proved::ResetLink(SecretText::new("made-up")), Proved::Challenge(SecretText::new("made-up"))] {
            assert!(["link_unknown", "code_dead"].contains(&refused(forgot.ask(CallSupport { proved }).await)));
        }
        let UserSignedIn::CodeNeeded { challenge } = pages::sign_in(&forgot.world.desk, PRIYA, PASSWORD).await.unwrap() else { panic!() };
        let first = forgot.ask(CallSupport { proved: Proved::Challenge(challenge.clone()) }).await.unwrap();
        let again = forgot.ask(CallSupport { proved: Proved::Challenge(challenge) }).await.unwrap();
        assert_eq!(first.reference, again.reference);
        let link = forgot.link().await;
        let other = forgot.ask(CallSupport { proved: Proved::ResetLink(SecretText::new(&*link)) }).await.unwrap();
        assert_ne!(first.reference, other.reference);
        let dana = forgot.world.agent("Dana Whitlock").await;
        for reference in [&first.reference, &other.reference] {
            assert_eq!(dana.look_up(reference).await.unwrap().users.len(), 1);
        }
        forgot.later(Span::hours(24));
        let mut dana = dana;
        dana.sign_in().await.unwrap();
        assert!(dana.look_up(&first.reference).await.unwrap().users.is_empty());
    }
}
