//! Call notes: others read them, so what looks like a code or a card number is refused.

use recovery_rules::notes::notes_hold_a_code;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{CALL_HANDLERS, Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::open_call::lock_own_open_call;
use crate::perform::PlainShape;
use crate::store::calls;
use crate::work::Work;

/// Characters of notes.
const LONGEST: usize = 2_000;

/// Saves the notes of a call.
#[derive(Debug, Hash, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SaveNotes {
    /// The call.
    pub call_id: String,
    /// The notes.
    pub notes: String,
}

/// Saved.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Saved {
    /// Always true; anything else is a refusal.
    pub ok: bool,
}

impl Operation for SaveNotes {
    const NAME: &'static str = "save_notes";
    const WHO: Who = Who::Operator(CALL_HANDLERS);
    const DOORS: &'static [Door] = &[Door::Desk];
    const KIND: Kind = Kind::Change;
    type Answer = Saved;
    type Shape = PlainShape;

    async fn repeated(self, _kept: &str, _work: &mut Work<'_>) -> Result<Saved, Stop> {
        Ok(Saved { ok: true })
    }
}

impl Plain for SaveNotes {
    async fn run(self, work: &mut Work<'_>) -> Result<Saved, Stop> {
        let (call, _) = lock_own_open_call(&self.call_id, work).await?;
        save(work, &call.id, &self.notes).await?;
        Ok(Saved { ok: true })
    }
}

/// Notes that come along with another act. What was written takes the place of what was saved before; nothing written
/// leaves it: only saving empty notes empties them. Says what the notes are now.
pub async fn bring(work: &mut Work<'_>, call: &calls::Call, notes: &str) -> Result<String, Stop> {
    if notes.trim().is_empty() {
        return Ok(call.notes.clone());
    }
    save(work, &call.id, notes).await?;
    Ok(notes.to_owned())
}

/// Saves notes that may be kept.
async fn save(work: &mut Work<'_>, call_id: &str, notes: &str) -> Result<(), Stop> {
    if notes.chars().count() > LONGEST {
        return Err(Refusal::BadField { field: "notes", problem: "notes_too_long" }.into());
    }
    if notes_hold_a_code(notes).is_some() {
        return Err(Refusal::BadField { field: "notes", problem: "notes_hold_a_code" }.into());
    }
    calls::save_notes(&mut work.tx, call_id, notes).await?;
    Ok(())
}
