// The commands of the window, for the build script's manifest and the tests. `commands.rs` registers the same
// ones; a test compares the two lists.

/// Every command there is.
pub const COMMANDS: &[&str] = &[
    "perform",
    "window_ready",
    "connection_state",
    "choose_connection",
    "set_recovery_passphrase",
    "open_with_passphrase",
    "leave_connection",
    "reset_demo",
    "open_link",
    "choose_database_file",
    "export_audit_log",
    "export_team_review",
    "export_report",
];
