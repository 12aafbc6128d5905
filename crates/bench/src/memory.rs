//! How much memory a process holds and how long it worked, as Linux counts it. None elsewhere: such a row is left out of the
//! table.

/// Linux counts time in hundredths for everybody (`USER_HZ`), whatever the kernel's own clock.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds of CPU that a process (`self` or a process id) used so far, its ended threads included.
pub fn cpu_seconds(process: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold anything; user and system time are the 14th and 15th fields, proc_pid_stat(5).
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_A_SECOND)
}

/// Bytes of physical memory the process holds now (`self` or a process id).
pub fn resident_bytes(process: &str) -> Option<f64> {
    field(process, "VmRSS:")
}

/// The most it held since it began, or since [`forget_peak`].
pub fn peak_bytes(process: &str) -> Option<f64> {
    field(process, "VmHWM:")
}

/// Lets the peak of this process begin anew; says whether that could be done.
pub fn forget_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

fn field(process: &str, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kib| kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_time() {
        if cfg!(target_os = "linux") {
            let (before, began) = (cpu_seconds("self").unwrap(), std::time::Instant::now());
            while began.elapsed() < std::time::Duration::from_millis(300) {
                std::hint::black_box(began);
            }
            let used = cpu_seconds("self").unwrap() - before;
            assert!(used > 0.0, "{used}");
        }
    }

    #[test]
    fn a_process_holds_at_most_what_it_held_at_its_peak() {
        if cfg!(target_os = "linux") {
            let (now, peak) = (resident_bytes("self").unwrap(), peak_bytes("self").unwrap());
            assert!(now > 0.0 && now <= peak, "{now} {peak}");
        }
    }
}
