//! One user's life: what she holds, what arrived, and how one request is made and judged.

use std::collections::BTreeMap;
use std::time::Duration;

use recovery_desk::caller::Caller;
use recovery_desk::chance::Chance;
use recovery_desk::database::sql;
use recovery_desk::failure::Failure;
use recovery_desk::operation::Operation;
use recovery_desk::secret::SecretText;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use super::looked::{look, used, wrong};
use crate::harness::fixtures::NewUser;
use crate::harness::letters::Arrived;
use crate::harness::log::tell;
use crate::harness::person::world_with_texts;
use crate::harness::sms_gateway::SmsGateway;
use crate::harness::world::ask;
use crate::harness::{Engine, PASSWORD, World};

/// How long a message or link is held on to: old ones are tried too.
const KEPT: usize = 6;

/// Somebody, everything she holds, and what was done.
pub struct Life {
    pub world: World,
    pub gateway: SmsGateway,
    pub user: String,
    chance: Chance,
    seed: u64,
    trail: Vec<String>,
    counts: BTreeMap<String, (usize, usize)>,
    letters: usize,
    texts: usize,
    /// After a step back that nobody confirmed yet.
    pub held: bool,
    /// Nothing is doubled, broken off or typed wrong: so that each life gets somewhere.
    pub careful: bool,
    /// Her session is over.
    pub is_out: bool,
    /// How often in a row she was not let in.
    pub not_let_in: usize,
    pub operators: usize,
    pub passwords: Vec<String>,
    pub sessions: Vec<SecretText>,
    pub challenges: Vec<SecretText>,
    pub remembered: Option<SecretText>,
    pub codes: Vec<String>,
    pub mail_codes: Vec<String>,
    pub recovery_codes: Vec<String>,
    pub resets: Vec<String>,
    pub confirms: Vec<String>,
    pub stops: Vec<String>,
    pub unlocks: Vec<(String, String)>,
    pub call_codes: Vec<String>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let last = self.trail.iter().rev().take(25).rev().cloned().collect::<Vec<_>>();
            tell(&format!("RECOVERY_DESK_SEED={} after {} steps: {last:#?}", self.seed, self.trail.len()));
        }
    }
}

impl Life {
    /// Born, with or without 2-step.
    pub async fn begin(engine: Engine, seed: u64) -> Self {
        let (world, gateway) = world_with_texts(engine).await;
        let two_step = if seed.is_multiple_of(2) { TwoStep::Never } else { TwoStep::On };
        let user = world
            .user(NewUser {
                two_step,
                answers: if seed.is_multiple_of(2) { 0 } else { 4 },
                ..NewUser::default()
            })
            .await;
        Self {
            world,
            gateway,
            user,
            chance: Chance::seeded(seed),
            seed,
            trail: Vec::new(),
            counts: BTreeMap::new(),
            letters: 0,
            texts: 0,
            held: false,
            careful: true,
            is_out: true,
            not_let_in: 0,
            operators: 0,
            passwords: vec![PASSWORD.to_owned()],
            sessions: Vec::new(),
            challenges: Vec::new(),
            remembered: None,
            codes: Vec::new(),
            mail_codes: Vec::new(),
            recovery_codes: Vec::new(),
            resets: Vec::new(),
            confirms: Vec::new(),
            stops: Vec::new(),
            unlocks: Vec::new(),
            call_codes: Vec::new(),
        }
    }

    /// The end: the audit log is whole. How often each operation was done and refused.
    pub async fn end(mut self) -> BTreeMap<String, (usize, usize)> {
        self.world.audit().await;
        std::mem::take(&mut self.counts)
    }

    /// A number under that one.
    pub fn below(&self, limit: usize) -> usize {
        u32::from_be_bytes(self.chance.bytes()) as usize % limit
    }

    /// True so many times in a hundred.
    pub fn once_in(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// The newest mostly, else an older one, else one made up.
    pub fn one_of(&self, held: &[String]) -> String {
        match (held.len(), if self.careful { 0 } else { self.below(100) }) {
            (0, _) | (_, 90..) => "000000".to_owned(),
            (_, 0..80) => held[held.len() - 1].clone(),
            _ => held[self.below(held.len())].clone(),
        }
    }

    /// The same of secrets; none if there is none.
    pub fn secret_of(&self, held: &[SecretText]) -> Option<SecretText> {
        let newest = held.last()?;
        Some(if self.careful || self.once_in(85) {
            newest.clone()
        } else {
            held[self.below(held.len())].clone()
        })
    }

    /// The password, wrong now and then.
    pub fn password(&self) -> SecretText {
        if !self.careful && self.once_in(6) {
            SecretText::new("not her password at all")
        } else {
            SecretText::new(self.passwords.last().unwrap().clone())
        }
    }

    /// Her session, an old one now and then.
    pub fn session(&self) -> Caller {
        self.secret_of(&self.sessions).map_or(Caller::Nobody, Caller::Session)
    }

    /// Her address now.
    pub async fn email(&self) -> String {
        let mut tx = self.world.desk.database.begin_read().await.unwrap();
        let (email,): (String,) =
            sql("SELECT email FROM users WHERE id = $1").bind(&self.user).one(&mut tx).await.unwrap();
        email
    }

    /// Notes what happens beside requests.
    pub fn note(&mut self, what: impl Into<String>) {
        self.trail.push(what.into());
    }

    /// Makes a request: once, twice at the same moment, or broken off on its way; and judges what it did.
    pub async fn act<O: Operation>(&mut self, caller: &Caller, make: impl Fn() -> O) -> Option<O::Answer>
    where
        O::Answer: std::fmt::Debug,
    {
        self.world.later(Span(1));
        let before = look(&self.world, &self.user, O::NAME).await;
        let desk = &self.world.desk;
        let mut results: Vec<Result<O::Answer, Failure>> = Vec::new();
        let mut broken_off = false;
        match if self.careful { 99 } else { self.below(100) } {
            0..8 => {
                let (a, b) = tokio::join!(ask(desk, caller, make()), ask(desk, caller, make()));
                results.extend([a, b]);
            }
            8..12 => {
                let wait = Duration::from_micros(self.below(9_000) as u64);
                match tokio::time::timeout(wait, ask(desk, caller, make())).await {
                    Ok(result) => results.push(result),
                    Err(_) => broken_off = true,
                }
            }
            _ => results.push(ask(desk, caller, make()).await),
        }
        let (ok, refused) =
            (results.iter().filter(|r| r.is_ok()).count(), results.iter().filter(|r| r.is_err()).count());
        let codes: Vec<_> = results.iter().map(|r| r.as_ref().map_or_else(Failure::code, |_| "ok")).collect();
        self.note(format!("{} {codes:?}{}", O::NAME, if broken_off { " broken off" } else { "" }));
        assert!(!codes.contains(&"fault"), "{}: {results:?}", O::NAME);
        match codes[..] {
            ["signed_out", ..] => self.is_out = true,
            ["sign_in_not_right", ..] => self.not_let_in += 1,
            ["ok", ..] if O::NAME == "user_sign_in" || O::NAME == "redeem_unlock" => self.not_let_in = 0,
            _ => {}
        }
        let counts = self.counts.entry(O::NAME.to_owned()).or_default();
        *counts = (counts.0 + ok, counts.1 + refused);

        let after = look(&self.world, &self.user, O::NAME).await;
        let [done, reserved, told] = [0, 1, 2].map(|i| after.audited[i] - before.audited[i]);
        if broken_off {
            assert!(done <= 1 && told <= 1, "D0.3: {} broken off: {done} done, {told} refused", O::NAME);
            assert!(
                before.state == after.state || done + reserved > 0,
                "D0.3: {} changed something unaudited",
                O::NAME
            );
        } else {
            // Whoever waited for the database too long is sent away by it, and nothing could be written.
            let busy = codes.iter().filter(|code| **code == "busy").count();
            assert_eq!(
                (done, told),
                (ok as i64, (refused - busy) as i64),
                "D0.3: entries of {}, {codes:?}",
                O::NAME
            );
            assert!(reserved <= results.len() as i64, "D0.3: {reserved} tries of {}", O::NAME);
        }
        if ok == 0 && !broken_off {
            assert_eq!(before.state, after.state, "{} was refused and changed something", O::NAME);
        }
        self.judge(before.epoch).await;
        results.into_iter().find_map(Result::ok)
    }

    /// The invariants, and that nothing was used in another epoch, or while the clock stands back.
    async fn judge(&self, epoch: i64) {
        let now = self.world.desk.clock.machine();
        let wrong = wrong(&self.world, now).await;
        assert!(wrong.is_empty(), "{wrong:?}");
        let (all, of_another_epoch) = used(&self.world, &self.user, now, epoch).await;
        assert_eq!(of_another_epoch, 0, "D0.5: used after the account changed");
        assert!(!self.held || all == 0, "D0.6: used while the clock stands back");
    }

    /// Sends what is due and takes what arrived.
    pub async fn post(&mut self) {
        for _ in 0..20 {
            if self.world.post().await == 0 {
                break;
            }
        }
        let letters = self.world.mail.as_ref().unwrap().letters();
        for letter in letters.iter().skip(self.letters) {
            self.read(&Arrived::parse(letter));
        }
        self.letters = letters.len();
        let texts = self.gateway.asked();
        for text in texts.iter().skip(self.texts).filter(|text| text.body.contains("code")) {
            let code = text.body.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
            self.codes.extend(code.map(str::to_owned));
        }
        self.texts = texts.len();
        for held in
            [&mut self.codes, &mut self.mail_codes, &mut self.resets, &mut self.confirms, &mut self.stops]
        {
            let surplus = held.len().saturating_sub(KEPT);
            held.drain(..surplus);
        }
    }

    fn read(&mut self, letter: &Arrived) {
        for word in letter.text.split_whitespace() {
            let behind = |path: &str| word.split_once(path).map(|(_, secret)| secret.to_owned());
            self.resets.extend(behind("/reset/link/"));
            self.confirms.extend(behind("/confirm-address/link/"));
            self.stops.extend(behind("/stop-change/link/"));
            if let Some((unlock, not_me)) =
                behind("/unlock/").as_deref().and_then(|both| both.split_once('/'))
            {
                self.unlocks.push((unlock.to_owned(), not_me.to_owned()));
            }
            if word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()) {
                self.codes.push(word.to_owned());
            }
            if word.len() == 9 && word.as_bytes()[4] == b'-' && !word.contains(char::is_lowercase) {
                self.mail_codes.push(word.to_owned());
            }
        }
    }
}
