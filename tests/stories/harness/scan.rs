//! Looks for secrets in every byte that was written: database files, the server's data, heads, logs.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use recovery_desk::database::Address;

use super::World;
use super::databases::{Engine, cluster};
use super::log;

/// A secret under every form a careless line of code could have given it.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_owned(), secret.to_lowercase(), hex.to_uppercase(), hex];
    // Base64 of a text that holds the secret depends on how many bytes stand before it.
    for before in 0..3 {
        let padded = [&[b'x'; 2][..before], bytes].concat();
        let (start, whole) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for text in [BASE64_STANDARD_NO_PAD.encode(&padded), BASE64_URL_SAFE_NO_PAD.encode(&padded)] {
            forms.push(text[start..whole].to_owned());
        }
    }
    forms
}

/// Where a world has written: the SQLite files and heads; on PostgreSQL this database's files, the write-ahead
/// log and the server's log.
fn places(world: &World) -> Vec<PathBuf> {
    let mut places = vec![world.folder.path().to_owned()];
    if world.engine == Engine::Postgres {
        let name = database_name(world);
        cluster().run(&name, "CHECKPOINT");
        let oid = cluster().run(&name, &format!("SELECT oid FROM pg_database WHERE datname = '{name}'"));
        let data = cluster().folder.join("data");
        places.extend([
            data.join("base").join(oid),
            data.join("pg_wal"),
            cluster().folder.join("server.log"),
        ]);
    }
    places
}

/// The name of a world's database on the server.
pub fn database_name(world: &World) -> String {
    let Address::Postgres { url, .. } = &world.address else { panic!("not on PostgreSQL") };
    secrecy::ExposeSecret::expose_secret(url).rsplit('/').next().unwrap().to_owned()
}

/// Asserts that none of these stands anywhere. `found` is something that must be found, so that a scan that looks
/// in the wrong place can't pass.
pub fn assert_nowhere(world: &World, secrets: &[&str], found: &str) {
    let work = tempfile::tempdir().unwrap();
    let log = work.path().join("log.txt");
    std::fs::write(&log, log::so_far()).unwrap();
    let mut places = places(world);
    places.push(log);
    assert!(
        !grep(&places, &work.path().join("found"), &[found.to_owned()], &[]).is_empty(),
        "the scan is blind"
    );
    let patterns: Vec<_> = secrets.iter().flat_map(|secret| forms(secret)).collect();
    assert!(patterns.iter().all(|pattern| pattern.len() >= 6), "too short to be told from chance");
    // Six digits alone stand in every measured time of a log; as a word of their own they are a code.
    let (short, long): (Vec<_>, Vec<_>) = patterns
        .into_iter()
        .partition(|pattern| pattern.len() < 10 && pattern.bytes().all(|b| b.is_ascii_digit()));
    let mut lines = grep(&places, &work.path().join("patterns"), &long, &[]);
    lines.extend(grep(&places, &work.path().join("codes"), &short, &["-w"]));
    assert!(lines.is_empty(), "in clear: {lines:?}");
}

fn grep(places: &[PathBuf], patterns_file: &Path, patterns: &[String], options: &[&str]) -> Vec<String> {
    if patterns.is_empty() {
        // An empty file of patterns would match every line.
        return Vec::new();
    }
    std::fs::write(patterns_file, patterns.join("\n")).unwrap();
    let output = Command::new("grep")
        .args(["-r", "-a", "-F", "-o", "-f"])
        .arg(patterns_file)
        .args(options)
        .args(places)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(output.status.code() != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
