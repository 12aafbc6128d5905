//! The real window, driven by keyboard alone. The program under test is the one that `cargo build` made.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use thirtyfour::{Capabilities, Key, WebDriver};

use super::free_port;
use super::processes::{Display, Group};

/// A window and the keys pressed in it.
pub struct DeskWindow {
    /// The driver.
    pub driver: WebDriver,
    /// Where it is shown.
    pub display: Display,
    /// Keys that are not text, since the last `count`.
    pressed: usize,
    story: String,
    processes: Group,
}

impl DeskWindow {
    /// Starts the app with this folder as its home, under a session bus and a keyring of its own.
    pub async fn start(home: PathBuf, story: &str) -> Self {
        Self::of(program("recovery-desk"), home, story).await
    }

    /// The same of another program.
    pub async fn of(program: PathBuf, home: PathBuf, story: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let display = Display::start();
        let private = home.join("private");
        std::fs::create_dir_all(&private).unwrap();
        std::fs::set_permissions(&private, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c"]).arg(format!(
            "printf x | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1
             exec tauri-driver --port {port} --native-port {native} >/dev/null 2>&1"
        ));
        command.env("DISPLAY", &display.name).env("RECOVERY_DESK_HOME", &home).env_remove("WAYLAND_DISPLAY");
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(name, &private);
        }
        // In the place of the system's own dialog, which nothing can drive.
        command.env("RECOVERY_DESK_TEST_DIALOG_PATH", private.join("audit-log.csv"));
        command.stderr(std::process::Stdio::null());
        let processes = Group::start(&mut command, "dbus dbus-x11 gnome-keyring");
        let mut capabilities = Capabilities::new();
        capabilities.set("browserName", "wry").unwrap();
        capabilities.set("tauri:options", serde_json::json!({ "application": program })).unwrap();
        let driver = connected(&format!("http://127.0.0.1:{port}"), capabilities).await;
        Self { driver, display, pressed: 0, story: story.to_owned(), processes }
    }

    /// The process above all that was started for it.
    pub fn processes(&self) -> u32 {
        self.processes.id()
    }

    /// Types text.
    pub async fn types(&self, text: &str) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// Presses a key.
    pub async fn press(&mut self, key: Key) {
        self.pressed += 1;
        self.driver.action_chain().send_keys(key).perform().await.unwrap();
    }

    /// Clicks the element with this id: counted like a key.
    pub async fn click(&mut self, id: &str) {
        self.pressed += 1;
        self.until(&format!("return document.getElementById({id:?}) !== null"), id, 20).await;
        self.driver.find(thirtyfour::By::Id(id)).await.unwrap().click().await.unwrap();
    }

    /// Presses a key together with Ctrl.
    pub async fn press_with_control(&mut self, key: impl Into<thirtyfour::TypingData>) {
        self.pressed += 1;
        let chain = self.driver.action_chain().key_down(Key::Control).send_keys(key);
        chain.key_up(Key::Control).perform().await.unwrap();
    }

    /// Presses a key together with Ctrl and Shift.
    pub async fn press_with_control_and_shift(&mut self, key: &str) {
        self.pressed += 1;
        let chain = self.driver.action_chain().key_down(Key::Control).key_down(Key::Shift).send_keys(key);
        chain.key_up(Key::Shift).key_up(Key::Control).perform().await.unwrap();
    }

    /// Presses a key together with Shift.
    pub async fn press_with_shift(&mut self, key: Key) {
        self.pressed += 1;
        let chain = self.driver.action_chain().key_down(Key::Shift).send_keys(key);
        chain.key_up(Key::Shift).perform().await.unwrap();
    }

    /// Presses Tab until the element that has the focus fits the script, which knows it as `here`.
    pub async fn tab_to(&mut self, fits: &str) {
        let script = format!("const here = document.activeElement; return Boolean(here && ({fits}))");
        for _ in 0..60 {
            if self.ask(&script).await == true {
                return;
            }
            self.press(Key::Tab).await;
        }
        self.display.picture(&format!("{}-failed", self.story));
        panic!("Tab doesn't get to {fits}. The window says:\n{}", self.says().await);
    }

    /// How many keys were pressed since the last count.
    pub fn count(&mut self) -> usize {
        std::mem::take(&mut self.pressed)
    }

    /// Everything the window says.
    pub async fn says(&self) -> String {
        self.ask("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the window says so.
    pub async fn until_it_says(&self, words: &str, seconds: u64) {
        self.until(&format!("return document.body.innerText.includes({words:?})"), words, seconds).await;
    }

    /// Waits until the element with this id has the focus.
    pub async fn until_focus_is_on(&self, id: &str) {
        self.until(&format!("return document.activeElement?.id === {id:?}"), id, 20).await;
    }

    /// Waits until a script is true.
    pub async fn until(&self, script: &str, what: &str, seconds: u64) {
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            if self.ask(script).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.display.picture(&format!("{}-failed", self.story));
        panic!("not within {seconds} s: {what}. The window says:\n{}", self.says().await);
    }

    /// A picture in light and in dark.
    pub async fn pictures(&self, name: &str) {
        let before = self.ask("return document.documentElement.dataset.theme ?? ''").await;
        for theme in ["light", "dark"] {
            self.ask(&format!("document.documentElement.dataset.theme = {theme:?}; return true")).await;
            tokio::time::sleep(Duration::from_millis(250)).await;
            self.display.picture(&format!("{}-{name}-{theme}", self.story));
        }
        self.ask(&format!("document.documentElement.dataset.theme = {before}; return true")).await;
    }

    /// The text of the element with this id.
    pub async fn text_of(&self, id: &str) -> String {
        let script = format!("return document.getElementById({id:?})?.innerText ?? ''");
        self.ask(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// What a script gives.
    pub async fn ask(&self, script: &str) -> serde_json::Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }
}

/// A driver takes a moment to listen.
pub async fn connected(server: &str, capabilities: impl Into<Capabilities>) -> WebDriver {
    let capabilities = capabilities.into();
    let mut last = String::new();
    for _ in 0..60 {
        match WebDriver::new(server, capabilities.clone()).await {
            Ok(driver) => return driver,
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{server}: {last}");
}

/// A program that `cargo build` made.
pub fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.ancestors().nth(2).unwrap().join(name);
    assert!(
        program.exists(),
        "{} is missing: cargo build --workspace --all-targets, or run ./test",
        program.display()
    );
    program
}
