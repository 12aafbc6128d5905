//! What only a demo database has: the mailbox in the window, and a card with one invented caller's answers.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::{Deserialize, Serialize};

use crate::demo::people;
use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::words_of;
use crate::perform::PlainShape;
use crate::store::demo_mailbox;
use crate::work::Work;

/// Letters shown.
const SHOWN: i64 = 50;

/// Asks for the mailbox.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DemoMailbox {}

/// Newest first.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Mailbox {
    /// Letters and texts.
    pub messages: Vec<MailboxMessage>,
}

/// A letter or text.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailboxMessage {
    /// The message.
    pub id: String,
    /// `mail` or `sms`.
    pub kind: String,
    /// The address or number.
    pub to: String,
    /// The subject; empty for a text.
    pub subject: String,
    /// The text.
    pub text: String,
    /// UTC ms.
    pub at: i64,
    /// Links in it, in order; the window names them by number when it asks to open one.
    pub links: Vec<MailboxLink>,
}

/// A link in a letter.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MailboxLink {
    /// What the button says.
    pub label: String,
    /// The address.
    pub url: String,
}

impl Operation for DemoMailbox {
    const NAME: &'static str = "demo_mailbox";
    const WHO: Who = Who::Operator(recovery_rules::roles::ANY_OPERATOR);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    const OVER_NETWORK: bool = false;
    type Answer = Mailbox;
    type Shape = PlainShape;
}

impl Plain for DemoMailbox {
    async fn run(self, work: &mut Work<'_>) -> Result<Mailbox, Stop> {
        demo_only(work)?;
        let messages = demo_mailbox::newest(&mut work.tx, SHOWN).await?;
        Ok(Mailbox {
            messages: messages
                .into_iter()
                .map(|m| MailboxMessage {
                    links: links_in(&m.body, work.desk.settings.public_url.as_str()),
                    id: m.id,
                    kind: m.kind,
                    to: m.sent_to,
                    subject: m.subject,
                    text: m.body,
                    at: m.at,
                })
                .collect(),
        })
    }
}

/// The links of a letter that lead to our own pages; nothing else is ever opened.
pub fn links_in(text: &str, public_url: &str) -> Vec<MailboxLink> {
    let ours = public_url.trim_end_matches('/');
    text.split_whitespace()
        .filter(|word| word.starts_with(ours))
        .map(|url| MailboxLink {
            label: if url.contains("/not-me") { "This wasn't me" } else { "Unlock my account" }.to_owned(),
            url: url.to_owned(),
        })
        .collect()
}

/// Asks for the card.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DemoCard {}

/// One invented caller.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Card {
    /// Their name.
    pub name: String,
    /// Their company.
    pub company: String,
    /// Their address.
    pub email: String,
    /// Their call reference.
    pub reference: String,
    /// The two words their page shows.
    pub check_words: [&'static str; 2],
    /// What they answer.
    pub answers: Vec<CardAnswer>,
}

/// A question and what the caller says.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CardAnswer {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

impl Operation for DemoCard {
    const NAME: &'static str = "demo_card";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Read;
    const OVER_NETWORK: bool = false;
    type Answer = Card;
    type Shape = PlainShape;
}

impl Plain for DemoCard {
    async fn run(self, work: &mut Work<'_>) -> Result<Card, Stop> {
        demo_only(work)?;
        let caller = people::the_caller();
        Ok(Card {
            name: caller.name(),
            company: caller.company.to_owned(),
            email: caller.email(),
            reference: people::CALLERS_REFERENCE.to_owned(),
            check_words: words_of(&work.desk.keys, people::CALLERS_REFERENCE),
            answers: caller
                .answers()
                .into_iter()
                .map(|(question, answer)| CardAnswer {
                    question: question.text.to_owned(),
                    answer: answer.to_owned(),
                })
                .collect(),
        })
    }
}

fn demo_only(work: &Work<'_>) -> Result<(), Stop> {
    if work.desk.demo { Ok(()) } else { Err(Refusal::DemoOnly.into()) }
}
