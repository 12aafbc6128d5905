//! An operator at a desk, and what they do there.

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::operation::Operation;
use recovery_desk::operations::call_view::CallView;
use recovery_desk::operations::check_answers::{CheckAnswers, Verdict};
use recovery_desk::operations::current_call::CurrentCall;
use recovery_desk::operations::end_call::{EndCall, EndedCall};
use recovery_desk::operations::look_up::{Found, LookUp};
use recovery_desk::operations::open_call::OpenCall;
use recovery_desk::operations::operator_sign_in::OperatorSignIn;
use recovery_desk::operations::send_unlock::{SendUnlock, Sent};
use recovery_desk::secret::SecretText;
use recovery_rules::time::Moment;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::fixtures::{ANSWERS, PASSWORD};
use super::world::{ask, request_id};

/// An operator who is signed in.
#[derive(Clone, Debug)]
pub struct Agent {
    /// The desk they sit at.
    pub desk: Desk,
    /// Their session.
    pub caller: Caller,
    /// Their id.
    pub id: String,
    /// Their address.
    pub email: String,
    /// Their authenticator app.
    pub authenticator: Authenticator,
}

/// An authenticator app.
#[derive(Clone, Debug)]
pub struct Authenticator {
    totp: Totp,
    secret: String,
}

impl Authenticator {
    /// Set up by typing in the secret an operation gave.
    pub fn new(base32: &str) -> Self {
        let secret = Secret::try_from_base32(base32).unwrap();
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        let totp = builder.with_skew(1).with_secret(secret).build().unwrap();
        Self { totp, secret: base32.to_owned() }
    }

    /// The secret it was set up with.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What it shows at that moment.
    pub fn code(&self, now: Moment) -> String {
        self.totp.generate(u64::try_from(now.0 / 1_000).unwrap()).to_string()
    }
}

/// Four answers that are right.
pub fn right() -> [Option<&'static str>; 4] {
    ANSWERS.map(Some)
}

/// Four answers that are wrong.
pub fn wrong() -> [Option<&'static str>; 4] {
    ["Ford", "Leeds", "Hill Primary", "Rex"].map(Some)
}

impl Agent {
    /// The same operator at another desk.
    pub fn at(&self, desk: &Desk) -> Self {
        Self { desk: desk.clone(), ..self.clone() }
    }

    /// Asks for anything.
    pub async fn ask<O: Operation>(&self, request: O) -> Result<O::Answer, Failure> {
        ask(&self.desk, &self.caller, request).await
    }

    /// Signs in again with the code of that moment.
    pub async fn sign_in(&mut self) -> Result<(), Failure> {
        let request = OperatorSignIn {
            email: self.email.clone(),
            password: PASSWORD.to_owned().into(),
            code: self.authenticator.code(self.desk.clock.machine()).into(),
        };
        let signed_in = ask(&self.desk, &Caller::Nobody, request).await?;
        self.caller = Caller::Session(signed_in.token);
        Ok(())
    }

    /// Types into the look-up; each is a search of its own.
    pub async fn look_up(&self, query: &str) -> Result<Found, Failure> {
        self.ask(LookUp { query: query.to_owned(), search_id: request_id() }).await
    }

    /// Opens a call.
    pub async fn open(&self, user_id: &str) -> Result<CallView, Failure> {
        self.ask(OpenCall { user_id: user_id.to_owned(), reference: None }).await
    }

    /// Opens a call by its reference.
    pub async fn open_by(&self, user_id: &str, reference: &str) -> Result<CallView, Failure> {
        self.ask(OpenCall { user_id: user_id.to_owned(), reference: Some(reference.to_owned()) }).await
    }

    /// Submits what the caller says.
    pub async fn check(&self, call_id: &str, said: [Option<&str>; 4]) -> Result<Verdict, Failure> {
        self.ask(check(call_id, said)).await
    }

    /// Opens a call and verifies the caller.
    pub async fn verified_call(&self, user_id: &str) -> CallView {
        let call = self.open(user_id).await.unwrap();
        let verdict = self.check(&call.call_id, right()).await.unwrap();
        assert!(verdict.verified);
        verdict.call
    }

    /// Presses Send.
    pub async fn send(&self, call_id: &str) -> Result<Sent, Failure> {
        self.ask(SendUnlock { call_id: call_id.to_owned(), again: false }).await
    }

    /// Presses Send again.
    pub async fn send_again(&self, call_id: &str) -> Result<Sent, Failure> {
        self.ask(SendUnlock { call_id: call_id.to_owned(), again: true }).await
    }

    /// Ends a call.
    pub async fn end(&self, call_id: &str) -> Result<EndedCall, Failure> {
        self.ask(EndCall { call_id: call_id.to_owned(), notes: String::new() }).await
    }

    /// The call they are on.
    pub async fn current(&self) -> Option<CallView> {
        self.ask(CurrentCall { call_id: None }).await.unwrap().call
    }

    /// One of their calls, over or not.
    pub async fn view(&self, call_id: &str) -> CallView {
        self.ask(CurrentCall { call_id: Some(call_id.to_owned()) }).await.unwrap().call.unwrap()
    }
}

/// A check of these answers.
pub fn check(call_id: &str, said: [Option<&str>; 4]) -> CheckAnswers {
    CheckAnswers { call_id: call_id.to_owned(), answers: said.map(|answer| answer.map(SecretText::new)) }
}
