//! From a message of the outbox to the letter a person reads. The sentences stand in `letters`.

use recovery_rules::codes::MailCode;
use recovery_rules::phone::PhoneNumber;
use recovery_rules::states::{Change, CodePurpose};
use recovery_rules::time::Moment;
use serde_json::Value;
use url::Url;

use crate::failure::Fault;
use crate::letters::{
    self, AccountUnlocked, CodeFor, LetterBody, OperatorChange, OperatorInvitation, PhoneVerificationPaused,
    RecoveryStopped, Text, Unlock, VerificationCode,
};
use crate::operations::messages::ToSend;
use crate::settings::Settings;

/// A letter or a text.
pub enum Composed {
    /// E-mail.
    Mail(LetterBody),
    /// Text message.
    Text(Text),
}

impl Composed {
    /// The subject; none of a text.
    pub fn subject(&self) -> &str {
        match self {
            Self::Mail(body) => &body.subject,
            Self::Text(_) => "",
        }
    }

    /// The text part.
    pub fn text(&self) -> &str {
        match self {
            Self::Mail(body) => &body.text,
            Self::Text(text) => &text.body,
        }
    }
}

/// Writes the letter of a message.
pub fn compose(settings: &Settings, to_send: &ToSend) -> Result<Composed, Fault> {
    let organisation = settings.for_letters();
    let message = &to_send.message;
    let facts: Value = serde_json::from_str(&message.facts).map_err(|e| Fault::Stored(e.to_string()))?;
    let at = |name: &str| {
        facts[name]
            .as_i64()
            .map(Moment)
            .ok_or_else(|| Fault::Stored(format!("{} without {name}", message.letter)))
    };
    let body = match message.letter.as_str() {
        "unlock" => {
            let [unlock, not_me] = secrets(to_send)?;
            letters::unlock(
                &organisation,
                &Unlock {
                    call_opened_at: at("called_at")?,
                    call_reference: facts["reference"].as_str(),
                    // Both secrets stand in the address, so that the page can offer "This wasn't me" too.
                    unlock_link: &page(settings, &["unlock", unlock, not_me])?,
                    expires_at: message.expires_at.map_or(to_send.now, Moment),
                    not_me_link: &page(settings, &["not-me", not_me])?,
                    not_me_until: to_send.repudiation_ends.unwrap_or(to_send.now),
                    contact_code: facts["contact_code"].as_bool().unwrap_or(false),
                },
            )
        }
        "code" => {
            let [code] = secrets(to_send)?;
            let code_for = facts["purpose"]
                .as_str()
                .and_then(CodePurpose::from_name)
                .and_then(CodeFor::of)
                .ok_or_else(|| Fault::Stored("a code without a purpose".to_owned()))?;
            let reference = to_send.reference.as_deref().unwrap_or_default();
            if message.kind == "sms" {
                let to = PhoneNumber::parse(&message.address, "GB")
                    .map_err(|_| Fault::Stored("a text without a number".to_owned()))?;
                let minutes = facts["minutes"].as_u64().and_then(|minutes| u32::try_from(minutes).ok());
                let minutes =
                    minutes.ok_or_else(|| Fault::Stored("a text without its minutes".to_owned()))?;
                let words = letters::TextWords { code, code_for, reference, minutes };
                return Ok(Composed::Text(letters::verification_text(&organisation, &to, &words)));
            }
            if facts["purpose"] == CodePurpose::ResetMail.name() {
                let grouped = MailCode::parse(code)
                    .map_err(|_| Fault::Stored("a reset code that is none".to_owned()))?
                    .expose_grouped();
                let facts = letters::ResetCode {
                    code: &grouped,
                    reference,
                    asked_at: Moment(message.queued_at),
                    expires_at: message.expires_at.map_or(to_send.now, Moment),
                };
                return Ok(Composed::Mail(letters::reset_code(&organisation, &facts)));
            }
            letters::verification_code(
                &organisation,
                &VerificationCode {
                    code,
                    code_for,
                    reference,
                    asked_at: Moment(message.queued_at),
                    expires_at: message.expires_at.map_or(to_send.now, Moment),
                },
            )
        }
        "contact_code" => {
            let [code] = secrets(to_send)?;
            let grouped = MailCode::parse(code)
                .map_err(|_| Fault::Stored("a contact code that is none".to_owned()))?
                .expose_grouped();
            let facts = letters::ContactCode {
                code: &grouped,
                caller: facts["name"].as_str().unwrap_or_default(),
                called_at: at("called_at")?,
                expires_at: message.expires_at.map_or(to_send.now, Moment),
            };
            letters::contact_code(&organisation, &facts)
        }
        "operator_invitation" => {
            let [code] = secrets(to_send)?;
            let expires_at = message.expires_at.map_or(to_send.now, Moment);
            letters::operator_invitation(&organisation, &OperatorInvitation { code, expires_at })
        }
        "operator_changed" => {
            let change = facts["what"].as_str().and_then(OperatorChange::from_name);
            let change =
                change.ok_or_else(|| Fault::Stored("an unknown change of an operator".to_owned()))?;
            letters::operator_changed(&organisation, change, Moment(message.queued_at))
        }
        "notice" => {
            let change = facts["change"]
                .as_str()
                .and_then(Change::from_name)
                .ok_or_else(|| Fault::Stored("a notice without a change".to_owned()))?;
            if message.kind == "sms" {
                let to = PhoneNumber::parse(&message.address, "GB")
                    .map_err(|_| Fault::Stored("a text without a number".to_owned()))?;
                return Ok(Composed::Text(letters::phone_changed_text(&organisation, &to)));
            }
            let until = facts["until"].as_i64().map(Moment);
            letters::notice(&organisation, &letters::Notice { change, at: at("at")?, until })
        }
        "two_step_reminder" => {
            let (by, again) = (facts["by"].as_str(), facts["again"].as_bool());
            two_step_reminder(settings, by.unwrap_or_default(), again.unwrap_or_default())?
        }
        "invitation" => letters::invitation(
            &organisation,
            facts["by"].as_str().unwrap_or_default(),
            &page(settings, &["sign-in"])?,
        ),
        "reset" => {
            let [secret] = secrets(to_send)?;
            let facts = letters::Reset {
                asked_at: Moment(message.queued_at),
                link: &page(settings, &["reset", "link", secret])?,
                expires_at: message.expires_at.map_or(to_send.now, Moment),
            };
            letters::reset(&organisation, &facts)
        }
        "confirm_address" => {
            let [secret] = secrets(to_send)?;
            let facts = letters::ConfirmAddress {
                link: &page(settings, &["confirm-address", "link", secret])?,
                expires_at: message.expires_at.map_or(to_send.now, Moment),
            };
            letters::confirm_address(&organisation, &facts)
        }
        "address_not_me" => {
            let [secret] = secrets(to_send)?;
            let facts = letters::AddressNotMe {
                asked_at: Moment(message.queued_at),
                masked_new: facts["to"].as_str().unwrap_or_default(),
                stop_link: &page(settings, &["stop-change", "link", secret])?,
                stop_until: message.expires_at.map_or(to_send.now, Moment),
            };
            letters::address_not_me(&organisation, &facts)
        }
        "no_account" => letters::no_account(&organisation, Moment(message.queued_at)),
        "reset_waits" => letters::reset_waits(&organisation, Moment(message.queued_at), at("until")?),
        "reset_locked" => letters::reset_locked(&organisation, Moment(message.queued_at)),
        "paused_notice" => letters::phone_verification_paused(
            &organisation,
            &PhoneVerificationPaused {
                at: Moment(message.queued_at),
                until: at("until")?,
                by_reference: facts["by_reference"].as_bool().unwrap_or(false),
            },
        ),
        "unlocked_notice" => letters::account_unlocked(&organisation, &AccountUnlocked { at: at("at")? }),
        "unlocked_notice_billing" => letters::account_unlocked_for_billing_user(
            &organisation,
            facts["name"].as_str().unwrap_or_default(),
            at("at")?,
        ),
        "two_step_reset_billing" => letters::two_step_reset_for_billing_user(
            &organisation,
            facts["name"].as_str().unwrap_or_default(),
            at("at")?,
        ),
        "test" => letters::test_letter(&organisation, at("at")?),
        "recovery_stopped_notice" => letters::recovery_stopped(
            &organisation,
            &RecoveryStopped {
                at: Moment(message.queued_at),
                phone_recovery_stopped_until: at("until")?,
                account_locked: facts["locked"].as_bool().unwrap_or(false),
            },
        ),
        other => return Err(Fault::Stored(format!("no letter {other}"))),
    };
    Ok(Composed::Mail(body))
}

fn secrets<const N: usize>(to_send: &ToSend) -> Result<[&str; N], Fault> {
    let secrets: Vec<&str> = to_send.secrets.iter().map(|secret| secret.as_str()).collect();
    secrets.try_into().map_err(|_| Fault::Stored(format!("{} without its secrets", to_send.message.letter)))
}

/// The reminder of a billing user named `by`; also what the desk shows before it is sent.
pub fn two_step_reminder(settings: &Settings, by: &str, again: bool) -> Result<LetterBody, Fault> {
    let page = page(settings, &["account", "two-step"])?;
    Ok(letters::two_step_reminder(&settings.for_letters(), by, again, &page))
}

/// A page of ours. The address comes from settings, never from a request.
fn page(settings: &Settings, segments: &[&str]) -> Result<Url, Fault> {
    let mut url = settings.public_url.clone();
    url.path_segments_mut()
        .map_err(|()| Fault::Stored("the public address can't have a path".to_owned()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}
