//! What must be right before a window can be made. GTK panics where there is no display; people get a sentence.

use std::process::ExitCode;

/// `EX_UNAVAILABLE` of sysexits.h: there is no display. Whoever starts the program may decide what to do instead.
pub const NO_DISPLAY: u8 = 69;

/// Finds out whether there is a display.
///
/// # Errors
/// The exit code, once the sentence is written.
pub fn check() -> Result<(), ExitCode> {
    if !there_is_one() {
        crate::say(
            "Recovery Desk needs a screen, and there is none here. Start it from a desktop session, or set DISPLAY.",
        );
        return Err(ExitCode::from(NO_DISPLAY));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn there_is_one() -> bool {
    gtk::init().is_ok()
}

#[cfg(not(target_os = "linux"))]
const fn there_is_one() -> bool {
    true
}

/// WebKitGTK's DMA-BUF renderer costs a quarter more memory (265 against 203 MB measured for an empty window) and shows
/// nothing with some drivers. It is chosen by a variable of the environment, so the program starts itself again with it.
#[cfg(target_os = "linux")]
pub fn prefer_plain_renderer() {
    use std::os::unix::process::CommandExt;
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    // Returns only if it fails, and then the other renderer has to do.
    let _ = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(VARIABLE, "1").exec();
}

/// Other systems have other renderers.
#[cfg(not(target_os = "linux"))]
pub const fn prefer_plain_renderer() {}
