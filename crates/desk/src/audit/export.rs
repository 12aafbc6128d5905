//! Writing the audit log out for a log collector: one line an entry, in the order of the chain, safe to split at line
//! ends. Entries that wait for the sealer come with a later export, so no number ever comes behind a higher one.
//! Where it ended is kept by whoever reads: it asks again from the last number it has, and so gets each entry at least
//! once.

use std::fmt::Write;

use recovery_rules::roles::Door;
use recovery_rules::time::Moment;
use serde_json::{Map, Value};

use super::hex;
use crate::caller::Caller;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::letters::rfc3339;
use crate::operations::read_audit::ReadAudit;
use crate::store::audit::AuditRow;

/// What an export came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Entries written.
    pub entries: u64,
    /// The number of the last one, or where the export began.
    pub last: i64,
    /// Numbers that are missing in the database, first and last of each gap.
    pub missing: Vec<(i64, i64)>,
}

/// Why an export broke off. What was written before is right.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// The database can't be read.
    #[error(transparent)]
    Database(#[from] Failure),
    /// Nobody takes the lines.
    #[error("The lines can't be written: {0}. Go on later from the last number that arrived.")]
    Output(#[from] std::io::Error),
    /// The log is shorter than what the collector has.
    #[error(
        "The log ends with entry {last}; there is no entry {since} to go on from. Either this is another database, or \
         it was put back to an older state. Nothing was written."
    )]
    Shorter {
        /// The number asked for.
        since: i64,
        /// The last there is.
        last: i64,
    },
}

/// Hands every chained entry behind a number to `write`, in order. It reads pages and holds no transaction between them.
///
/// # Errors
/// [`NotExported`].
pub async fn export(
    desk: &Desk,
    since: i64,
    mut write: impl FnMut(&AuditRow) -> std::io::Result<()>,
) -> Result<Exported, NotExported> {
    let mut exported = Exported { last: since, ..Exported::default() };
    loop {
        let request = ReadAudit { after: exported.last };
        let page = desk.perform(&Caller::System("audit export"), Door::System, None, request).await?;
        if since > page.last {
            return Err(NotExported::Shorter { since, last: page.last });
        }
        if page.rows.is_empty() {
            return Ok(exported);
        }
        for row in &page.rows {
            // The database finds them by number, so each has one.
            let Some(seq) = row.seq else { continue };
            if seq != exported.last + 1 {
                exported.missing.push((exported.last + 1, seq - 1));
            }
            write(row)?;
            exported.entries += 1;
            exported.last = seq;
        }
    }
}

/// An entry as an object of JSON, with its line end. Nothing in it ends a line, moves a cursor or turns text round.
pub fn json_line(row: &AuditRow) -> String {
    let mut line = Map::new();
    line.insert("seq".to_owned(), row.seq.into());
    line.insert("time".to_owned(), rfc3339(Moment(row.at)).into());
    line.insert("at".to_owned(), row.at.into());
    for (name, text) in texts(row) {
        line.insert(name.to_owned(), text.into());
    }
    line.insert("detail".to_owned(), detail(row));
    line.insert("hash".to_owned(), row.hash.as_deref().map(hex).into());
    format!("{}\n", inert(&Value::Object(line).to_string()))
}

/// An entry in ArcSight's Common Event Format, version 0, with its line end.
pub fn cef_line(row: &AuditRow) -> String {
    let severity = if row.result == "refused" { 5 } else { 3 };
    let mut line = String::from("CEF:0|Recovery Desk|recovery-desk-server|");
    let name = format!("{} {}", row.operation, row.result);
    for text in [env!("CARGO_PKG_VERSION"), &row.operation, &name] {
        line.push_str(&in_header(text));
        line.push('|');
    }
    let _ = write!(line, "{severity}|");
    let number = row.seq.map(|seq| seq.to_string());
    let (at, detail) = (row.at.to_string(), detail(row));
    let detail = (!detail.is_null()).then(|| detail.to_string());
    let hash = row.hash.as_deref().map(hex);
    let fields = [
        ("rt", Some(at.as_str())),
        ("externalId", number.as_deref()),
        ("outcome", Some(&row.result)),
        ("reason", row.code.as_deref()),
        ("suid", row.actor_id.as_deref()),
        ("spriv", Some(&row.actor_kind)),
        ("duid", row.user_id.as_deref()),
        ("cs1Label", row.call_id.as_ref().map(|_| "call")),
        ("cs1", row.call_id.as_deref()),
        ("cs2Label", detail.as_ref().map(|_| "detail")),
        ("cs2", detail.as_deref()),
        ("cs3Label", hash.as_ref().map(|_| "hash")),
        ("cs3", hash.as_deref()),
    ];
    let extension: Vec<_> = fields
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}={}", in_extension(value))))
        .collect();
    line.push_str(&extension.join(" "));
    line.push('\n');
    line
}

fn texts(row: &AuditRow) -> [(&'static str, Option<&str>); 8] {
    [
        ("id", Some(&row.id)),
        ("operation", Some(&row.operation)),
        ("result", Some(&row.result)),
        ("code", row.code.as_deref()),
        ("actor_kind", Some(&row.actor_kind)),
        ("actor_id", row.actor_id.as_deref()),
        ("user_id", row.user_id.as_deref()),
        ("call_id", row.call_id.as_deref()),
    ]
}

/// The facts without their salt, which only keeps an erased detail from being guessed. What is no JSON, because somebody
/// edited it, comes as text.
fn detail(row: &AuditRow) -> Value {
    let Some(text) = &row.detail else { return Value::Null };
    match serde_json::from_str(text) {
        Ok(Value::Object(mut facts)) => {
            facts.remove("salt");
            Value::Object(facts)
        }
        _ => Value::String(text.clone()),
    }
}

/// A field of CEF's head: `|` and `\` are escaped, and there are no line ends.
fn in_header(text: &str) -> String {
    inert(text).replace('\\', "\\\\").replace('|', "\\|")
}

/// A value of CEF's extension: `=`, `\` and line ends are escaped.
fn in_extension(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (number, line) in text.replace("\r\n", "\n").split('\n').enumerate() {
        if number > 0 {
            escaped.push_str("\\n");
        }
        escaped.push_str(&inert(line).replace('\\', "\\\\").replace('=', "\\="));
    }
    escaped
}

/// Characters that end lines, move cursors, can't be seen or turn text round, as `\u001b`. In JSON they can stand in
/// texts only, where that means the same.
fn inert(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let unsafe_ = character.is_control()
            || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if unsafe_ {
            let _ = write!(safe, "\\u{:04x}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{cef_line, json_line};
    use crate::store::audit::AuditRow;

    const HOSTILE: &str = "a|b=c\\d\r\ne\nf\rCEF:0|x|\u{2028}\u{85}\u{1b}[2J\u{202e}\u{7f}\"é𝄞";

    fn row(text: &str) -> AuditRow {
        let detail = serde_json::json!({ "salt": "00", "note": text, text: 1 }).to_string();
        AuditRow {
            id: text.to_owned(),
            seq: Some(7),
            at: 1_795_516_867_250,
            operation: text.to_owned(),
            result: "refused".to_owned(),
            code: Some(text.to_owned()),
            actor_kind: "operator".to_owned(),
            actor_id: Some(text.to_owned()),
            user_id: None,
            call_id: Some(text.to_owned()),
            detail: Some(detail),
            detail_hash: vec![1; 32],
            previous_hash: Some(vec![2; 32]),
            hash: Some(vec![0xab; 32]),
        }
    }

    fn is_one_inert_line(line: &str) {
        let text = line.strip_suffix('\n').unwrap();
        assert!(
            !text.chars().any(|character| character.is_control() || "\u{2028}\u{202e}".contains(character)),
            "{text:?}"
        );
    }

    #[test]
    fn hostile_text_stays_inside_its_field_of_json_and_comes_back_whole() {
        let line = json_line(&row(HOSTILE));
        is_one_inert_line(&line);
        let back: Value = serde_json::from_str(&line).unwrap();
        for name in ["id", "operation", "code", "actor_id", "call_id"] {
            assert_eq!(back[name], HOSTILE, "{name}");
        }
        assert_eq!(back["detail"], serde_json::json!({ "note": HOSTILE, HOSTILE: 1 }), "without the salt");
        assert_eq!((&back["seq"], &back["time"]), (&7.into(), &"2026-11-24T10:41:07.250Z".into()));
        assert_eq!(back["hash"], "ab".repeat(32));
        assert!(back["user_id"].is_null());
    }

    /// A reader of CEF as the format's guide describes it.
    fn read_cef(line: &str) -> (Vec<String>, Vec<(String, String)>) {
        let (mut head, mut field, mut characters) = (Vec::new(), String::new(), line.trim_end().chars());
        while head.len() < 7 {
            match characters.next().unwrap() {
                '\\' => field.push(characters.next().unwrap()),
                '|' => head.push(std::mem::take(&mut field)),
                other => field.push(other),
            }
        }
        let rest: Vec<char> = characters.collect();
        let mut equals = Vec::new();
        let mut at = 0;
        while at < rest.len() {
            match rest[at] {
                '\\' => at += 1,
                '=' => equals.push(at),
                _ => {}
            }
            at += 1;
        }
        let key_start =
            |equal: usize| rest[..equal].iter().rposition(|c| *c == ' ').map_or(0, |space| space + 1);
        let fields = equals.iter().enumerate().map(|(number, &equal)| {
            let end = equals.get(number + 1).map_or(rest.len(), |&next| key_start(next) - 1);
            let name: String = rest[key_start(equal)..equal].iter().collect();
            let mut value = String::new();
            let mut characters = rest[equal + 1..end].iter();
            while let Some(character) = characters.next() {
                match character {
                    '\\' => match characters.next().unwrap() {
                        'n' => value.push('\n'),
                        other => value.push(*other),
                    },
                    other => value.push(*other),
                }
            }
            (name, value)
        });
        let fields = fields.collect();
        (head, fields)
    }

    #[test]
    fn hostile_text_stays_inside_its_field_of_cef() {
        let line = cef_line(&row(HOSTILE));
        is_one_inert_line(&line);
        let (head, fields) = read_cef(&line);
        assert_eq!(&head[..3], ["CEF:0", "Recovery Desk", "recovery-desk-server"]);
        let shown =
            "a|b=c\\d\\u000d\\u000ae\\u000af\\u000dCEF:0|x|\\u2028\\u0085\\u001b[2J\\u202e\\u007f\"é𝄞";
        assert_eq!((head[4].as_str(), head[6].as_str()), (shown, "5"));
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "rt",
                "externalId",
                "outcome",
                "reason",
                "suid",
                "spriv",
                "cs1Label",
                "cs1",
                "cs2Label",
                "cs2",
                "cs3Label",
                "cs3"
            ]
        );
        let value = |name: &str| fields.iter().find(|(found, _)| found == name).unwrap().1.clone();
        assert_eq!(value("rt"), "1795516867250");
        assert_eq!(value("suid"), "a|b=c\\d\ne\nf\\u000dCEF:0|x|\\u2028\\u0085\\u001b[2J\\u202e\\u007f\"é𝄞");
        let detail: Value = serde_json::from_str(&value("cs2")).unwrap();
        assert_eq!(detail["note"], HOSTILE, "even the detail comes back whole");
    }

    #[test]
    fn an_erased_or_broken_detail_breaks_no_line() {
        let erased = AuditRow { detail: None, ..row("x") };
        assert!(serde_json::from_str::<Value>(&json_line(&erased)).unwrap()["detail"].is_null());
        assert!(!cef_line(&erased).contains("cs2"));
        let broken = AuditRow { detail: Some("{no JSON\n".to_owned()), ..row("x") };
        assert_eq!(serde_json::from_str::<Value>(&json_line(&broken)).unwrap()["detail"], "{no JSON\n");
        is_one_inert_line(&cef_line(&broken));
    }
}
