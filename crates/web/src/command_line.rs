//! The command line `recovery-desk-server`.

/// Runs it.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::FAILURE
}
