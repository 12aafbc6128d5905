//! A desk at a desk server, cut off in the middle of a call: the band says so, nothing is sent, the notes stay, and they are
//! saved once the server is there again. And a session that ends in the middle of a call: the same call and notes after
//! signing in again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::keys::DataKeys;
use recovery_desk::smtp::SmtpTls;
use thirtyfour::Key;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::desk::DeskWindow;
use super::{connect_to, free_port, password_and_code, sign_in};
use crate::harness::{ANSWERS, Engine, World};
use crate::mail_server::MailServer;
use crate::serving::Running;

/// A wire to a port of this machine that can be cut: what runs over it breaks, and nothing new gets through.
struct Wire {
    port: u16,
    whole: Arc<watch::Sender<bool>>,
}

impl Wire {
    async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (whole, seen) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut seen = seen.clone();
                tokio::spawn(async move {
                    if !*seen.borrow() {
                        return;
                    }
                    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        _ = seen.wait_for(|whole| !whole) => {}
                    }
                });
            }
        });
        Self { port, whole: Arc::new(whole) }
    }

    fn cut(&self) {
        self.whole.send(false).unwrap();
    }

    fn mend(&self) {
        self.whole.send(true).unwrap();
    }
}

async fn notes_hold(world: &World, what: &str) {
    let end = Instant::now() + Duration::from_secs(20);
    let kept = async || -> String {
        let mut tx = world.desk.database.begin_read().await.unwrap();
        let row: (String,) = recovery_desk::database::sql("SELECT notes FROM calls ORDER BY id DESC LIMIT 1")
            .one(&mut tx)
            .await
            .unwrap();
        row.0
    };
    while !kept().await.contains(what) {
        assert!(Instant::now() < end, "{what} is not among the notes: {}", kept().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_cut_off_in_mid_call_loses_no_notes_nor_does_one_whose_session_ends() {
    let keys = DataKeys::fresh(&Chance::operating_system());
    let mail = MailServer::start(SmtpTls::StartTls);
    let world = World::with(Engine::Postgres, keys, Some(mail), Clock::Database).await;
    world.priya().await;
    let dana = world.agent("Dana Okafor").await;
    let home = world.folder.path().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let port = free_port();
    let wire = Wire::to(port).await;
    let address = format!("https://localhost:{}/", wire.port);
    let _server = Running::start_at(&world, "server", port, &address).ready().await;

    let mut window = DeskWindow::start(home, "offline").await;
    connect_to(&mut window, &address).await;
    sign_in(&mut window, &world, &dana).await;
    window.until_focus_is_on("look-up-field").await;
    window.types("pri ram").await;
    window.until_it_says("Priya Raman", 10).await;
    window.press(Key::Enter).await;
    window.until_focus_is_on("answer-1").await;
    window.types(ANSWERS[0]).await;
    window.press_with_control_and_shift("n").await;
    window.until_focus_is_on("notes").await;
    window.types("Lost the phone on Friday.").await;
    notes_hold(&world, "Friday").await;

    wire.cut();
    window.until_it_says("Can’t verify while offline", 20).await;
    window
        .until(
            "return document.getElementById('assertive').innerText.includes('No connection')",
            "said aloud",
            5,
        )
        .await;
    window.types(" Will be at the office at nine.").await;
    window.until_it_says("No connection. Try", 20).await;
    window.pictures("cut").await;
    // The typed answer stands, and nothing was checked.
    let stands = format!("return document.getElementById('answer-1').value === {:?}", ANSWERS[0]);
    window.until(&stands, "the typed answer", 2).await;

    wire.mend();
    window.until_it_says("Not verified yet", 30).await;
    window.until("return document.getElementById('notes').value.endsWith('at nine.')", "the notes", 2).await;
    // Saved by itself, without a further key.
    notes_hold(&world, "at nine").await;
    window.until(&stands, "the typed answer", 2).await;

    // The session is over by its time, in the middle of a word; the next code of the authenticator has to be another one.
    let used = dana.authenticator.code(world.desk.clock.machine() + recovery_rules::time::Span::seconds(30));
    world.change("UPDATE sessions SET expires_at = 1 WHERE operator_id = $1", &dana.id).await;
    window.types(" Asks for").await;
    window.until_focus_is_on("password").await;
    let forgotten = format!("return !document.documentElement.outerHTML.includes({:?})", ANSWERS[0]);
    window.until(&forgotten, "no typed answer is left", 5).await;
    window.pictures("ended").await;
    while dana.authenticator.code(world.desk.clock.machine()) != used {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    password_and_code(&mut window, &world, &dana).await;
    window.until_it_says("Not verified yet", 20).await;
    window.until("return document.getElementById('notes').value.endsWith('Asks for')", "the notes", 10).await;
    notes_hold(&world, "Asks for").await;
    window
        .until("return document.getElementById('answer-1').value === ''", "typed answers are gone", 2)
        .await;
    window.pictures("back").await;
}
