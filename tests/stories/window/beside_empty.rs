//! The desk's start and memory beside the smallest empty Tauri window, both of this build and in this run: from the start of
//! the process to the first screen somebody can use, and the memory of the process and all it starts. Printed with what they
//! are meant to be, and failing nothing: times of a busy machine say nothing of the program.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::desk::{DeskWindow, program};
use crate::harness::log::tell;

/// How often each is started; the fastest counts.
const STARTS: usize = 3;

/// A process of `/proc`: its parent, and when it began in hundredths of a second since the machine's start.
fn stat(pid: u32) -> Option<(u32, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let rest: Vec<_> = text.rsplit_once(") ")?.1.split(' ').collect();
    Some((rest.get(1)?.parse().ok()?, rest.get(19)?.parse().ok()?))
}

fn processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

fn is_below(pid: u32, ancestor: u32) -> bool {
    let mut at = pid;
    while at > 1 {
        if at == ancestor {
            return true;
        }
        let Some((parent, _)) = stat(at) else { return false };
        at = parent;
    }
    false
}

/// The process that this window's driver started.
fn process_of(window: &DeskWindow, program: &Path) -> u32 {
    let found = processes().into_iter().find(|pid| {
        std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe == program)
            && is_below(*pid, window.processes())
    });
    found.expect("the window's process")
}

/// Kilobytes of a process and everything below it; what is shared counts in parts.
fn memory(pid: u32) -> u64 {
    let below = processes().into_iter().filter(|other| is_below(*other, pid));
    below
        .filter_map(|pid| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
            let line = text.lines().find(|line| line.starts_with("Pss:"))?.to_owned();
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}

/// When a process began, as the system's clock has it.
fn began(pid: u32) -> Duration {
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    let (_, ticks) = stat(pid).unwrap();
    let age = uptime - f64::from(u32::try_from(ticks).unwrap()) / 100.0;
    SystemTime::UNIX_EPOCH.elapsed().unwrap() - Duration::from_secs_f64(age)
}

/// Until the page painted something for the first time, and the memory once it rests.
async fn measured(program: PathBuf, usable: &str) -> (Duration, Duration, u64) {
    let home = tempfile::tempdir().unwrap();
    let window = DeskWindow::of(program.clone(), home.path().join("home"), "beside-empty").await;
    window.until(usable, "a usable screen", 20).await;
    let painted = "const [paint] = performance.getEntriesByName('first-contentful-paint');
        return paint === undefined ? null : performance.timeOrigin + paint.startTime";
    window.until(&format!("return (() => {{ {painted} }})() !== null"), "the first paint", 10).await;
    let at = Duration::from_secs_f64(window.ask(painted).await.as_f64().unwrap() / 1_000.0);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let pid = process_of(&window, &program);
    let page = window.ask("return performance.timeOrigin").await.as_f64().unwrap();
    let page = Duration::from_secs_f64(page / 1_000.0);
    (at.saturating_sub(began(pid)), at.saturating_sub(page), memory(pid))
}

#[tokio::test(flavor = "multi_thread")]
async fn start_and_memory_beside_the_smallest_empty_window() {
    let (desk, empty) = (program("recovery-desk"), program("examples/empty_window"));
    let (mut of_desk, mut of_empty) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        of_empty.push(measured(empty.clone(), "return document.getElementById('word') !== null").await);
        of_desk.push(measured(desk.clone(), "return document.activeElement?.id === 'choice-demo'").await);
    }
    let least = |all: &[(Duration, Duration, u64)]| {
        let fastest = all.iter().min_by_key(|one| one.0).unwrap();
        (fastest.0, fastest.1, all.iter().map(|one| one.2).min().unwrap())
    };
    let ((desk_start, desk_page, desk_memory), (empty_start, empty_page, empty_memory)) =
        (least(&of_desk), least(&of_empty));
    assert!(empty_memory > 10_000 && desk_memory > 10_000, "nothing was measured: {of_desk:?} {of_empty:?}");
    let ratio = |part: f64, whole: f64| part / whole;
    tell(&format!(
        "beside the smallest empty window (build with debug assertions, fastest and least of {STARTS}):\n\
         start to the first usable screen {} ms ({} of them the page), empty {} ms ({}): {:.2} times (meant: at most 1.5)\n\
         memory of the process tree {} MB, empty {} MB: {:.2} times (meant: at most 1.4)",
        desk_start.as_millis(),
        desk_page.as_millis(),
        empty_start.as_millis(),
        empty_page.as_millis(),
        ratio(desk_start.as_secs_f64(), empty_start.as_secs_f64()),
        desk_memory / 1_000,
        empty_memory / 1_000,
        ratio(desk_memory as f64, empty_memory as f64),
    ));
}
