//! A test letter to the administrator's own address: whether letters leave, and what the mail server says. There is no
//! parameter for an address, so that the desk writes to nobody else.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Role, Who};
use recovery_rules::states::MessageState;
use recovery_rules::time::Span;
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::letters_queue::{self, Letter};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::counters::{self, Counter};
use crate::store::outbox;
use crate::work::Work;

/// Test letters an operator may send in an hour: enough to try settings, too few to be a nuisance.
const AN_HOUR: i64 = 10;
/// The letter's name in the outbox.
const LETTER: &str = "test";
pub(crate) const ADMINISTRATORS: &[Role] = &[Role::Administrator];

/// Sends it.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SendTestLetter {}

/// How far a test letter has come.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TestLetter {
    /// The message, to ask again how far it is.
    pub message_id: String,
    /// Where it goes.
    pub address: String,
    /// Its state.
    #[cfg_attr(test, ts(type = "MessageState"))]
    pub state: MessageState,
    /// What the mail server said, or why it can't be reached.
    pub server_reply: Option<String>,
    /// UTC ms.
    pub queued_at: i64,
    /// UTC ms.
    pub accepted_at: Option<i64>,
    /// When it is tried again, while it is put off; UTC ms.
    pub deferred_until: Option<i64>,
}

impl Operation for SendTestLetter {
    const NAME: &'static str = "send_test_letter";
    const WHO: Who = Who::Operator(ADMINISTRATORS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = TestLetter;
    type Shape = PlainShape;

    fn kept(answer: &TestLetter) -> String {
        answer.message_id.clone()
    }

    async fn repeated(self, kept: &str, work: &mut Work<'_>) -> Result<TestLetter, Stop> {
        test_letter(kept, work).await
    }
}

impl Plain for SendTestLetter {
    async fn run(self, work: &mut Work<'_>) -> Result<TestLetter, Stop> {
        let operator = work.operator()?.clone();
        let (keys, hour, now) = (&work.desk.keys, Span::hours(1), work.now);
        counters::spend_within(&mut work.tx, keys, Counter::TestLetters, &operator.id, AN_HOUR, hour, now)
            .await?
            .map_err(|until| Refusal::TestLetterLimit { until })?;
        let letter = Letter::to_operator(&operator.email, LETTER);
        let id = letters_queue::queue(work, letter, serde_json::json!({ "at": work.now.0 })).await?;
        work.note("message", id.clone());
        test_letter(&id, work).await
    }
}

/// The test letter of this id; another letter is none of this operation's business.
pub(crate) async fn test_letter(id: &str, work: &mut Work<'_>) -> Result<TestLetter, Stop> {
    let found = outbox::by_id(&mut work.tx, id).await?.filter(|message| message.letter == LETTER);
    let message = found.ok_or(Refusal::NotFound)?;
    let state = message.state()?;
    Ok(TestLetter {
        deferred_until: (state == MessageState::Deferred).then_some(message.next_at),
        state,
        message_id: message.id,
        address: message.address,
        server_reply: message.server_reply,
        queued_at: message.queued_at,
        accepted_at: message.accepted_at,
    })
}
