//! A wire between the program and PostgreSQL that is cut in the middle of a COMMIT: before it arrives, or after it was
//! done and before the answer comes back. The client can't tell the two apart; the request id can.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use recovery_desk::clock::Clock;
use recovery_desk::database::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::server::played;
use crate::harness::world::MORNING;
use crate::harness::{Engine, World};
use recovery_tests::cluster::Cluster;

/// Every so many commits one is cut.
const EVERY: usize = 9;

/// A wire to a server on this machine; gives its port and how often it was cut.
async fn wire(server: u16) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (commits, cuts) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = cuts.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
            tokio::spawn(carry(client, server, commits.clone(), counted.clone()));
        }
    });
    (port, cuts)
}

async fn carry(client: TcpStream, server: TcpStream, commits: Arc<AtomicUsize>, cuts: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 65_536];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let sent = &buffer[..length];
        let commit = sent.windows(6).any(|window| window == b"COMMIT");
        let number = if commit { commits.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        if commit && number.is_multiple_of(EVERY) {
            cuts.fetch_add(1, Ordering::SeqCst);
            // No answer gets back from here on.
            answers.abort();
            if number.is_multiple_of(2 * EVERY) {
                let _ = to_server.write_all(sent).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            return;
        }
        if to_server.write_all(sent).await.is_err() {
            break;
        }
    }
    answers.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_cut_in_commit_lose_nothing_and_double_nothing() {
    let cluster = Cluster::start("", &[]);
    cluster.run("postgres", "CREATE DATABASE story");
    let (port, cuts) = wire(cluster.port).await;
    let through = |port: u16| Address::Postgres {
        url: cluster.url("story").replace(&format!(":{}/", cluster.port), &format!(":{port}/")).into(),
        certificate: None,
    };
    let world = World::at(Engine::Postgres, through(cluster.port), Clock::set_to(MORNING)).await;
    // It is cut until the last round is over.
    played(&world, &through(port), 4, Box::pin(async {}), &cuts).await;
    let cut = cuts.load(Ordering::SeqCst);
    println!("cut {cut} times in COMMIT");
    assert!(cut >= 10, "cut {cut} times only");
}
