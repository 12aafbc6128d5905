//! One agent, the caller on the phone and her browser. A round is the whole main job with a user of its own, wrong
//! turns included, so that every commit of it happens once. What an earlier process has already heard is not asked
//! again; what was asked without an answer is, by the same request id.

use std::time::Duration;

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::operation::{Kind as OperationKind, Operation};
use recovery_desk::operations::end_call::EndCall;
use recovery_desk::operations::enter_sign_in_code::{CodeEntered, EnterSignInCode};
use recovery_desk::operations::look_up::LookUp;
use recovery_desk::operations::open_call::OpenCall;
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::operations::redeem_unlock::{RedeemUnlock, Redeemed};
use recovery_desk::operations::repudiate::Repudiate;
use recovery_desk::operations::send_unlock::SendUnlock;
use recovery_desk::operations::unlock_link::OpenUnlockLink;
use recovery_desk::operations::user_sign_in::{BrowserCookies, UserSignIn, UserSignedIn};
use recovery_desk::secret::SecretText;
use recovery_rules::policy::{Number, Policy};
use recovery_rules::time::{Moment, Span};
use serde_json::{Value, json};

use super::history::{History, Kind, Line};
use super::sink::Sink;
use crate::harness::agent::{Authenticator, check, right, wrong};
use crate::harness::fixtures::{NewUser, make_user};
use crate::harness::pages::NEW_PASSWORD;
use crate::harness::{PASSWORD, world};

/// Longer than any honest wait; a client that waits longer has found something that did not heal.
const AT_MOST: Duration = Duration::from_secs(30);
/// A letter nobody sends any more, because what it carries would be dead.
const TOO_OLD: &str = "the letter got too old to be sent";

/// How a step ended, for the round: what was heard, or the code of the refusal.
type Heard = Result<Value, String>;

/// A client.
pub struct Client {
    pub number: usize,
    pub desk: Desk,
    pub email: String,
    pub authenticator: Authenticator,
    pub history: History,
    /// The lines of this client that earlier processes wrote.
    pub past: Vec<Line>,
    pub sink: Sink,
    caller: Caller,
    round: usize,
    signed_in: usize,
}

impl Client {
    /// A client that goes on where its past ends.
    pub fn new(
        number: usize,
        desk: Desk,
        agent: (String, Authenticator),
        history: History,
        past: Vec<Line>,
        sink: Sink,
    ) -> Self {
        let (email, authenticator) = agent;
        let over = past.iter().filter(|line| line.kind == Kind::Over).count();
        let signed_in =
            past.iter().filter(|line| line.name() == "sign_in" && line.kind == Kind::Invoke).count();
        let caller = Caller::Nobody;
        Self { number, desk, email, authenticator, history, past, sink, caller, round: over, signed_in }
    }

    /// Plays so many rounds, the unfinished one first.
    pub async fn play(mut self, rounds: usize) {
        for _ in 0..rounds {
            let outcome = self.play_round().await;
            let facts = json!({ "outcome": outcome.err().unwrap_or_else(|| "done".to_owned()) });
            self.write("over", None, Kind::Over, facts);
            self.round += 1;
        }
    }

    async fn play_round(&mut self) -> Result<(), String> {
        self.sign_in().await;
        let (user, email) = self.user().await;
        let query = email.clone();
        self.step("look_up", || LookUp { query: query.clone(), search_id: "s".to_owned() }, |_| json!({}))
            .await?;
        let open = || OpenCall { user_id: user.clone(), reference: None };
        let call = self.step("open", open, |call| json!({ "call": call.call_id })).await?;
        let call = call["call"].as_str().unwrap().to_owned();
        let done = self.call_and_unlock(&user, &email, &call).await;
        let end = || EndCall { call_id: call.clone(), notes: String::new() };
        let ended = self.step("end", end, |_| json!({ "call": call })).await;
        let not_me = done?;
        ended?;
        self.user_signs_in(&email).await?;
        // And then she says that it was somebody else.
        let link = || Repudiate { link: SecretText::new(&not_me) };
        self.step("not_me", link, |stopped| json!({ "user": user, "locked": stopped.locked })).await?;
        Ok(())
    }

    /// From the first answer to the new password; gives the secret of "this wasn't me".
    async fn call_and_unlock(&mut self, user: &str, email: &str, call: &str) -> Result<String, String> {
        let early = self.send("send_early", call, false).await;
        if early != Err("not_verified".to_owned()) {
            return Err(format!("an unverified call sent: {early:?}"));
        }
        let said = || check(call, wrong());
        let facts = |verdict: &recovery_desk::operations::check_answers::Verdict| json!({ "call": call, "verified": verdict.verified });
        let _ = self.step("check.0", said, facts).await;
        let code = self.verify_and_send(call).await?;
        let (link, not_me) = self.press(email).await?;
        let redeem = |code: String| {
            let link = link.clone();
            move || RedeemUnlock {
                link: SecretText::new(&link),
                call_code: SecretText::new(&code),
                contact_code: SecretText::new(""),
                new_password: SecretText::new(NEW_PASSWORD),
            }
        };
        let facts = |redeemed: &Redeemed| json!({ "user": user, "call": call, "redeemed": matches!(redeemed, Redeemed::Done { .. }) });
        let guess = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        let wrong = self.step("redeem_wrong", redeem(guess), facts).await;
        if wrong.as_ref().is_ok_and(|heard| heard["redeemed"] == true) {
            return Err("a wrong call code let somebody in".to_owned());
        }
        match self.step("redeem", redeem(code), facts).await {
            Ok(_) => Ok(not_me),
            // Asked before without an answer: it was done then.
            Err(code) if code == "link_used" => Ok(not_me),
            Err(code) => Err(code),
        }
    }

    async fn verify_and_send(&mut self, call: &str) -> Result<String, String> {
        for k in 1.. {
            let said = || check(call, right());
            let facts = |verdict: &recovery_desk::operations::check_answers::Verdict| json!({ "call": call, "verified": verdict.verified });
            match self.step(&format!("check.{k}"), said, facts).await {
                Ok(heard) if heard["verified"] == true => {}
                Ok(_) => return Err("right answers were not right".to_owned()),
                // Died between try and verdict.
                Err(code) if code == "counted_without_verdict" => continue,
                Err(code) => return Err(code),
            }
            for j in 1.. {
                match self.send(&format!("send.{k}.{j}"), call, j > 1).await {
                    Ok(heard) if heard["code"].is_string() => {
                        return Ok(heard["code"].as_str().unwrap().to_owned());
                    }
                    // It can be shown once, and that once was lost with the process.
                    Ok(_) => self.wait(Span::seconds(61)),
                    Err(code) if code == "resend_wait" || code == "already_sent" => {
                        self.wait(Span::seconds(61))
                    }
                    Err(code) if code == "not_verified" => break,
                    Err(code) => return Err(code),
                }
            }
        }
        unreachable!("a call has three checks")
    }

    async fn send(&mut self, step: &str, call: &str, again: bool) -> Heard {
        let send = || SendUnlock { call_id: call.to_owned(), again };
        self.step(step, send, |sent| json!({ "call": call, "code": sent.call_code })).await
    }

    /// Waits for the letter and presses the button of its page; gives both secrets.
    async fn press(&mut self, email: &str) -> Result<(String, String), String> {
        for k in 1.. {
            let (link, not_me) = self.letter(email, "Unlock", k, None).await?.links();
            let facts = json!({ "link": link, "not_me": not_me });
            let press = || OpenUnlockLink { link: SecretText::new(&link) };
            match self.step(&format!("press.{k}"), press, |_| facts.clone()).await {
                Ok(heard) => {
                    let text = |name: &str| heard[name].as_str().unwrap().to_owned();
                    return Ok((text("link"), text("not_me")));
                }
                // A letter that was sent again, or an older one; the newest is still on its way.
                Err(code) if code == "link_replaced" => tokio::time::sleep(Duration::from_millis(30)).await,
                Err(code) => return Err(code),
            }
        }
        unreachable!()
    }

    async fn user_signs_in(&mut self, email: &str) -> Result<(), String> {
        for k in 1..=10 {
            let request = || UserSignIn {
                email: email.to_owned(),
                password: SecretText::new(NEW_PASSWORD),
                browser: BrowserCookies::default(),
            };
            let facts = |answer: &UserSignedIn| match answer {
                UserSignedIn::CodeNeeded { challenge, .. } => json!({ "challenge": challenge.expose() }),
                UserSignedIn::Done { .. } => json!({}),
            };
            let heard = match self.step(&format!("user_sign_in.{k}"), request, facts).await {
                Ok(heard) => heard,
                Err(code) if code == "sign_in_wait" => {
                    self.wait(Span::minutes(15));
                    continue;
                }
                Err(code) => return Err(code),
            };
            let Some(challenge) = heard["challenge"].as_str().map(str::to_owned) else {
                return Err("signed in without a code".to_owned());
            };
            // Asked just now, or by an earlier process.
            let asked = self.heard(&format!("user_sign_in.{k}"), Kind::Ok).map(|line| Moment(line.clock));
            let asked = asked.unwrap_or_else(|| self.desk.clock.machine());
            let stale = asked + Policy::default().span(Number::VerificationCodeLife);
            for j in 1..=5 {
                let code = match self.letter(email, "verification code", k, Some(stale)).await {
                    Ok(letter) => letter.code(),
                    // It got too old on its way, while processes died: whoever waits for it signs in anew.
                    Err(code) if code == TOO_OLD => break,
                    Err(code) => return Err(code),
                };
                let enter = || EnterSignInCode {
                    challenge: SecretText::new(&challenge),
                    code: SecretText::new(&code),
                    remember: false,
                    user_agent: String::new(),
                };
                let facts =
                    |entered: &CodeEntered| json!({ "in": matches!(entered, CodeEntered::Done { .. }) });
                match self.step(&format!("code.{k}.{j}"), enter, facts).await {
                    Ok(heard) if heard["in"] == true => return Ok(()),
                    // The code of an older sign-in; the newest letter is still on its way.
                    Ok(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    // Used up, or it was done before and the answer lost.
                    Err(_) => break,
                }
            }
        }
        Err("no code signed in".to_owned())
    }

    /// The newest letter of that kind; `at_least` so many must have arrived, up to a point: a killed process may
    /// have sent none for a try. From `stale` on it is not sent any more.
    async fn letter(
        &self,
        email: &str,
        subject: &str,
        at_least: usize,
        stale: Option<Moment>,
    ) -> Result<crate::harness::letters::Arrived, String> {
        let began = std::time::Instant::now();
        for look in 1_u32.. {
            let arrived = self.sink.to(email, subject);
            let waited = began.elapsed();
            if look.is_multiple_of(100) {
                // One that a jump of this clock made too late to send waits for the end of its lease.
                self.wait(Span::seconds(125));
            }
            if let Some(newest) = arrived.first()
                && (arrived.len() >= at_least || waited > Duration::from_millis(500))
            {
                return Ok(newest.clone());
            }
            if arrived.is_empty() && stale.is_some_and(|end| self.desk.clock.machine() >= end) {
                return Err(TOO_OLD.to_owned());
            }
            if waited > AT_MOST {
                return Err(format!("no letter about {subject}"));
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
        unreachable!()
    }

    /// Makes the user of this round. Not an operation, but one transaction.
    async fn user(&mut self) -> (String, String) {
        let text = |line: &Line, name: &str| line.facts[name].as_str().unwrap().to_owned();
        if let Some(made) = self.heard("user", Kind::Ok) {
            return (text(&made, "user"), text(&made, "email"));
        }
        let before = self.past.iter().filter(|l| l.round == self.round && l.step == "user").count();
        for k in before.. {
            let email = format!("c{}-{}-{k}@hartwell.example", self.number, self.round);
            self.write("user", None, Kind::Invoke, json!({}));
            // Whether one came to be without our hearing of it doesn't matter; the next has another address.
            if let Ok(user) = make_user(&self.desk, NewUser { email: &email, ..NewUser::default() }).await {
                self.write("user", None, Kind::Ok, json!({ "user": user, "email": email }));
                return (user, email);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        unreachable!()
    }

    async fn sign_in(&mut self) {
        if let Some(line) = self.heard("sign_in", Kind::Ok) {
            self.caller = Caller::Session(SecretText::new(line.facts["token"].as_str().unwrap()));
            return;
        }
        self.sign_in_anew().await;
    }

    async fn sign_in_anew(&mut self) {
        let began = std::time::Instant::now();
        while began.elapsed() < AT_MOST {
            self.signed_in += 1;
            let step = format!("sign_in.{}", self.signed_in);
            let request = OperatorSignIn {
                email: self.email.clone(),
                password: PASSWORD.to_owned().into(),
                code: self.authenticator.code(self.desk.clock.machine()).into(),
            };
            self.write(&step, None, Kind::Invoke, json!({}));
            match world::ask(&self.desk, &Caller::Nobody, request).await {
                Ok(answer) => {
                    self.write(&step, None, Kind::Ok, json!({ "token": answer.token.expose() }));
                    self.caller = Caller::Session(answer.token);
                    return;
                }
                Err(failure) => {
                    self.write(&step, None, Kind::Info, json!({ "code": failure.code() }));
                    // A code of the authenticator works once, and wrong ones are answered ever more slowly.
                    let until = failure.refusal().and_then(|refusal| refusal.until());
                    let now = self.desk.clock.machine();
                    self.wait(until.map_or(Span::seconds(30), |until: Moment| Span(until.0 - now.0 + 1)));
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
        panic!("client {} can't sign in", self.number);
    }

    /// Asks, unless it was answered before; asks again, by the same id, while nobody knows what came of it.
    async fn step<O: Operation>(
        &mut self,
        step: &str,
        request: impl Fn() -> O,
        facts: impl Fn(&O::Answer) -> Value,
    ) -> Heard {
        if let Some(line) = self.heard(step, Kind::Ok) {
            return Ok(line.facts);
        }
        if let Some(line) = self.heard(step, Kind::Fail) {
            return Err(line.facts["code"].as_str().unwrap().to_owned());
        }
        let before = self.heard(step, Kind::Invoke).and_then(|line| line.request);
        // Unique over all processes: the history knows which were used.
        let fresh = || format!("c{}-{}-{}", self.number, self.round, step.replace('.', "-"));
        let id = (O::KIND == OperationKind::Change).then(|| before.unwrap_or_else(fresh));
        let began = std::time::Instant::now();
        loop {
            let caller = match O::DOORS[0] {
                recovery_rules::roles::Door::Desk => self.caller.clone(),
                _ => Caller::Nobody,
            };
            self.write(step, id.as_deref(), Kind::Invoke, json!({}));
            match self.desk.perform(&caller, O::DOORS[0], id.as_deref(), request()).await {
                Ok(answer) => {
                    let facts = facts(&answer);
                    self.write(step, id.as_deref(), Kind::Ok, facts.clone());
                    return Ok(facts);
                }
                Err(failure) => {
                    let code = failure.code();
                    if began.elapsed() > AT_MOST {
                        self.write(step, id.as_deref(), Kind::Info, json!({ "code": code, "gave_up": true }));
                        return Err(format!("{step} did not heal: {code}"));
                    }
                    match self.unclear(&failure).await {
                        true => self.write(step, id.as_deref(), Kind::Info, json!({ "code": code })),
                        false => {
                            self.write(step, id.as_deref(), Kind::Fail, json!({ "code": code }));
                            return Err(code.to_owned());
                        }
                    }
                }
            }
        }
    }

    /// Whether the same has to be asked again, after what has to happen first.
    async fn unclear(&mut self, failure: &Failure) -> bool {
        match failure.code() {
            "fault" | "busy" => tokio::time::sleep(Duration::from_millis(100)).await,
            "still_judging" => self.wait(Span::seconds(61)),
            "signed_out" => self.sign_in_anew().await,
            _ => return false,
        }
        true
    }

    fn wait(&self, span: Span) {
        self.desk.clock.advance(span);
    }

    /// What an earlier process heard of a step of this round.
    fn heard(&self, step: &str, kind: Kind) -> Option<Line> {
        let this = |line: &&Line| {
            let same = line.step == step || (step == "sign_in" && line.name() == step);
            line.round == self.round && same && line.kind == kind
        };
        self.past.iter().rev().find(this).cloned()
    }

    fn write(&self, step: &str, request: Option<&str>, kind: Kind, facts: Value) {
        self.history.write(Line {
            client: self.number,
            round: self.round,
            step: step.to_owned(),
            request: request.map(str::to_owned),
            kind,
            facts,
            clock: self.desk.clock.machine().0,
            since_start: 0,
        });
    }
}
