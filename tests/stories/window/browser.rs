//! A user's browser: real Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use thirtyfour::prelude::{ChromiumLikeCapabilities, ElementQueryable};
use thirtyfour::{By, DesiredCapabilities, WebDriver, WebElement};

use super::desk::connected;
use super::free_port;
use super::processes::Group;

/// A browser with a fresh profile.
pub struct Browser {
    /// The driver.
    pub driver: WebDriver,
    _processes: Group,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one.
    pub async fn start() -> Self {
        Self::with(&[], true).await
    }

    /// Starts one that takes the published certificate of the stories for what it is said to be.
    pub async fn at_home() -> Self {
        Self::with(&["--ignore-certificate-errors"], true).await
    }

    /// Starts one that runs no script of any page.
    pub async fn without_scripts() -> Self {
        Self::with(&[], false).await
    }

    async fn with(further: &[&str], scripts: bool) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (port, profile) = (free_port(), tempfile::tempdir().unwrap());
        let mut command = Command::new("chromedriver");
        command
            .arg(format!("--port={port}"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let processes = Group::start(&mut command, "chromium chromium-driver");
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        for argument in further {
            capabilities.add_arg(argument).unwrap();
        }
        if !scripts {
            let off = json!({ "profile.default_content_setting_values.javascript": 2 });
            capabilities.add_experimental_option("prefs", off).unwrap();
        }
        let driver = connected(&format!("http://127.0.0.1:{port}"), capabilities).await;
        Self { driver, _processes: processes, _profile: profile }
    }

    /// Types into a field by its id.
    pub async fn fill(&self, id: &str, text: &str) {
        self.driver.query(By::Id(id)).first().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Presses the button that says so. One that sends a form is done when the next page is there: what the page before
    /// says doesn't pass for it.
    pub async fn press(&self, words: &str) {
        let button = self.found(&format!("//button[contains(normalize-space(.), \"{words}\")]")).await;
        if button.prop("type").await.unwrap().as_deref() == Some("submit") {
            self.leave_by(button).await;
        } else {
            button.click().await.unwrap();
        }
    }

    /// Follows the link that says so.
    pub async fn follow(&self, words: &str) {
        let link = self.found(&format!("//a[contains(normalize-space(.), \"{words}\")]")).await;
        self.leave_by(link).await;
    }

    async fn found(&self, path: &str) -> WebElement {
        self.driver.query(By::XPath(path)).first().await.unwrap()
    }

    /// Clicks and waits until another page came in the place of this one.
    async fn leave_by(&self, element: WebElement) {
        self.driver.execute("document.documentElement.dataset.left = 'yes'", Vec::new()).await.unwrap();
        element.click().await.unwrap();
        let there = "return document.readyState === 'complete' && document.documentElement.dataset.left === undefined";
        for _ in 0..400 {
            // In between there is no page to ask.
            if self.driver.execute(there, Vec::new()).await.is_ok_and(|there| there.json() == true) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("no page came: {}", self.driver.source().await.unwrap());
    }

    /// Pictures in `artefacts` of how the page looks on a desk, on a phone and on the smallest phone, light and dark. Nothing
    /// is wider than the screen, at 200 % zoom neither, and axe-core finds nothing there.
    pub async fn looks(&self, name: &str) {
        let tools = self.driver.cdp();
        for scheme in ["light", "dark"] {
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            tools.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
            for (width, height) in [(1280, 800), (390, 844)] {
                self.fits(name, width, height).await;
                self.picture(&format!("{name}-{scheme}-{width}")).await;
            }
            // A window of 1280 px at 200 % has 640 px of its own, two of the screen's each.
            for (width, height, pixels) in [(640, 450, 2), (320, 640, 1)] {
                self.fits_at(name, width, height, pixels).await;
                self.axe_finds_nothing(&format!("{name}, {scheme}, {width} px")).await;
                if width == 320 {
                    self.whole_picture(&format!("{name}-{scheme}-{width}"), width).await;
                }
            }
        }
        tools.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await.unwrap();
    }

    /// Gives the screen this size and sees that the page doesn't scroll sideways.
    async fn fits(&self, name: &str, width: i64, height: i64) {
        self.fits_at(name, width, height, 1).await;
    }

    async fn fits_at(&self, name: &str, width: i64, height: i64, pixels: i64) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": pixels, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        let wide = "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]";
        let wide = self.driver.execute(wide, Vec::new()).await.unwrap();
        let [whole, seen] = [0, 1].map(|i| wide.json()[i].as_i64().unwrap());
        assert!(whole <= width && whole <= seen, "{name} scrolls sideways at {width}");
    }

    /// Runs axe-core on the page as it stands: WCAG 2.2 A and AA and its best practices.
    async fn axe_finds_nothing(&self, where_: &str) {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&axe).expect("axe-core is there after `npm --prefix ui ci`");
        if self.driver.execute("return typeof axe", Vec::new()).await.unwrap().json() == "undefined" {
            self.driver.execute(&axe, Vec::new()).await.unwrap();
        }
        let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        let options = json!({
            "runOnly": { "type": "tag", "values": tags },
            "rules": { "target-size": { "enabled": true } },
            "resultTypes": ["violations"],
        });
        let run = "const [options, done] = arguments; axe.run(document, options).then((found) => done({ passes: found.passes.length, \
                   wrong: found.violations.map((v) => `${v.id} (${v.help}): ${v.nodes.map((n) => n.html + ' ' + n.failureSummary).join(' | ')}`) }), \
                   (error) => done({ passes: 0, wrong: [String(error)] }));";
        let found = self.driver.execute_async(run, vec![options]).await.unwrap();
        let found = found.json();
        assert_eq!(found["wrong"], json!([]), "axe-core at {where_}");
        assert!(found["passes"].as_i64().unwrap() > 5, "axe-core looked at nothing at {where_}: {found}");
    }

    /// Waits until the page says so.
    pub async fn until_it_says(&self, words: &str) {
        let path = format!("//main//*[contains(normalize-space(.), \"{words}\")]");
        let found = self.driver.query(By::XPath(path)).first().await;
        assert!(found.is_ok(), "the page doesn't say {words}: {}", self.driver.source().await.unwrap());
    }

    /// A picture in `artefacts` of the whole length of the page, on a screen of this width that needs no scroll bar.
    async fn whole_picture(&self, name: &str, width: i64) {
        let long = "return document.documentElement.scrollHeight";
        let long = self.driver.execute(long, Vec::new()).await.unwrap().json().as_i64().unwrap();
        self.fits(name, width, long).await;
        self.picture(name).await;
    }

    /// A picture in `artefacts`.
    pub async fn picture(&self, name: &str) {
        self.driver.screenshot(&artefacts().join(format!("{name}.png"))).await.unwrap();
    }
}

fn artefacts() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artefacts");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
