//! The data keys seen from outside: sealing, hashing, signing, and the two ways of keeping them.

use std::fs;

use secrecy::{ExposeSecret, SecretString};

use super::sealed_file::{IfExists, key_ids_in_file, open_file, seal_to_file};
use super::{DataKeys, KeyKind, KeysError, NotOpened, Passphrase, PepperUse, head_is_signed, unwrapped};
use crate::chance::Chance;

fn keys() -> (DataKeys, Chance) {
    let chance = Chance::seeded(1);
    (DataKeys::fresh(&chance), chance)
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::parse(&SecretString::from(text)).unwrap()
}

#[test]
fn a_keyed_hash_depends_on_purpose_parts_and_their_borders() {
    let (keys, _) = keys();
    let hash = keys.keyed_hash("link", &[b"a", b"bc"]);
    assert_eq!(hash, keys.keyed_hash("link", &[b"a", b"bc"]));
    assert_ne!(hash, keys.keyed_hash("link", &[b"ab", b"c"]));
    assert_ne!(hash, keys.keyed_hash("link", &[b"abc"]));
    assert_ne!(hash, keys.keyed_hash("code", &[b"a", b"bc"]));
    assert_ne!(hash, DataKeys::fresh(&Chance::seeded(2)).keyed_hash("link", &[b"a", b"bc"]));
}

#[test]
fn what_is_sealed_opens_in_its_own_place_only() {
    let (keys, chance) = keys();
    let sealed = keys.seal("outbox/1", b"secret of the link", &chance);
    assert_eq!(keys.open("outbox/1", &sealed).unwrap().as_slice(), b"secret of the link");
    assert_eq!(keys.open("outbox/2", &sealed), Err(NotOpened));
    assert!(!sealed.windows(6).any(|part| part == b"secret"));
    assert_ne!(sealed, keys.seal("outbox/1", b"secret of the link", &chance), "a nonce is never used twice");
}

#[test]
fn every_changed_or_missing_byte_keeps_a_sealed_secret_shut() {
    let (keys, chance) = keys();
    let sealed = keys.seal("outbox/1", b"x", &chance);
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        assert_eq!(keys.open("outbox/1", &changed), Err(NotOpened), "byte {position}");
        assert_eq!(keys.open("outbox/1", &sealed[..position]), Err(NotOpened), "cut at {position}");
    }
}

#[test]
fn a_replaced_key_is_used_from_then_on_and_the_former_still_opens() {
    let (old, chance) = keys();
    let sealed = old.seal("outbox/1", b"x", &chance);
    let new = old.replaced(KeyKind::Outbox, &chance).replaced(KeyKind::Pepper, &chance);
    assert_ne!(new.key_ids().outbox, old.key_ids().outbox);
    assert_eq!(new.key_ids().audit, old.key_ids().audit);
    assert_eq!(new.open("outbox/1", &sealed).unwrap().as_slice(), b"x");
    assert_eq!(old.open("outbox/1", &new.seal("outbox/1", b"x", &chance)), Err(NotOpened));
    let former = new.pepper_with_id(old.key_ids().pepper.as_str(), PepperUse::Answer).unwrap();
    assert_eq!(former.secret(), old.pepper(PepperUse::Answer).secret());
}

#[test]
fn passwords_and_answers_have_different_peppers() {
    let (keys, _) = keys();
    assert_ne!(keys.pepper(PepperUse::Password).secret(), keys.pepper(PepperUse::Answer).secret());
}

#[test]
fn a_signed_head_is_checked_with_the_public_key_alone() {
    let (keys, _) = keys();
    let signature = keys.sign_head(b"head 17");
    let public = keys.head_keys()[0].public;
    assert!(head_is_signed(&public, b"head 17", &signature));
    assert!(!head_is_signed(&public, b"head 18", &signature));
    let (stranger, _) = (DataKeys::fresh(&Chance::seeded(9)), ());
    assert!(!head_is_signed(&public, b"head 17", &stranger.sign_head(b"head 17")));
}

#[test]
fn keys_go_through_the_keyring_and_come_back_the_same() {
    let (keys, chance) = keys();
    let keys = keys.replaced(KeyKind::Audit, &chance);
    let text = keys.to_unwrapped();
    assert!(text.expose_secret().is_ascii() && !text.expose_secret().contains('\n'));
    let back = DataKeys::from_unwrapped(&text).unwrap();
    assert_eq!(back.to_unwrapped().expose_secret(), text.expose_secret());
    assert_eq!(back.key_ids(), keys.key_ids());
}

#[test]
fn text_that_is_no_set_of_keys_is_refused() {
    for text in ["", "rdk1", "rdk1;pepper:abcdefgh:AAAA", "hello", "rdkx;", "rdk1;pepper:abcdefgh"] {
        let refused = DataKeys::from_unwrapped(&SecretString::from(text));
        assert!(matches!(refused, Err(KeysError::NotKeys)), "{text}");
    }
    let newer = DataKeys::from_unwrapped(&SecretString::from("rdk2;pepper:whatever"));
    assert!(matches!(newer, Err(KeysError::NewerVersion { found: 2, known: 1 })));
}

#[test]
fn the_sealed_file_opens_with_its_passphrase_and_with_no_other() {
    let (keys, chance) = keys();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.sealed");
    seal_to_file(&path, &keys, &passphrase("correct horse battery"), IfExists::Refuse, &chance).unwrap();

    let back = open_file(&path, &passphrase(" correct horse battery\n")).unwrap();
    assert_eq!(back.to_unwrapped().expose_secret(), keys.to_unwrapped().expose_secret());
    let wrong = open_file(&path, &passphrase("correct horse batteries"));
    assert!(matches!(wrong, Err(KeysError::WrongPassphrase)));
    assert_eq!(key_ids_in_file(&path).unwrap(), keys.key_ids());

    let text = fs::read_to_string(&path).unwrap();
    for secret in keys.to_unwrapped().expose_secret().split(';').skip(1) {
        let secret = secret.rsplit(':').next().unwrap();
        assert!(!text.contains(secret), "no key stands in the file in clear");
    }
    // What stands in clear is authenticated: a swapped id shuts the file.
    fs::write(&path, text.replace(keys.key_ids().audit.as_str(), "aaaaaaaa")).unwrap();
    assert!(matches!(
        open_file(&path, &passphrase("correct horse battery")),
        Err(KeysError::WrongPassphrase)
    ));
}

#[test]
fn a_sealed_file_is_never_overwritten_unasked_and_leaves_nothing_half_done() {
    let (keys, chance) = keys();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.sealed");
    fs::write(&path, "precious").unwrap();
    let words = passphrase("correct horse battery");
    let refused = seal_to_file(&path, &keys, &words, IfExists::Refuse, &chance);
    assert!(matches!(refused, Err(KeysError::Exists(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");

    seal_to_file(&path, &keys, &words, IfExists::Replace, &chance).unwrap();
    assert_eq!(key_ids_in_file(&path).unwrap(), keys.key_ids());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_missing_foreign_or_newer_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.sealed");
    let words = passphrase("correct horse battery");
    assert!(matches!(open_file(&path, &words), Err(KeysError::Disk { .. })));
    for text in ["", "{}", "rdk1;", "{\"format\":\"something else\",\"version\":1}", "\u{0}\u{1}"] {
        fs::write(&path, text).unwrap();
        assert!(matches!(open_file(&path, &words), Err(KeysError::NotKeys)), "{text}");
    }
    fs::write(&path, [0xff, 0xfe, 0xfd]).unwrap();
    assert!(matches!(open_file(&path, &words), Err(KeysError::NotKeys)));
    fs::write(&path, "{\"format\":\"recovery-desk keys\",\"version\":7,\"other\":true}").unwrap();
    assert!(matches!(open_file(&path, &words), Err(KeysError::NewerVersion { found: 7, known: 1 })));
}

#[cfg(unix)]
#[test]
fn files_of_keys_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (keys, chance) = keys();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    unwrapped::write_file(&path, &keys, IfExists::Refuse, &chance).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(unwrapped::read_file(&path).unwrap().key_ids(), keys.key_ids());

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(unwrapped::read_file(&path), Err(KeysError::ReadableByOthers(_))));
}

#[test]
fn demo_keys_are_the_same_everywhere_and_keys_never_show_in_debug_output() {
    let demo = DataKeys::published_demo();
    assert_eq!(demo.keyed_hash("x", &[]), DataKeys::published_demo().keyed_hash("x", &[]));
    assert_eq!(format!("{demo:?}"), "DataKeys(secret)");
    let back = DataKeys::from_unwrapped(&demo.to_unwrapped()).unwrap();
    assert_eq!(back.key_ids(), demo.key_ids());
}
