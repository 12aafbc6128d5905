//! Which keys a database has known, by their ids: how it sees whether keys are its own, newer, or out of date. Kept in
//! the table `meta`; ids say nothing of the keys.

use serde::{Deserialize, Serialize};

use super::key_ring::{KeyId, KeyKind};
use super::{DataKeys, KeyIds};

/// Ids by kind, the one in use first, then former ones, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyHistory {
    pepper: Vec<KeyId>,
    code: Vec<KeyId>,
    outbox: Vec<KeyId>,
    audit: Vec<KeyId>,
}

/// How keys stand to the history of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are the ones in use.
    Current,
    /// They hold the ones in use and newer ones: a rotation that this database has not heard of.
    Newer,
    /// They lack a key that is in use: they were rotated since, or rotated elsewhere.
    OutOfDate,
    /// They have nothing to do with it.
    Foreign,
}

impl KeyHistory {
    /// The ids of these keys.
    pub fn of(keys: &DataKeys) -> Self {
        Self::from_rings(|kind| keys.ids_of(kind))
    }

    /// How keys with these ids stand to the database of this history.
    pub fn standing_of(&self, keys: &Self) -> Standing {
        // The worst of the kinds decides, in the order of `Standing`.
        KeyKind::ALL
            .into_iter()
            .map(|kind| standing(self.of_kind(kind), keys.of_kind(kind)))
            .max_by_key(|standing| *standing as u8)
            .unwrap_or(Standing::Foreign)
    }

    /// Whether a file of keys, whose current ids can be read without opening it, was written before a rotation this
    /// database knows of.
    pub fn has_replaced(&self, file: &KeyIds) -> bool {
        let ids = [&file.pepper, &file.code, &file.outbox, &file.audit];
        KeyKind::ALL.into_iter().zip(ids).any(|(kind, id)| self.of_kind(kind).iter().skip(1).any(|f| f == id))
    }

    /// This history once the database uses newer keys; what it knew beside them stays known.
    pub fn followed_by(&self, newer: &Self) -> Self {
        Self::from_rings(|kind| {
            let mut ids = newer.of_kind(kind).to_vec();
            let known = self.of_kind(kind).iter().filter(|id| !newer.of_kind(kind).contains(id));
            ids.extend(known.cloned());
            ids
        })
    }

    /// The kinds whose key in use differs, for the audit log.
    pub fn replaced_since(&self, former: &Self) -> Vec<&'static str> {
        let differs = |kind: &KeyKind| self.of_kind(*kind).first() != former.of_kind(*kind).first();
        KeyKind::ALL.into_iter().filter(differs).map(KeyKind::name).collect()
    }

    fn of_kind(&self, kind: KeyKind) -> &[KeyId] {
        match kind {
            KeyKind::Pepper => &self.pepper,
            KeyKind::Code => &self.code,
            KeyKind::Outbox => &self.outbox,
            KeyKind::Audit => &self.audit,
        }
    }

    fn from_rings(ids: impl Fn(KeyKind) -> Vec<KeyId>) -> Self {
        Self {
            pepper: ids(KeyKind::Pepper),
            code: ids(KeyKind::Code),
            outbox: ids(KeyKind::Outbox),
            audit: ids(KeyKind::Audit),
        }
    }
}

fn standing(database: &[KeyId], keys: &[KeyId]) -> Standing {
    let in_use = database.first();
    if in_use.is_some() && in_use == keys.first() {
        Standing::Current
    } else if in_use.is_some_and(|id| keys.contains(id)) {
        Standing::Newer
    } else if database.iter().any(|id| keys.contains(id)) {
        Standing::OutOfDate
    } else {
        Standing::Foreign
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn keys() -> (DataKeys, Chance) {
        let chance = Chance::seeded(1);
        (DataKeys::fresh(&chance), chance)
    }

    #[test]
    fn keys_are_current_newer_out_of_date_or_foreign() {
        let (old, chance) = keys();
        let rotated = old.replaced(KeyKind::Pepper, &chance);
        let twice = rotated.replaced(KeyKind::Audit, &chance).replaced(KeyKind::Pepper, &chance);
        let elsewhere = old.replaced(KeyKind::Pepper, &chance);
        let other_kind = old.replaced(KeyKind::Outbox, &chance);
        let stands = |database: &DataKeys, keys: &DataKeys| {
            KeyHistory::of(database).standing_of(&KeyHistory::of(keys))
        };
        assert_eq!(stands(&old, &old), Standing::Current);
        assert_eq!(stands(&old, &rotated), Standing::Newer);
        assert_eq!(stands(&old, &twice), Standing::Newer, "two rotations at once");
        assert_eq!(stands(&twice, &old), Standing::OutOfDate);
        assert_eq!(stands(&rotated, &elsewhere), Standing::OutOfDate, "they share the former pepper");
        assert_eq!(stands(&rotated, &other_kind), Standing::OutOfDate, "newer in one kind, older in another");
        assert_eq!(stands(&old, &DataKeys::fresh(&chance)), Standing::Foreign);
    }

    #[test]
    fn a_history_grows_and_forgets_nothing() {
        let (old, chance) = keys();
        let new = old.replaced(KeyKind::Outbox, &chance);
        let (before, after) = (KeyHistory::of(&old), KeyHistory::of(&new));
        let followed = before.followed_by(&after);
        assert_eq!(followed, after);
        assert_eq!(followed.replaced_since(&before), ["outbox"]);
        assert!(followed.has_replaced(&old.key_ids()) && !followed.has_replaced(&new.key_ids()));
        assert!(!before.has_replaced(&new.key_ids()), "a newer file was not replaced");
        let text = serde_json::to_string(&followed).unwrap();
        assert_eq!(serde_json::from_str::<KeyHistory>(&text).unwrap(), followed);
    }
}
