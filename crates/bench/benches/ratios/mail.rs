//! Letters a second over one connection, against stock lettre and against a raw client that pipelines.
//!
//! Stock lettre speaks without encryption here, which only helps it; ours and the raw client speak TLS.

mod raw;
pub mod sink;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use recovery_bench::{Goal, Ratio, Table};
use recovery_desk::smtp::{Letter, SmtpSettings, SmtpTls, SmtpTransport};
use recovery_rules::email::Email;
use recovery_rules::time::Moment;

use self::raw::Pipelined;
use self::sink::Sink;
use crate::side_by_side::{ratios, seconds};

const ROUNDS: usize = 7;
/// Letters of ours and of the raw client in a round: as many as one connection carries.
const LETTERS: usize = 100;
/// Letters of stock lettre in a round; it is slow.
const STOCK_LETTERS: usize = 10;

/// Measures it.
pub async fn measure(table: &mut Table) {
    let encrypted = Sink::start(true).await;
    let plain = Sink::start(false).await;
    let message = letter(0).compose(&"desk@meridian.example".parse().unwrap()).unwrap();
    let (envelope, text) = (message.envelope().clone(), message.formatted());
    let ours = async || {
        let transport = SmtpTransport::new(settings(encrypted.port)).unwrap();
        transport.ready().await.unwrap();
        let time = seconds(async {
            for n in 0..LETTERS {
                transport.send(&letter(n)).await.unwrap();
            }
        });
        LETTERS as f64 / time.await
    };
    let rounds = ratios(ROUNDS, ours, async || {
        let address = ("127.0.0.1", plain.port);
        let hello = ClientId::Domain("localhost".to_owned());
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, None, &hello, None, None).await.unwrap();
        let time = seconds(async {
            for _ in 0..STOCK_LETTERS {
                connection.send(&envelope, &text).await.unwrap();
            }
        });
        STOCK_LETTERS as f64 / time.await
    })
    .await;
    table.add(Ratio {
        what: "Letters a second over one connection, with TLS".to_owned(),
        against: "one connection of stock lettre, without".to_owned(),
        rounds,
        goal: Goal::AtLeast(100.0),
    });
    let rounds = ratios(ROUNDS, ours, async || {
        let mut raw = Pipelined::connect(encrypted.port).await;
        let time = seconds(raw.send(LETTERS, &text));
        LETTERS as f64 / time.await
    })
    .await;
    table.add(Ratio {
        what: "Letters a second over one connection, with TLS".to_owned(),
        against: "a raw client that pipelines, with TLS".to_owned(),
        rounds,
        goal: Goal::AtLeast(0.3),
    });
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: SmtpTls::Implicit,
        login: None,
        from: Email::parse("desk@meridian.example").unwrap(),
        extra_root_certificate: Some(sink::certificates().join("authority.pem")),
        timeout: std::time::Duration::from_secs(5),
    }
}

fn letter(n: usize) -> Letter {
    Letter {
        to: Email::parse("priya.raman@hartwell.example").unwrap(),
        from_name: "Meridian Books".to_owned(),
        subject: "Unlock your account".to_owned(),
        text: "Press the button, enter the code you were given, choose a new password.\n".repeat(12),
        html: "<p>Press the button, enter the code you were given, choose a new password.</p>\n".repeat(12),
        message_id: format!("letter-{n}@meridian.example"),
        date: Moment(1_795_514_400_000),
    }
}
