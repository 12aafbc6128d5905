//! Embeds the page, the capabilities and the list of commands. Without that list every local window could call
//! every command, whatever the capability files say.

include!("src/command_names.rs");

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the window can't be built: {error:#}");
    }
}
