//! A desk on a fresh database, with a clock set by hand unless a story needs the real one.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use recovery_desk::audit::chain;
use recovery_desk::caller::Caller;
use recovery_desk::caretaker;
use recovery_desk::chance::Chance;
use recovery_desk::clock::Clock;
use recovery_desk::database::{Address, Database};
use recovery_desk::desk::{Desk, OpenError, Parts};
use recovery_desk::failure::Failure;
use recovery_desk::hashing::HashingCost;
use recovery_desk::keys::DataKeys;
use recovery_desk::letters::ShownTimes;
use recovery_desk::mailer::Mailer;
use recovery_desk::operation::Operation;
use recovery_desk::settings::breached::BreachedPasswords;
use recovery_desk::settings::proxies::TrustedProxies;
use recovery_desk::settings::{Organisation, Settings};
use recovery_desk::sms::SmsSettings;
use recovery_desk::store::audit;
use recovery_rules::phone::DefaultRegion;
use recovery_rules::time::{Moment, Span};
use url::Url;

use super::databases::{self, Engine};
use super::log;
use crate::mail_server::MailServer;
use recovery_desk::smtp::{SmtpSettings, SmtpTls};

/// 24 November 2026, 10:00 UTC.
pub const MORNING: Moment = Moment(1_795_514_400_000);
/// Where the account pages of stories are.
pub const PUBLIC_URL: &str = "https://accounts.meridian.example/";

/// Everything one story needs.
pub struct World {
    /// The desk.
    pub desk: Desk,
    /// Its database.
    pub engine: Engine,
    /// Its address.
    pub address: Address,
    /// Its keys.
    pub keys: DataKeys,
    /// The SQLite file and the signed heads lie here.
    pub folder: tempfile::TempDir,
    /// The mail server, if the story has one.
    pub mail: Option<MailServer>,
    /// The SMS gateway, if the story has one.
    pub sms: Option<SmsSettings>,
    /// Where the account pages are.
    pub public_url: Url,
}

impl World {
    /// A live desk without a mail server, at ten in the morning.
    pub async fn live(engine: Engine) -> Self {
        Self::of(engine, None, PUBLIC_URL).await
    }

    /// A live desk whose letters go through a real mail server.
    pub async fn with_mail(engine: Engine) -> Self {
        Self::of(engine, Some(MailServer::start(SmtpTls::StartTls)), PUBLIC_URL).await
    }

    /// The same with its account pages served at that address.
    pub async fn with_pages(engine: Engine, public_url: &str) -> Self {
        Self::of(engine, Some(MailServer::start(SmtpTls::StartTls)), public_url).await
    }

    /// A live desk whose letters go through the mail server of these settings.
    pub async fn through(engine: Engine, smtp: SmtpSettings) -> Self {
        let world = Self::of(engine, None, PUBLIC_URL).await;
        let (clock, folder) = (world.desk.clock.clone(), world.folder.path());
        let desk =
            open(&world.address, &world.keys, Some(smtp), None, &world.public_url, clock, folder).await;
        Self { desk, ..world }
    }

    /// A live desk whose texts go to this gateway; there is no mail server.
    pub async fn with_texts(engine: Engine, sms: SmsSettings) -> Self {
        Self::of(engine, None, PUBLIC_URL).await.and_texts(sms).await
    }

    /// The same with its account pages served on loopback, and a mail server.
    pub async fn served_with_texts(engine: Engine, sms: SmsSettings) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let public_url = format!("http://{}/", listener.local_addr().unwrap());
        let world = Self::with_pages(engine, &public_url).await.and_texts(sms).await;
        let router = recovery_web::served(world.desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        world
    }

    async fn and_texts(self, sms: SmsSettings) -> Self {
        let sms = Some(sms);
        let clock = self.desk.clock.clone();
        let (smtp, folder) = (self.mail.as_ref().map(MailServer::settings), self.folder.path());
        let desk = open(&self.address, &self.keys, smtp, sms.clone(), &self.public_url, clock, folder).await;
        Self { desk, sms, ..self }
    }

    async fn of(engine: Engine, mail: Option<MailServer>, public_url: &str) -> Self {
        let keys = DataKeys::fresh(&Chance::operating_system());
        Self::made(engine, keys, mail, Clock::set_to(MORNING), public_url).await
    }

    /// A desk of these parts.
    pub async fn with(engine: Engine, keys: DataKeys, mail: Option<MailServer>, clock: Clock) -> Self {
        Self::made(engine, keys, mail, clock, PUBLIC_URL).await
    }

    /// A desk with a mail server on a database of its own place.
    pub async fn at(engine: Engine, address: Address, clock: Clock) -> Self {
        let (keys, mail) =
            (DataKeys::fresh(&Chance::operating_system()), MailServer::start(SmtpTls::StartTls));
        let folder = tempfile::tempdir().unwrap();
        Self::on(address, engine, folder, keys, Some(mail), clock, PUBLIC_URL).await
    }

    async fn made(
        engine: Engine,
        keys: DataKeys,
        mail: Option<MailServer>,
        clock: Clock,
        public_url: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = databases::fresh(engine, folder.path()).await;
        Self::on(address, engine, folder, keys, mail, clock, public_url).await
    }

    async fn on(
        address: Address,
        engine: Engine,
        folder: tempfile::TempDir,
        keys: DataKeys,
        mail: Option<MailServer>,
        clock: Clock,
        public_url: &str,
    ) -> Self {
        log::keep();
        let public_url: Url = public_url.parse().unwrap();
        let smtp = mail.as_ref().map(MailServer::settings);
        let desk = open(&address, &keys, smtp, None, &public_url, clock, folder.path()).await;
        Self { desk, engine, address, keys, folder, mail, sms: None, public_url }
    }

    /// Another desk on the same database, with connections of its own, as another machine would have.
    pub async fn another_desk(&self) -> Desk {
        let (smtp, clock) = (self.mail.as_ref().map(MailServer::settings), self.desk.clock.clone());
        open(&self.address, &self.keys, smtp, self.sms.clone(), &self.public_url, clock, self.folder.path())
            .await
    }

    /// A world with texts whose served pages have settings of their own.
    pub async fn served_with_settings(
        engine: Engine,
        sms: SmsSettings,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let public_url = format!("http://{}/", listener.local_addr().unwrap());
        let world = Self::with_pages(engine, &public_url).await;
        let smtp = world.mail.as_ref().map(MailServer::settings);
        let mut settings = settings_of(smtp, Some(sms.clone()), &world.public_url);
        change(&mut settings);
        let (clock, folder) = (world.desk.clock.clone(), world.folder.path());
        let desk = try_to_open(&world.address, &world.keys, settings, clock, folder).await.unwrap();
        let pages = recovery_web::served(desk.clone());
        tokio::spawn(async move { axum::serve(listener, pages).await });
        Self { desk, sms: Some(sms), ..world }
    }

    /// The same by another way to the database, which may break while the desk is opened.
    pub async fn another_desk_by(&self, address: &Address) -> Desk {
        for _ in 0..20 {
            let smtp = self.mail.as_ref().map(MailServer::settings);
            let clock = self.desk.clock.clone();
            let (url, folder) = (&self.public_url, self.folder.path());
            let settings = settings_of(smtp, None, url);
            if let Ok(desk) = try_to_open(address, &self.keys, settings, clock, folder).await {
                return desk;
            }
        }
        panic!("the desk can't be opened");
    }

    /// Asks the desk through the door that leads to this operation, with a new request id.
    pub async fn ask<O: Operation>(&self, caller: &Caller, request: O) -> Result<O::Answer, Failure> {
        ask(&self.desk, caller, request).await
    }

    /// Moves the clock.
    pub fn later(&self, span: Span) {
        self.desk.clock.advance(span);
    }

    /// Sends what is due.
    pub async fn post(&self) -> usize {
        Mailer::new(self.desk.clone()).unwrap().run_once().await.unwrap().handled
    }

    /// Lets the caretaker look round once, everything included.
    pub async fn look_round(&self) {
        let failed = caretaker::look_round(&self.desk, "story", true).await;
        assert!(failed.is_empty(), "{failed:?}");
    }

    /// The audit log, sealed and checked to the last entry.
    pub async fn audit(&self) -> Vec<audit::AuditRow> {
        self.look_round().await;
        // What that round did by itself, such as reminding somebody, is sealed by the next one.
        let failed = caretaker::look_round(&self.desk, "story", false).await;
        assert!(failed.is_empty(), "{failed:?}");
        let mut tx = self.desk.database.begin_read().await.unwrap();
        let rows = audit::after(&mut tx, 0, 100_000).await.unwrap();
        let head = chain::check(&rows).unwrap_or_else(|broken| panic!("{broken:?}"));
        assert_eq!(head.map_or(0, |head| head.seq), rows.len() as i64);
        drop(tx);
        let mut tx = self.desk.database.begin().await.unwrap();
        let left = audit::unchained(&mut tx, 100_000).await.unwrap();
        let which: Vec<_> = left.iter().map(|row| (row.at, row.operation.as_str())).take(5).collect();
        assert!(
            left.is_empty(),
            "{} entries were left out of the chain of {}: {which:?}",
            left.len(),
            rows.len()
        );
        rows
    }

    /// How often the audit log says this of an operation.
    pub async fn audited(&self, operation: &str, result: &str) -> usize {
        self.audit().await.iter().filter(|row| row.operation == operation && row.result == result).count()
    }
}

/// Asks a desk through the door that leads to this operation, with a new request id.
pub async fn ask<O: Operation>(desk: &Desk, caller: &Caller, request: O) -> Result<O::Answer, Failure> {
    desk.perform(caller, O::DOORS[0], Some(&request_id()), request).await
}

/// A request id nobody used.
pub fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Opens a desk.
pub async fn open(
    address: &Address,
    keys: &DataKeys,
    smtp: Option<SmtpSettings>,
    sms: Option<SmsSettings>,
    public_url: &Url,
    clock: Clock,
    folder: &Path,
) -> Desk {
    try_to_open(address, keys, settings_of(smtp, sms, public_url), clock, folder).await.unwrap()
}

fn settings_of(smtp: Option<SmtpSettings>, sms: Option<SmsSettings>, public_url: &Url) -> Settings {
    Settings {
        organisation: Organisation::of_the_demo(),
        public_url: public_url.clone(),
        times: ShownTimes::utc(),
        smtp,
        sms,
        default_region: DefaultRegion::default(),
        trusted_proxies: TrustedProxies::default(),
        breached_passwords: BreachedPasswords::default(),
    }
}

async fn try_to_open(
    address: &Address,
    keys: &DataKeys,
    settings: Settings,
    clock: Clock,
    folder: &Path,
) -> Result<Desk, OpenError> {
    Desk::open(Parts {
        database: Database::connect(address).await?,
        keys: keys.clone(),
        settings,
        clock,
        chance: Chance::operating_system(),
        hashing: HashingCost::cheap(),
        audit_heads: Some(folder.join("audit-heads.jsonl")),
    })
    .await
}
