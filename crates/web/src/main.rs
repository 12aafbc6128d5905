//! `recovery-desk-server`: the command line. What it can do is in `command_line`.

fn main() -> std::process::ExitCode {
    recovery_web::command_line::run()
}
