//! Every screen in every state that the preview plays, in real Chromium: axe-core finds nothing, light and dark, in both
//! densities; nothing is wider than the window, neither at its usual size nor at 200 %. A scene is a page of the preview's own
//! build, with a played desk in the place of Rust.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::browser::Browser;
use crate::harness::log::tell;

/// Themes and densities: each scene in one of them, in turn; in `./test --full` in all four.
const LOOKS: [(&str, &str); 4] =
    [("light", "comfortable"), ("dark", "compact"), ("light", "compact"), ("dark", "comfortable")];

/// Browsers that look at scenes at the same time.
const BROWSERS: usize = 2;

/// The window of 1280 by 800, and the same at 200 %: half as many pixels of the page's own, two of the screen's each.
const SIZES: [(u32, u32, u32); 2] = [(1280, 770, 1), (640, 385, 2)];

fn ui() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui")
}

/// Builds the preview and serves it.
async fn preview() -> String {
    let built =
        Command::new("npm").arg("--prefix").arg(ui()).args(["run", "--silent", "preview:build"]).output();
    let built = built.expect("npm is missing: run ./test");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let pages = axum::Router::new().fallback(|uri: axum::http::Uri| async move {
        let path = ui().join("preview/out").join(uri.path().trim_start_matches('/'));
        let kind = match path.extension().and_then(|end| end.to_str()) {
            Some("html") => "text/html",
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            _ => "text/plain",
        };
        match std::fs::read(&path) {
            Ok(bytes) => (axum::http::StatusCode::OK, [("content-type", kind)], bytes),
            Err(_) => (axum::http::StatusCode::NOT_FOUND, [("content-type", "text/plain")], Vec::new()),
        }
    });
    tokio::spawn(async move { axum::serve(listener, pages).await });
    site
}

/// The scenes there are, as the preview itself lists them when it is asked for one that isn't there.
async fn scenes(site: &str) -> Vec<String> {
    let browser = Browser::start().await;
    browser.driver.goto(format!("{site}/index.html?list")).await.unwrap();
    let listed = report(&browser, "the list of scenes").await;
    browser.driver.clone().quit().await.unwrap();
    listed["scenes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

async fn report(browser: &Browser, scene: &str) -> Value {
    for _ in 0..300 {
        let text = "return document.getElementById('report')?.textContent ?? ''";
        let text = browser.driver.execute(text, Vec::new()).await.unwrap().json().clone();
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            return serde_json::from_str(text).unwrap();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{scene} was not played to its end");
}

/// What is wrong with a scene.
async fn wrong(browser: &Browser, site: &str, scene: &str, (theme, density): (&str, &str)) -> Vec<String> {
    let mut found = Vec::new();
    for (width, height, pixels) in SIZES {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": pixels, "mobile": false });
        browser.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        if pixels == SIZES[0].2 {
            let page = format!("{site}/index.html?scene={scene}&theme={theme}&density={density}&axe");
            browser.driver.goto(page).await.unwrap();
            let played = report(browser, scene).await;
            assert!(
                played["looked"].as_i64().unwrap() > 5,
                "axe-core looked at nothing in {scene}: {played}"
            );
            found.extend(played["problems"].as_array().unwrap().iter().map(|problem| format!("{problem}")));
        }
        // Wider than the window, or with a button, field or heading beyond its edge that no scrolling brings back.
        let lost = "const page = document.documentElement;
            const last = (list) => list.slice(-3).map((e) => `${e.tagName}.${e.className}#${e.id}`).join(' ');
            const wide = page.scrollWidth > page.clientWidth ? ['the page scrolls sideways: ' + last([...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > page.clientWidth + 1))] : [];
            const whole = getComputedStyle(page).overflowY === 'hidden' || getComputedStyle(document.body).overflowY === 'hidden' ? innerHeight : page.scrollHeight;
            const scrolls = (e) => { for (let p = e.parentElement; p; p = p.parentElement) { const s = getComputedStyle(p); if (/auto|scroll/.test(s.overflowX + s.overflowY)) return true; } return false; };
            const seen = [...document.querySelectorAll('button, input, textarea, select, summary, h1, h2')].filter((e) => e.checkVisibility() && !e.closest('.unseen'));
            const beyond = seen.filter((e) => { const b = e.getBoundingClientRect(); return b.width > 0 && !scrolls(e) && (b.right > innerWidth + 1 || b.left < -1 || b.bottom + scrollY > whole + 1 || b.top + scrollY < -1); });
            return [...wide, ...beyond.slice(0, 4).map((e) => `${e.id || e.textContent.trim().slice(0, 40)} is beyond the edge`)]";
        let lost = browser.driver.execute(lost, Vec::new()).await.unwrap().json().clone();
        found.extend(lost.as_array().unwrap().iter().map(|what| format!("{what} at {width} px")));
    }
    found.into_iter().map(|what| format!("{scene}, {theme}, {density}: {what}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_core_finds_nothing_on_any_screen_and_nothing_is_lost_at_200_percent() {
    let full = std::env::var_os("RECOVERY_DESK_FULL").is_some();
    let site = preview().await;
    let scenes = scenes(&site).await;
    assert!(scenes.len() > 100, "{scenes:?}");
    let tried: Vec<_> = scenes
        .iter()
        .enumerate()
        .flat_map(|(i, scene)| {
            let looks = if full { LOOKS.to_vec() } else { vec![LOOKS[i % LOOKS.len()]] };
            looks.into_iter().map(move |look| (scene.clone(), look))
        })
        .collect();
    let (next, count) = (std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)), tried.len());
    let tried = std::sync::Arc::new(tried);
    let mut looking = Vec::new();
    for _ in 0..BROWSERS {
        let (site, tried, next) = (site.clone(), tried.clone(), next.clone());
        looking.push(tokio::spawn(async move {
            let browser = Browser::start().await;
            let mut found = Vec::new();
            while let Some((scene, look)) = tried.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
            {
                found.extend(wrong(&browser, &site, scene, *look).await);
            }
            browser.driver.clone().quit().await.unwrap();
            found
        }));
    }
    let mut found = Vec::new();
    for one in looking {
        found.extend(one.await.unwrap());
    }
    tell(&format!("{} scenes, {count} looks at them", scenes.len()));
    assert!(found.is_empty(), "{} things are wrong:\n{}", found.len(), found.join("\n"));
}
