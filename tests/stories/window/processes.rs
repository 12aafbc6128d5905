//! What the window's stories start: a display, a session bus with its own keyring, drivers. Each in its own process
//! group, ended as a group: an orphan would keep the pipe open and the run would hang.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A process and whatever it started.
pub struct Group(Child);

impl Group {
    /// Its first process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Starts it.
    pub fn start(command: &mut Command, package: &str) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| {
            panic!(
                "{program} can't be started ({error}). Install it: apt-get install {package}, or run ./test"
            )
        }))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

/// A display of its own.
pub struct Display {
    /// Its name, as in DISPLAY.
    pub name: String,
    _server: Group,
}

impl Display {
    /// Starts one that fits the window of 1280 by 800 exactly.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said = folder.path().join("display");
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg("exec Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>\"$0\" 2>/dev/null")
            .arg(&said);
        let server = Group::start(&mut command, "xvfb");
        for _ in 0..200 {
            let number = std::fs::read_to_string(&said).unwrap_or_default();
            if number.ends_with('\n') {
                return Self { name: format!(":{}", number.trim()), _server: server };
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("Xvfb did not say its display. Install it: apt-get install xvfb, or run ./test");
    }

    /// What a person would see, as a picture in `artefacts`.
    pub fn picture(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../artefacts");
        std::fs::create_dir_all(&folder).unwrap();
        let done = Command::new("import")
            .args(["-display", &self.name, "-window", "root"])
            .arg(folder.join(format!("{name}.png")))
            .status()
            .expect("import is missing: apt-get install imagemagick, or run ./test");
        assert!(done.success(), "no picture of {name}");
    }
}
