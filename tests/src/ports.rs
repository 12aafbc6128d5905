//! Ports for the servers that tests start as processes of their own.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// The ports below those a system hands out by itself (Linux: 32768 and up, others: 49152 and up). A port the system named as
/// free may be a client's a moment later, before the server that was told of it listens.
const FIRST: u16 = 12_000;
const COUNT: u16 = 20_000;

static ASKED: AtomicU16 = AtomicU16::new(0);

/// A port nobody listens on, and that this process hands out only once. Processes begin far apart.
pub fn free_port() -> u16 {
    let begin = std::process::id().wrapping_mul(2_654_435_761) % u32::from(COUNT);
    for _ in 0..COUNT {
        let asked = u32::from(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + u16::try_from((begin + asked) % u32::from(COUNT)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port from {FIRST} to {} is free", FIRST + COUNT - 1);
}
