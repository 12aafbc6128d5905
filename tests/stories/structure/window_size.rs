//! The window's page stays small: what is built into the program, compressed, and what it needs at run time.

use std::path::Path;
use std::process::Command;

use super::found::root;

/// Bytes of `ui/dist`, each file compressed by gzip.
const MOST: usize = 200 * 1024;

/// Packages the page needs at run time.
const PACKAGES: usize = 5;

fn compressed(folder: &Path) -> usize {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder).expect("ui/dist is there after `npm --prefix ui run build`") {
        let path = entry.unwrap().path();
        sum += if path.is_dir() {
            compressed(&path)
        } else {
            Command::new("gzip").arg("-9c").arg(&path).output().unwrap().stdout.len()
        };
    }
    sum
}

#[test]
fn the_page_is_at_most_200_kilobytes_compressed_and_needs_five_packages_at_most() {
    let size = compressed(&root().join("ui/dist"));
    assert!(size > 10_000 && size <= MOST, "{size} bytes");
    let manifest = std::fs::read_to_string(root().join("ui/package.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let packages = manifest["dependencies"].as_object().unwrap();
    assert!(packages.len() <= PACKAGES, "{packages:?}");
}
