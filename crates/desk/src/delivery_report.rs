//! A delivery report (RFC 3464, and RFC 6533 for addresses beyond ASCII) as another mail server sends it back, taken apart: which letter of ours it is about, and
//! what became of it. Anybody can write to the address that reports come to, so everything in it is hostile text.

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::smtp::one_line;

/// A report with the letter it quotes is some tens of kilobytes; more is not read.
pub const LONGEST: usize = 1024 * 1024;

/// Message-IDs of one report that are looked at. Each costs a look-up and an audit entry, and strangers write reports.
const MOST_IDS: usize = 5;

/// What a report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Message-IDs that may be that of the letter, likeliest first, without angle brackets.
    pub message_ids: Vec<String>,
    /// What became of it.
    pub action: Action,
    /// The server's words, one safe line.
    pub words: String,
}

/// What became of a letter (RFC 3464, 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It could not be delivered, for good.
    Failed,
    /// The other server goes on trying.
    Delayed,
    /// It was delivered, passed on to where no reports come from, or to several.
    Arrived,
}

/// Why a text is no report of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Too much.
    #[error("The report is longer than 1 MiB, so it was not read. Nothing was changed.")]
    TooLong,
    /// Nothing.
    #[error("Nothing came on standard input. Pipe one delivery report into this command.")]
    Empty,
    /// Not one.
    #[error("This is no delivery report in the form of RFC 3464. Nothing was changed.")]
    NoReport,
    /// Which letter is not said.
    #[error("The report doesn't say which letter it is about: it holds no Message-ID. Nothing was changed.")]
    NoMessageId,
}

impl DeliveryReport {
    /// Takes a report apart.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn parse(raw: &[u8]) -> Result<Self, Unreadable> {
        if raw.len() > LONGEST {
            return Err(Unreadable::TooLong);
        }
        if raw.iter().all(u8::is_ascii_whitespace) {
            return Err(Unreadable::Empty);
        }
        let message = MessageParser::default().parse(raw).ok_or(Unreadable::NoReport)?;
        let status = part(&message, "delivery-status")
            .or_else(|| part(&message, "global-delivery-status"))
            .ok_or(Unreadable::NoReport)?;
        let (action, words) = status_of(&text_of(status)).ok_or(Unreadable::NoReport)?;
        let message_ids = message_ids(&message);
        if message_ids.is_empty() {
            return Err(Unreadable::NoMessageId);
        }
        Ok(Self { message_ids, action, words })
    }
}

fn part<'a>(message: &'a Message<'a>, subtype: &str) -> Option<&'a MessagePart<'a>> {
    message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|found| found.eq_ignore_ascii_case(subtype))
        })
    })
}

fn text_of(part: &MessagePart<'_>) -> String {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        PartType::Message(message) => String::from_utf8_lossy(&message.raw_message).into_owned(),
        PartType::Multipart(_) => String::new(),
    }
}

/// The groups of fields after the first tell of one recipient each (RFC 3464, 2.3); our letters have one. Of several,
/// the worst counts.
fn status_of(text: &str) -> Option<(Action, String)> {
    let mut worst: Option<(Action, String)> = None;
    for group in text.replace("\r\n", "\n").split("\n\n") {
        let fields = fields(group);
        let Some(action) = field(&fields, "action").and_then(action) else { continue };
        let words = field(&fields, "diagnostic-code")
            .or_else(|| field(&fields, "status"))
            .unwrap_or("no reason given");
        // "smtp; 550 5.1.1 no such user": the kind of code says nothing to a person.
        let words = words.split_once(';').map_or(words, |(_, words)| words);
        if worst.as_ref().is_none_or(|(former, _)| rank(action) > rank(*former)) {
            worst = Some((action, one_line(words)));
        }
    }
    worst
}

const fn rank(action: Action) -> u8 {
    match action {
        Action::Arrived => 0,
        Action::Delayed => 1,
        Action::Failed => 2,
    }
}

fn action(name: &str) -> Option<Action> {
    match name.to_ascii_lowercase().as_str() {
        "failed" => Some(Action::Failed),
        "delayed" => Some(Action::Delayed),
        "delivered" | "relayed" | "expanded" => Some(Action::Arrived),
        _ => None,
    }
}

/// Fields of a group: name in lower case and value, continuation lines joined.
fn fields(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), fields.last_mut()) {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

/// From the letter it quotes, whole or its head alone; else from what the report says it answers.
fn message_ids(message: &Message<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for part in &message.parts {
        if let PartType::Message(quoted) = &part.body {
            ids.extend(quoted.message_id().map(str::to_owned));
        }
        let head = part.content_type().is_some_and(|kind| {
            kind.subtype().is_some_and(|found| {
                found.eq_ignore_ascii_case("rfc822-headers") || found.eq_ignore_ascii_case("global-headers")
            })
        });
        if head && let Some(id) = field(&fields(&text_of(part)), "message-id") {
            ids.push(id.to_owned());
        }
    }
    for header in [HeaderName::InReplyTo, HeaderName::References] {
        match message.header(header) {
            Some(HeaderValue::Text(id)) => ids.push(id.to_string()),
            Some(HeaderValue::TextList(several)) => ids.extend(several.iter().rev().map(ToString::to_string)),
            _ => {}
        }
    }
    let plain = ids.into_iter().map(|id| id.trim().trim_matches(['<', '>']).to_owned());
    let mut ids: Vec<String> = Vec::new();
    for id in plain.filter(|id| !id.is_empty() && id.len() <= 250) {
        if ids.len() < MOST_IDS && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::{Action, DeliveryReport, LONGEST, Unreadable};

    /// As Postfix writes one.
    const REPORT: &str = include_str!("delivery_report/postfix.eml");
    /// As Exchange writes one: the head of the letter alone.
    const HEAD_ONLY: &str = include_str!("delivery_report/exchange.eml");

    #[test]
    fn a_report_names_the_letter_and_says_why_in_the_servers_words() {
        let report = DeliveryReport::parse(REPORT.as_bytes()).unwrap();
        assert_eq!(report.message_ids, ["01abc@accounts.meridian.example"]);
        assert_eq!(report.action, Action::Failed);
        assert_eq!(
            report.words,
            "550 5.1.1 <priya.raman@hartwell.example>: Recipient address rejected: User unknown"
        );
        let crlf = DeliveryReport::parse(REPORT.replace('\n', "\r\n").as_bytes()).unwrap();
        assert_eq!(crlf, report);
    }

    #[test]
    fn a_report_with_the_head_alone_names_the_letter_too() {
        let report = DeliveryReport::parse(HEAD_ONLY.as_bytes()).unwrap();
        assert_eq!(report.message_ids[0], "01abc@accounts.meridian.example");
        assert_eq!((report.action, report.words.as_str()), (Action::Failed, "550 5.2.2 mailbox full"));
    }

    #[test]
    fn a_report_that_quotes_nothing_is_known_by_what_it_answers() {
        let cut =
            REPORT.find("--A4D1.1795514400/mx.hartwell.example\nContent-Description: Undelivered").unwrap();
        let quoted_nothing = format!("{}--A4D1.1795514400/mx.hartwell.example--\n", &REPORT[..cut]);
        assert_eq!(DeliveryReport::parse(quoted_nothing.as_bytes()), Err(Unreadable::NoMessageId));
        let answering = format!("In-Reply-To: <01abc@accounts.meridian.example>\n{quoted_nothing}");
        assert_eq!(
            DeliveryReport::parse(answering.as_bytes()).unwrap().message_ids,
            ["01abc@accounts.meridian.example"]
        );
    }

    #[test]
    fn a_report_of_the_newer_kind_is_read_and_only_the_first_few_ids_count() {
        let global = REPORT.replace("message/delivery-status", "message/global-delivery-status");
        assert_eq!(DeliveryReport::parse(global.as_bytes()).unwrap().action, Action::Failed);
        let head = HEAD_ONLY.replace("text/rfc822-headers", "message/global-headers");
        let head = head.replace("In-Reply-To", "X-Gone").replace("References", "X-Gone-Too");
        assert_eq!(
            DeliveryReport::parse(head.as_bytes()).unwrap().message_ids,
            ["01abc@accounts.meridian.example"]
        );
        let many: String = (0..30).map(|number| format!(" <{number}@x.example>")).collect();
        let many =
            HEAD_ONLY.replace("References: <01abc@accounts.meridian.example>", &format!("References:{many}"));
        assert_eq!(DeliveryReport::parse(many.as_bytes()).unwrap().message_ids.len(), super::MOST_IDS);
    }

    #[test]
    fn a_delay_is_no_failure_and_of_several_recipients_the_worst_counts() {
        let delayed = REPORT.replace("Action: failed", "Action: delayed");
        assert_eq!(DeliveryReport::parse(delayed.as_bytes()).unwrap().action, Action::Delayed);
        let relayed = REPORT.replace("Action: failed", "Action: relayed");
        assert_eq!(DeliveryReport::parse(relayed.as_bytes()).unwrap().action, Action::Arrived);
        let both = REPORT.replace(
            "Action: failed",
            "Action: relayed\n\nFinal-Recipient: rfc822; b@c.example\nAction: Failed",
        );
        assert_eq!(DeliveryReport::parse(both.as_bytes()).unwrap().action, Action::Failed);
    }

    #[test]
    fn the_words_are_one_safe_line_without_links() {
        let hostile = REPORT.replace(
            "Recipient address rejected: User unknown",
            "see https://evil.example/unlock/abc \u{1b}[2J\u{202e}",
        );
        let words = DeliveryReport::parse(hostile.as_bytes()).unwrap().words;
        assert!(!words.contains("://") && !words.contains(['\u{1b}', '\u{202e}', '\n']), "{words}");
        assert!(words.chars().count() <= 200);
    }

    #[test]
    fn garbage_is_told_apart_and_never_panics() {
        assert_eq!(DeliveryReport::parse(b""), Err(Unreadable::Empty));
        assert_eq!(DeliveryReport::parse(b" \r\n\n"), Err(Unreadable::Empty));
        assert_eq!(DeliveryReport::parse(&vec![b'a'; LONGEST + 1]), Err(Unreadable::TooLong));
        for garbage in [
            "hello",
            "Subject: hello\n\nno report",
            "\0\u{1}\u{2}",
            "Content-Type: multipart/report; boundary=\"\"\n\n--",
        ] {
            assert_eq!(DeliveryReport::parse(garbage.as_bytes()), Err(Unreadable::NoReport), "{garbage}");
        }
        assert_eq!(DeliveryReport::parse(&[0xff; 4096]), Err(Unreadable::NoReport));
        for end in 0..REPORT.len() {
            let _ = DeliveryReport::parse(&REPORT.as_bytes()[..end]);
        }
        let no_action = REPORT.replace("Action: failed", "Action: exploded");
        assert_eq!(DeliveryReport::parse(no_action.as_bytes()), Err(Unreadable::NoReport));
    }
}
