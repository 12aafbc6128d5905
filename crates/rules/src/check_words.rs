//! The two check words that the caller sees beside the call reference and the agent's screen shows in the call.
//!
//! They protect the caller from a false agent: one guess in 65 280 is right. Words for users, but spoken by
//! agents of any language, so they stand here once.

/// Short English words, hard to mistake for each other on the telephone, fit for any ear.
/// The order is part of the meaning of stored bytes: never sort, never remove, never insert.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "amber", "kayak", "acorn", "album", "almond", "anchor", "antler", "apple",
    "april", "arrow", "artist", "atlas", "autumn", "awning", "badge", "bagel",
    "baker", "ballet", "bamboo", "banjo", "barrel", "basket", "beacon", "beaver",
    "bicycle", "biscuit", "blanket", "blossom", "bonnet", "border", "bottle", "branch",
    "breeze", "bridge", "bronze", "buzzard", "bucket", "buffalo", "bundle", "burrow",
    "bugle", "cabin", "cactus", "camel", "candle", "caramel", "carbon", "carpet",
    "castle", "cedar", "cello", "chapter", "cherry", "chimney", "cinema", "circle",
    "citrus", "clover", "cobalt", "coconut", "coffee", "comet", "copper", "coral",
    "cotton", "cousin", "cavern", "crayon", "crocus", "crystal", "cushion", "dahlia",
    "dancer", "denim", "desert", "diamond", "dolphin", "domino", "donkey", "dragon",
    "drawer", "eagle", "easel", "echo", "eleven", "elbow", "emerald", "engine",
    "evening", "fabric", "falcon", "feather", "fiddle", "galleon", "flamingo", "flannel",
    "forest", "fossil", "fountain", "freckle", "galaxy", "garden", "garlic", "gecko",
    "ginger", "giraffe", "glacier", "goose", "gravel", "guitar", "hammer", "harbour",
    "harvest", "hazel", "helmet", "heron", "hexagon", "hockey", "honey", "iceberg",
    "igloo", "indigo", "insect", "island", "ivory", "jacket", "jasmine", "jersey",
    "jigsaw", "jingle", "jubilee", "juniper", "kettle", "kitchen", "kitten", "ladder",
    "lagoon", "lantern", "lemon", "lentil", "library", "lilac", "linen", "lettuce",
    "lobster", "lavender", "magnet", "mango", "mammoth", "marble", "meadow", "melody",
    "mercury", "mirror", "mineral", "monday", "mosaic", "muffin", "mustard", "napkin",
    "nectar", "needle", "nickel", "noodle", "nutmeg", "oasis", "object", "ocean",
    "octopus", "olive", "onion", "orange", "orchid", "otter", "oxygen", "orbit",
    "paprika", "palace", "panda", "paper", "parrot", "pebble", "pelican", "pencil",
    "pepper", "piano", "picnic", "pigeon", "pillow", "pirate", "planet", "pocket",
    "poem", "polar", "pottery", "prairie", "plaza", "pumpkin", "puzzle", "pyramid",
    "quilt", "quartz", "rabbit", "radio", "raisin", "raven", "ribbon", "rhubarb",
    "robin", "rosemary", "sapling", "saffron", "salmon", "sandal", "satchel", "scarlet",
    "season", "shadow", "silver", "sixteen", "sketch", "spider", "spinach", "squirrel",
    "stadium", "summer", "sunset", "symbol", "tablet", "teapot", "temple", "thimble",
    "thunder", "trellis", "tiger", "timber", "tomato", "topaz", "trumpet", "tulip",
    "tunnel", "turtle", "umbrella", "unicorn", "valley", "vanilla", "velvet", "violin",
    "volcano", "waffle", "walnut", "window", "winter", "wizard", "yellow", "zebra",
];

/// Two different words for four bytes (random, or an HMAC of the reference). The first byte chooses the first
/// word; the other three choose among the 255 that are left, with a bias below 2^-16.
pub fn check_words(random: &[u8; 4]) -> [&'static str; 2] {
    let [first, a, b, c] = *random;
    let first = usize::from(first);
    let mut second = (u32::from_be_bytes([0, a, b, c]) % 255) as usize;
    if second >= first {
        second += 1;
    }
    [WORDS[first], WORDS[second]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::similar_names::distance;

    #[test]
    fn words_are_plain_and_far_enough_apart() {
        for (index, word) in WORDS.iter().enumerate() {
            assert!((4..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            for other in &WORDS[..index] {
                assert!(distance(word, other) >= 2, "{word} and {other} differ in one letter only");
            }
        }
    }

    #[test]
    fn the_two_words_differ_for_any_bytes() {
        assert_eq!(check_words(&[0; 4]), ["amber", "kayak"]);
        for first in 0..=255 {
            for third in 0..=255 {
                let [one, other] = check_words(&[first, 3, 1, third]);
                assert_ne!(one, other);
            }
        }
        assert_eq!(check_words(&[255, 0, 0, 254]), ["zebra", "yellow"]);
    }
}
