//! A database takes rotated keys as its own: the second half of a rotation. The first is the file `keys.sealed`, which
//! holds the new key and the former ones, so that whatever happens in between nobody is locked out.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::desk::{known_keys, remember_keys};
use crate::failure::Stop;
use crate::keys::{KeyHistory, Standing};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::work::Work;

/// Takes the keys this desk was opened with, if they hold those in use and newer ones.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptKeys {}

/// How often the keys of this database were replaced.
#[derive(Debug, Serialize)]
pub struct KeysAdopted {
    /// Desks that know another number are out of date.
    pub generation: i64,
}

impl Operation for AdoptKeys {
    const NAME: &'static str = "adopt_keys";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = KeysAdopted;
    type Shape = PlainShape;
}

impl Plain for AdoptKeys {
    async fn run(self, work: &mut Work<'_>) -> Result<KeysAdopted, Stop> {
        let known = known_keys(&mut work.tx, true).await?.ok_or(Refusal::NotFound)?;
        let ours = KeyHistory::of(&work.desk.keys);
        if known.history.standing_of(&ours) != Standing::Newer {
            return Err(Refusal::KeysReplaced.into());
        }
        let history = known.history.followed_by(&ours);
        work.note("replaced", history.replaced_since(&known.history));
        let generation = known.generation + 1;
        remember_keys(&mut work.tx, &history, generation).await?;
        Ok(KeysAdopted { generation })
    }
}
