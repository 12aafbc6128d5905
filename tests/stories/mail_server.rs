//! Letters through a real mail server (`tests/support/smtp_server.py`, aiosmtpd): what we send is what arrives.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use recovery_desk::letters::{Organisation, ShownTimes, Unlock, unlock};
use recovery_desk::smtp::{HowFar, Letter, SendProblem, SmtpLogin, SmtpSettings, SmtpTls, SmtpTransport};
use recovery_rules::email::Email;
use recovery_rules::time::{Moment, Span};
use url::Url;

use crate::harness::letters::Arrived;

/// A running mail server and the folder it keeps letters in. It ends with this value.
pub struct MailServer {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
    tls: SmtpTls,
}

impl MailServer {
    /// Starts one with the Python of `MAIL_SERVER_PYTHON`, which must have aiosmtpd.
    pub fn start(tls: SmtpTls) -> Self {
        let python = std::env::var_os("MAIL_SERVER_PYTHON").expect(
            "MAIL_SERVER_PYTHON names no Python with aiosmtpd. Run ./test, or: python3 -m venv /tmp/mail && \
             /tmp/mail/bin/pip install aiosmtpd==1.4.6 && export MAIL_SERVER_PYTHON=/tmp/mail/bin/python",
        );
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(python);
        command
            .args(["-W", "ignore"])
            .arg(repository().join("tests/support/smtp_server.py"))
            .arg("--folder")
            .arg(folder.path());
        if tls == SmtpTls::Implicit {
            command.arg("--implicit");
        }
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("port ").expect("the mail server did not start").parse().unwrap();
        Self { process, folder, port, tls }
    }

    /// How to reach it.
    pub fn settings(&self) -> SmtpSettings {
        settings_at(self.port, self.tls)
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its letters are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it misbehave: `put-off` or `lose-answer`.
    pub fn set(&self, habit: &str) {
        std::fs::write(self.folder.path().join(habit), "").unwrap();
    }

    /// Makes it behave again.
    pub fn unset(&self, habit: &str) {
        std::fs::remove_file(self.folder.path().join(habit)).unwrap();
    }

    /// The letters that arrived, taken apart, in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.letters().iter().map(|letter| Arrived::parse(letter)).collect()
    }

    /// The newest letter with this subject to this address.
    pub fn newest(&self, to: &str, subject: &str) -> Arrived {
        let arrived = self.arrived();
        let newest = arrived
            .iter()
            .rev()
            .find(|a| a.header("to").contains(to) && a.header("subject").contains(subject));
        newest.unwrap_or_else(|| panic!("no {subject} to {to} among {}", arrived.len())).clone()
    }

    /// The letters that arrived, in order.
    pub fn letters(&self) -> Vec<String> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It ends by itself when its standard input closes; this is for one that hangs.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How to reach a mail server of this kind on that port.
pub fn settings_at(port: u16, tls: SmtpTls) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls,
        login: Some(SmtpLogin { user: "desk".to_owned(), password: "correct-horse".into() }),
        from: Email::parse("desk@meridian.example").unwrap(),
        extra_root_certificate: Some(
            repository().join("crates/desk/src/smtp/test_certificate/authority.pem"),
        ),
        timeout: Duration::from_secs(5),
    }
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn letter(to: &str) -> Letter {
    let organisation = Organisation {
        name: "Meridian".to_owned(),
        desk_phone: "+353 1 555 0100".to_owned(),
        opening_hours: "Monday to Friday, 8:00 to 18:00".to_owned(),
        times: ShownTimes::utc(),
    };
    let called = Moment(1_795_516_860_000);
    let body = unlock(
        &organisation,
        &Unlock {
            call_opened_at: called,
            call_reference: Some("K7-204-QX"),
            unlock_link: &Url::parse("https://accounts.meridian.example/unlock/abc").unwrap(),
            expires_at: called + Span::hours(1),
            not_me_link: &Url::parse("https://accounts.meridian.example/stop/def").unwrap(),
            not_me_until: called + Span::hours(72),
            contact_code: false,
        },
    );
    Letter {
        to: Email::parse(to).unwrap(),
        from_name: organisation.name,
        subject: body.subject,
        text: body.text,
        html: body.html,
        message_id: "01abc@meridian.example".to_owned(),
        date: called,
    }
}

#[tokio::test]
async fn a_letter_arrives_whole_through_a_real_mail_server() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let server = MailServer::start(tls);
        let transport = SmtpTransport::new(server.settings()).unwrap();
        let accepted = transport.send(&letter("priya@hartwell.example")).await.unwrap();
        assert_eq!(accepted.server_reply, "250 2.0.0 kept as 0001.eml");
        let arrived = server.letters();
        assert_eq!(arrived.len(), 1);
        assert!(arrived[0].contains("Message-ID: <01abc@meridian.example>"), "{}", arrived[0]);
        assert!(arrived[0].contains("Subject: Unlock your account at Meridian"), "{}", arrived[0]);
        assert!(arrived[0].contains("https://accounts.meridian.example/unlock/abc"), "{}", arrived[0]);
    }
}

#[tokio::test]
async fn a_real_mail_server_defers_refuses_and_loses_its_answer() {
    let server = MailServer::start(SmtpTls::StartTls);
    let transport = SmtpTransport::new(server.settings()).unwrap();
    let later = transport.send(&letter("later-451@hartwell.example")).await.unwrap_err();
    assert_eq!(
        later,
        SendProblem::Deferred { reply: "451 4.1.1 as you wished".to_owned(), how_far: HowFar::BeforeTheText }
    );
    let refused = transport.send(&letter("refused-550@hartwell.example")).await.unwrap_err();
    assert_eq!(refused, SendProblem::Failed { reply: "550 5.1.1 as you wished".to_owned() });
    assert!(server.letters().is_empty());

    server.set("lose-answer");
    let lost = transport.send(&letter("priya@hartwell.example")).await.unwrap_err();
    assert!(matches!(lost, SendProblem::Uncertain { .. }), "{lost:?}");
    assert_eq!(server.letters().len(), 1, "it had arrived, which is why nobody may call it failed");

    server.set("put-off");
    let put_off = transport.send(&letter("priya@hartwell.example")).await.unwrap_err();
    assert!(matches!(put_off, SendProblem::Deferred { .. }), "{put_off:?}");
}

#[tokio::test]
async fn a_wrong_password_at_the_mail_server_leaves_the_letter_waiting() {
    let server = MailServer::start(SmtpTls::StartTls);
    let mut settings = server.settings();
    settings.login = Some(SmtpLogin { user: "desk".to_owned(), password: "wrong".into() });
    let problem = SmtpTransport::new(settings).unwrap().send(&letter("priya@hartwell.example")).await;
    let Err(SendProblem::Deferred { reply, how_far: HowFar::NoServer }) = problem else {
        panic!("{problem:?}")
    };
    assert!(reply.contains("refused our sign-in: 535"), "{reply}");
    assert!(server.letters().is_empty());
}
