//! How much memory a process holds, as Linux counts it. None elsewhere: such a row is left out of the table.

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
    fn a_process_holds_at_most_what_it_held_at_its_peak() {
        if cfg!(target_os = "linux") {
            let (now, peak) = (resident_bytes("self").unwrap(), peak_bytes("self").unwrap());
            assert!(now > 0.0 && now <= peak, "{now} {peak}");
        }
    }
}
