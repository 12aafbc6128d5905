//! The tests there are, by name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The names of all tests of this program, without their modules; one that runs on both databases stands once.
pub fn stories() -> BTreeSet<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    assert!(output.status.success());
    names(&String::from_utf8(output.stdout).unwrap())
}

/// Names out of the list a test program gives. A test that runs on one database of the two is a mistake.
fn names(list: &str) -> BTreeSet<String> {
    let paths: Vec<&str> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    assert!(!paths.is_empty(), "the program lists no tests");
    let mut names = BTreeSet::new();
    for path in &paths {
        let name = match path.strip_suffix("::sqlite") {
            Some(both) => {
                assert!(paths.contains(&format!("{both}::postgres").as_str()), "{both}: not on PostgreSQL");
                both
            }
            None => match path.strip_suffix("::postgres") {
                Some(both) => {
                    assert!(paths.contains(&format!("{both}::sqlite").as_str()), "{both}: not on SQLite");
                    continue;
                }
                None => path,
            },
        };
        names.insert(name.rsplit("::").next().unwrap().to_owned());
    }
    names
}

/// The names of the unit tests of the other crates.
pub fn unit_tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "src-tauri/src"] {
        for file in rust_files(&root().join(folder)) {
            names.extend(declared(&std::fs::read_to_string(file).unwrap()));
        }
    }
    assert!(names.len() > 100, "the sources of the unit tests were not found");
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Functions marked as tests, and those in `proptest!`, which have to be marked too. Attributes and comments may stand
/// between the mark and the function.
fn declared(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if line == "#[test]" || line.starts_with("#[tokio::test") {
            marked = true;
        } else if marked && !line.starts_with("//") && !line.starts_with('#') {
            marked = false;
            let name = line.trim_start_matches("async ").strip_prefix("fn ");
            let name = name.and_then(|rest| rest.split(['(', '<']).next());
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

#[test]
fn names_are_taken_out_of_lists_and_sources_as_they_are() {
    let list = "a::b::one::sqlite: test\na::b::one::postgres: test\nc::two: test\nbench: benchmark\n";
    assert_eq!(names(list).into_iter().collect::<Vec<_>>(), ["one", "two"]);
    let half = std::panic::catch_unwind(|| names("a::one::sqlite: test\n"));
    assert!(half.is_err(), "a test on one database alone");
    let source = "#[test]\n#[ignore = \"\"]\nfn one() {}\nfn helper() {}\n  #[tokio::test(start_paused = true)]\n  // why\n  async fn two() {}\n#[test]\nfn three(x in 0..4) {}";
    assert_eq!(declared(source).into_iter().collect::<Vec<_>>(), ["one", "three", "two"]);
}
