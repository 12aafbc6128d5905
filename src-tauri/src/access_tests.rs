//! Which window may call what: the whole list of commands against the main window and another one, by the access list
//! that is built in. The golden file is read in reviews; a test compares it.

use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

use crate::app::context;
use crate::window::MAIN;

include!("command_names.rs");

const GOLDEN: &str = include_str!("../window-access.txt");

/// Commands of Tauri and of plugins, some of which the page has and most of which it has not.
const OTHERS: &[&str] = &[
    "plugin:event|listen",
    "plugin:event|unlisten",
    "plugin:event|emit",
    "plugin:event|emit_to",
    "plugin:window|set_title",
    "plugin:window|close",
    "plugin:window|destroy",
    "plugin:window|show",
    "plugin:window|create",
    "plugin:webview|set_webview_zoom",
    "plugin:webview|create_webview_window",
    "plugin:webview|internal_toggle_devtools",
    "plugin:path|resolve_directory",
    "plugin:menu|new",
    "plugin:resources|close",
    "plugin:image|from_path",
    "plugin:dialog|open",
    "plugin:dialog|save",
    "plugin:opener|open_url",
    "plugin:opener|open_path",
    "plugin:fs|read_file",
    "plugin:window-state|filename",
    "no_such_command",
];

/// An app with the real access list, where every command that gets through answers without doing anything.
fn app() -> App<MockRuntime> {
    mock_builder()
        .invoke_handler(|invoke| {
            invoke.resolver.resolve("reached");
            true
        })
        .build(context())
        .unwrap()
}

fn allowed(window: &WebviewWindow<MockRuntime>, command: &str) -> bool {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" }.parse().unwrap(),
        body: InvokeBody::default(),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    match get_ipc_response(window, request) {
        Ok(_) => true,
        Err(said) => {
            let said = said.as_str().unwrap_or_default().to_owned();
            !(said.contains("not allowed") || said.contains("not found"))
        }
    }
}

#[test]
fn d13_5_only_the_main_window_reaches_a_command_and_only_those_of_the_list() {
    let app = app();
    let window = |label| WebviewWindowBuilder::new(&app, label, Default::default()).build().unwrap();
    let (main, other) = (window(MAIN), window("other"));
    let mut table = String::from("# command | main window | another window\n");
    let word = |is| if is { "yes" } else { "no" };
    for command in COMMANDS.iter().chain(OTHERS) {
        let (by_main, by_other) = (allowed(&main, command), allowed(&other, command));
        assert!(!by_other, "{command} is reached from another window");
        table.push_str(&format!("{command} | {} | {}\n", word(by_main), word(by_other)));
    }
    assert_eq!(table, GOLDEN, "window-access.txt is not what is built in:\n{table}");
}

#[test]
fn the_commands_registered_and_those_of_the_access_list_are_the_same() {
    let source = include_str!("commands.rs");
    let (_, rest) = source.split_once("tauri::generate_handler![").unwrap();
    let (list, _) = rest.split_once(']').unwrap();
    let registered: Vec<_> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    assert_eq!(registered, COMMANDS);
    let declared = source.matches("#[tauri::command]").count();
    assert_eq!(declared, COMMANDS.len(), "a command is written but not registered");
}

#[test]
fn the_capability_is_for_the_main_window_alone_and_for_no_remote_page() {
    let capability: serde_json::Value =
        serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    assert_eq!(capability["windows"], serde_json::json!([MAIN]));
    assert_eq!(capability["local"], true);
    assert!(capability.get("remote").is_none() && capability.get("webviews").is_none());
    let permissions = capability["permissions"].as_array().unwrap();
    assert!(permissions.iter().all(|p| p.as_str().is_some_and(|name| !name.contains("default"))));
    assert_eq!(std::fs::read_dir("capabilities").unwrap().count(), 1, "there is no other capability");
}

#[test]
fn d13_5_the_configuration_lets_nothing_in() {
    let config = context::<MockRuntime>().config().clone();
    let csp = config.app.security.csp.unwrap().to_string();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src ipc: http://ipc.localhost",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ] {
        assert!(csp.split("; ").any(|directive| directive == part), "{part} is not in {csp}");
    }
    assert!(!csp.contains("unsafe") && !csp.contains('*') && !csp.contains("https:"), "{csp}");
    assert!(config.app.security.freeze_prototype);
    assert!(!config.app.with_global_tauri);
    // Read from the file: this one works at build time and is not carried into the program.
    let file: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
    assert_eq!(file["build"]["removeUnusedCommands"], true);
    assert!(config.build.dev_url.is_none());
    // A release has no inspector: Tauri builds it in with this feature only.
    for manifest in [include_str!("../Cargo.toml"), include_str!("../../Cargo.toml")] {
        assert!(manifest.contains("tauri") && !manifest.contains("devtools"));
    }
    let window = &config.app.windows[0];
    assert!(config.app.windows.len() == 1 && !window.visible && !window.create);
}

/// What the page is really served with: Tauri adds hashes or nonces of its own scripts, and nothing weaker.
#[test]
fn d13_5_the_policy_in_force_has_nothing_unsafe() {
    let app = app();
    let page = app.asset_resolver().get("index.html".to_owned()).unwrap();
    let csp = page.csp_header.unwrap();
    assert!(csp.contains("default-src 'none'"), "{csp}");
    for weak in ["unsafe", "*", "https:", "data: 'self'", "blob:", "script-src-attr"] {
        assert!(!csp.contains(weak), "{weak} is in {csp}");
    }
    let scripts = csp.split(';').map(str::trim).find(|d| d.starts_with("script-src")).unwrap();
    let sources = scripts.split(' ').skip(1);
    let known =
        |source: &str| source == "'self'" || source.starts_with("'sha256-") || source.starts_with("'nonce-");
    assert!(sources.clone().count() > 0 && sources.clone().all(known), "{csp}");
    assert!(!String::from_utf8_lossy(&page.bytes).contains("http"), "the page loads from nowhere else");
}

#[test]
fn tauri_is_not_older_than_the_fix_of_cve_2026_42184() {
    let lock: toml::Table = toml::from_str(include_str!("../../Cargo.lock")).unwrap();
    let packages = lock["package"].as_array().unwrap();
    let tauri = packages.iter().find(|p| p["name"].as_str() == Some("tauri")).unwrap();
    let version: Vec<u32> =
        tauri["version"].as_str().unwrap().split('.').take(2).map(|n| n.parse().unwrap()).collect();
    assert!(version >= vec![2, 11], "{version:?}");
}
