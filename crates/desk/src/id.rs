//! Ids: time-ordered text of 26 Crockford base32 characters (48 bits of milliseconds, 80 of chance), so that
//! no sequence has to be shared between servers or shards.

use recovery_rules::time::Moment;

use crate::chance::Chance;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new id.
pub fn new_id(now: Moment, chance: &Chance) -> String {
    let random = chance.bytes::<10>();
    let mut value = (now.0 as u128 & 0xFFFF_FFFF_FFFF) << 80;
    for (i, byte) in random.iter().enumerate() {
        value |= u128::from(*byte) << (8 * i);
    }
    (0..26).rev().map(|i| char::from(ALPHABET[(value >> (5 * i) & 31) as usize])).collect()
}

/// The lowest and the highest id of a moment: all its ids stand between them.
pub fn ids_of_moment(now: Moment) -> (String, String) {
    let value = (now.0 as u128 & 0xFFFF_FFFF_FFFF) << 80;
    let text =
        |value: u128| (0..26).rev().map(|i| char::from(ALPHABET[(value >> (5 * i) & 31) as usize])).collect();
    (text(value), text(value | ((1 << 80) - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones_and_never_repeat() {
        let chance = Chance::seeded(7);
        let first = new_id(Moment(1_000), &chance);
        let second = new_id(Moment(1_001), &chance);
        assert!(first < second);
        assert_ne!(new_id(Moment(1_001), &chance), second);
        assert_eq!(first.len(), 26);
        let (lowest, highest) = ids_of_moment(Moment(1_000));
        assert!(lowest <= first && first <= highest && highest < second);
    }
}
