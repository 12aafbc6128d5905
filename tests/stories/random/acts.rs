//! What she does next.

use recovery_desk::caller::Caller;
use recovery_desk::operations::account::UserSignOut;
use recovery_desk::operations::change_email::{ChangeEmail, ConfirmAddress};
use recovery_desk::operations::change_password::ChangePassword;
use recovery_desk::operations::change_phone::{ChangePhone, StartChangingPhone};
use recovery_desk::operations::confirm_time::ConfirmTime;
use recovery_desk::operations::enter_sign_in_code::{CodeEntered, EnterSignInCode, ResendSignInCode};
use recovery_desk::operations::lock_my_account::LockMyAccount;
use recovery_desk::operations::phone_code::{PhoneCodeEntered, ResendPhoneCode};
use recovery_desk::operations::put_off_set_up::PutOffSetUp;
use recovery_desk::operations::recovery_code::{AcknowledgeRecoveryCode, NewRecoveryCode};
use recovery_desk::operations::redeem_unlock::{RedeemUnlock, Redeemed};
use recovery_desk::operations::remembered_browsers::ForgetBrowsers;
use recovery_desk::operations::report_lost_phone::ReportLostPhone;
use recovery_desk::operations::repudiate::Repudiate;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_desk::operations::reset_code::{
    EnterResetCode, ResendResetCode, ResetByRecoveryCode, ResetCodeEntered,
};
use recovery_desk::operations::reset_password::{StagePassword, Staged};
use recovery_desk::operations::security_questions::{Answered, SaveQuestions};
use recovery_desk::operations::sign_in_with_recovery_code::{RecoveryCodeEntered, SignInWithRecoveryCode};
use recovery_desk::operations::step_up::{AskStepUpCode, EnterStepUpCode, StepUpWithRecoveryCode, SteppedUp};
use recovery_desk::operations::stop_email_change::StopEmailChange;
use recovery_desk::operations::turn_two_step_off::TurnTwoStepOff;
use recovery_desk::operations::turn_two_step_on::{StartTurningOn, TurnTwoStepOn};
use recovery_desk::operations::user_sign_in::{BrowserCookies, SignedIn, UserSignIn, UserSignedIn};
use recovery_desk::secret::SecretText;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use super::life::Life;
use crate::harness::fixtures::{ANSWERS, QUESTIONS};
use crate::harness::sms_gateway::Habit;

/// What came of it shows in the database.
fn done<T>(_answer: Option<T>) {}

const PHONES: [&str; 3] = ["07700 900456", "07700 900789", "07700 900321"];

impl Life {
    /// The usual start, so that a short run gets far: in; answers; on; a new recovery code; off; a forgotten password.
    pub async fn starts_well(&mut self) {
        for act in [0, 30, 1, 4, 5, 30, 6, 8] {
            self.does(act).await;
        }
        self.world.later(Span::seconds(61));
        for act in [9, 8, 15, 22, 30, 23, 30, 24, 0, 30, 1] {
            self.does(act).await;
        }
        self.careful = false;
    }

    /// One step, whatever it is; mostly one that leads on: who is out signs in, who can't get in calls.
    pub async fn step(&mut self) {
        let act = match () {
            () if self.not_let_in > 2 && self.once_in(60) => 28,
            () if self.is_out && self.once_in(70) => 0,
            () if self.held && self.once_in(30) => 34,
            () => self.below(40),
        };
        // A code or link is looked for in the post first, mostly.
        if self.once_in(60) {
            self.post().await;
        }
        self.does(act).await;
    }

    async fn does(&mut self, act: usize) {
        match act {
            0 | 35..40 => self.signs_in().await,
            1..=3 => self.second_step(act).await,
            4 => self.answers().await,
            5..=7 | 13 | 14 => self.phone(act).await,
            8..=12 => self.recovery_code_and_step_up(act).await,
            15..=18 | 27 | 29 => self.by_password(act).await,
            19..=21 => self.address(act).await,
            22..=26 => self.forgot(act).await,
            28 => self.calls_the_desk().await,
            30 => self.post().await,
            31 | 32 => self.time_passes().await,
            33 => self.faults(),
            _ => self.clock_steps_back().await,
        }
    }

    fn is_in(&mut self, signed_in: SignedIn) {
        self.is_out = false;
        self.sessions.push(signed_in.token);
        if signed_in.remembered.is_some() {
            self.remembered = signed_in.remembered;
        }
    }

    async fn signs_in(&mut self) {
        let (email, password) = (self.email().await, self.password());
        let remembered = self.remembered.clone().filter(|_| self.once_in(50));
        let make = || UserSignIn {
            email: email.clone(),
            password: password.clone(),
            browser: BrowserCookies { remembered: remembered.clone(), ..BrowserCookies::default() },
        };
        match self.act(&Caller::Nobody, make).await {
            Some(UserSignedIn::Done(signed_in)) => self.is_in(signed_in),
            Some(UserSignedIn::CodeNeeded { challenge, .. }) => self.challenges.push(challenge),
            None => {}
        }
        if self.once_in(70) {
            self.post().await;
            self.second_step(1).await;
        }
    }

    async fn second_step(&mut self, act: usize) {
        let Some(challenge) = self.secret_of(&self.challenges) else { return };
        match act {
            1 => {
                let code = self.one_of(&self.codes);
                let remember = self.once_in(50);
                let make = || EnterSignInCode {
                    challenge: challenge.clone(),
                    code: SecretText::new(code.clone()),
                    remember,
                    user_agent: String::new(),
                };
                if let Some(CodeEntered::Done(signed_in)) = self.act(&Caller::Nobody, make).await {
                    self.is_in(signed_in);
                }
            }
            2 => done(self.act(&Caller::Nobody, || ResendSignInCode { challenge: challenge.clone() }).await),
            _ => {
                let code = self.one_of(&self.recovery_codes);
                let make = || SignInWithRecoveryCode {
                    challenge: challenge.clone(),
                    recovery_code: SecretText::new(code.clone()),
                };
                if let Some(RecoveryCodeEntered::Done { signed_in, new_code }) =
                    self.act(&Caller::Nobody, make).await
                {
                    self.is_in(signed_in);
                    self.recovery_codes.push(new_code.expose().to_owned());
                }
            }
        }
    }

    async fn answers(&mut self) {
        let (caller, password) = (self.session(), self.password());
        let three = !self.careful && self.once_in(10);
        let make = || SaveQuestions {
            password: password.clone(),
            answers: (0..if three { 3 } else { 4 })
                .map(|i| Answered { question: QUESTIONS[i].to_owned(), answer: SecretText::new(ANSWERS[i]) })
                .collect(),
        };
        self.act(&caller, make).await;
    }

    async fn phone(&mut self, act: usize) {
        let (caller, password, phone) = (self.session(), self.password(), PHONES[self.below(PHONES.len())]);
        let code = self.one_of(&self.codes);
        match act {
            5 => {
                let make = || StartTurningOn { password: password.clone(), phone: phone.to_owned() };
                done(self.act(&caller, make).await);
            }
            13 => {
                let make = || StartChangingPhone { password: password.clone(), phone: phone.to_owned() };
                done(self.act(&caller, make).await);
            }
            7 => done(self.act(&caller, || ResendPhoneCode {}).await),
            14 => done(self.act(&caller, || ChangePhone { code: SecretText::new(code.clone()) }).await),
            _ => {
                let made = self.act(&caller, || TurnTwoStepOn { code: SecretText::new(code.clone()) }).await;
                if let Some(PhoneCodeEntered::Done(made)) = made {
                    self.recovery_codes.push(made.code.expose().to_owned());
                }
            }
        }
        if act == 5 && self.once_in(60) {
            self.post().await;
            let code = self.one_of(&self.codes);
            let made = self.act(&caller, || TurnTwoStepOn { code: SecretText::new(code.clone()) }).await;
            if let Some(PhoneCodeEntered::Done(made)) = made {
                self.recovery_codes.push(made.code.expose().to_owned());
            }
        }
    }

    async fn recovery_code_and_step_up(&mut self, act: usize) {
        let (caller, password) = (self.session(), self.password());
        match act {
            8 => {
                let code = self.one_of(&self.recovery_codes);
                let group = code[code.len() - 4..].to_owned();
                done(
                    self.act(&caller, || AcknowledgeRecoveryCode {
                        last_group: SecretText::new(group.clone()),
                    })
                    .await,
                );
            }
            9 => {
                let made = self.act(&caller, || NewRecoveryCode { password: password.clone() }).await;
                self.recovery_codes.extend(made.map(|made| made.code.expose().to_owned()));
            }
            10 => {
                let again = self.once_in(30);
                done(self.act(&caller, || AskStepUpCode { again }).await);
            }
            11 => {
                let code = self.one_of(&self.codes);
                done(self.act(&caller, || EnterStepUpCode { code: SecretText::new(code.clone()) }).await);
            }
            _ => {
                let code = self.one_of(&self.recovery_codes);
                let make = || StepUpWithRecoveryCode { recovery_code: SecretText::new(code.clone()) };
                if let Some(SteppedUp::Done { new_code: Some(new) }) = self.act(&caller, make).await {
                    self.recovery_codes.push(new.expose().to_owned());
                }
            }
        }
    }

    fn new_password(&self) -> String {
        format!("umber lanterns over {} tin roofs", self.below(1_000_000))
    }

    async fn by_password(&mut self, act: usize) {
        let (caller, password) = (self.session(), self.password());
        match act {
            15 => done(self.act(&caller, || TurnTwoStepOff { password: password.clone() }).await),
            16 => done(self.act(&caller, || ReportLostPhone { password: password.clone() }).await),
            17 => done(self.act(&caller, || PutOffSetUp {}).await),
            18 => {
                let new = self.new_password();
                let make = || ChangePassword {
                    password: password.clone(),
                    new_password: SecretText::new(new.clone()),
                };
                if self.act(&caller, make).await.is_some() {
                    self.passwords.push(new);
                }
            }
            27 if self.once_in(10) => {
                done(self.act(&caller, || LockMyAccount { password: password.clone() }).await)
            }
            _ if self.once_in(50) => done(self.act(&caller, || ForgetBrowsers { id: None }).await),
            _ => done(self.act(&caller, || UserSignOut {}).await),
        }
    }

    async fn address(&mut self, act: usize) {
        let (caller, password) = (self.session(), self.password());
        match act {
            19 if self.once_in(50) => {
                let new = format!("priya{}@hartwell.example", self.below(1_000));
                done(
                    self.act(&caller, || ChangeEmail { password: password.clone(), new_email: new.clone() })
                        .await,
                );
            }
            19 | 20 if !self.confirms.is_empty() => {
                let link = self.one_of(&self.confirms);
                done(
                    self.act(&Caller::Nobody, || ConfirmAddress { link: SecretText::new(link.clone()) })
                        .await,
                );
            }
            _ => {
                let link = self.one_of(&self.stops);
                let _ = self
                    .act(&Caller::Nobody, || StopEmailChange { link: SecretText::new(link.clone()) })
                    .await;
            }
        }
    }

    async fn forgot(&mut self, act: usize) {
        let (link, email) = (self.one_of(&self.resets), self.email().await);
        let new = self.new_password();
        // The code of a reset comes by text or by letter.
        let by_text = if self.careful { self.mail_codes.is_empty() } else { self.once_in(50) };
        let code = if by_text { self.one_of(&self.codes) } else { self.one_of(&self.mail_codes) };
        let recovery_code = self.one_of(&self.recovery_codes);
        let link = || SecretText::new(link.clone());
        let entered = match act {
            22 => {
                let source = format!("198.51.100.{}", self.below(250));
                let make = || RequestReset { email: email.clone(), source: source.clone() };
                return done(self.act(&Caller::Nobody, make).await);
            }
            23 => {
                let make = || StagePassword { link: link(), new_password: SecretText::new(new.clone()) };
                match self.act(&Caller::Nobody, make).await {
                    Some(Staged::Done(_)) => self.passwords.push(new),
                    // It counts once the code is right.
                    Some(Staged::CodeNeeded(_)) => self.passwords.insert(0, new),
                    None => {}
                }
                return;
            }
            24 => {
                self.act(&Caller::Nobody, || EnterResetCode {
                    link: link(),
                    code: SecretText::new(code.clone()),
                })
                .await
            }
            25 => self.act(&Caller::Nobody, || ResendResetCode { link: link() }).await,
            _ => {
                let make = || ResetByRecoveryCode {
                    link: link(),
                    recovery_code: SecretText::new(recovery_code.clone()),
                };
                self.act(&Caller::Nobody, make).await
            }
        };
        if matches!(entered, Some(ResetCodeEntered::Done(_))) {
            let staged = self.passwords.remove(0);
            self.passwords.push(staged);
        }
    }

    /// A call, as far as it goes, and the letter's two links.
    async fn calls_the_desk(&mut self) {
        self.operators += 1;
        let dana = self.world.agent(&format!("Dana {}", self.operators)).await;
        if let Ok(call) = dana.open(&self.user).await {
            let _ = dana.check(&call.call_id, ANSWERS.map(Some)).await;
            if let Ok(sent) = dana.send(&call.call_id).await {
                self.call_codes.extend(sent.call_code);
            }
            self.post().await;
            let _ = dana.end(&call.call_id).await;
        }
        self.note("a call");
        let Some((unlock, not_me)) = self.unlocks.last().cloned() else { return };
        let (code, new) = (self.one_of(&self.call_codes), self.new_password());
        if self.once_in(10) {
            let _ = self.act(&Caller::Nobody, || Repudiate { link: SecretText::new(not_me.clone()) }).await;
            return;
        }
        let make = || RedeemUnlock {
            link: SecretText::new(unlock.clone()),
            call_code: SecretText::new(code.clone()),
            contact_code: SecretText::new(""),
            new_password: SecretText::new(new.clone()),
        };
        if let Some(Redeemed::Done { .. }) = self.act(&Caller::Nobody, make).await {
            self.passwords.push(new);
        }
    }

    async fn time_passes(&mut self) {
        if self.held {
            return;
        }
        let span = match self.below(20) {
            0..14 => Span::seconds(61),
            14..17 => Span::minutes(11),
            17 => Span::hours(2),
            18 => Span::hours(25),
            _ => Span::days(8),
        };
        self.note(format!("{} s pass", span.0 / 1_000));
        self.world.later(span);
        if self.once_in(30) {
            self.world.look_round().await;
        }
    }

    fn faults(&mut self) {
        let habits = [Habit::Fine, Habit::Fine, Habit::Fine, Habit::Broken, Habit::Refuses, Habit::TooMany];
        let habit = habits[self.below(habits.len())];
        self.note(format!("the gateway: {habit:?}"));
        self.gateway.behaves(habit);
        let mail = self.world.mail.as_ref().unwrap();
        let broken = mail.folder().join("put-off").exists();
        match (broken, self.once_in(30)) {
            (false, true) => mail.set("put-off"),
            (true, _) => mail.unset("put-off"),
            (false, false) => {}
        }
    }

    /// The clock steps back; codes and links wait until an administrator confirms the time.
    async fn clock_steps_back(&mut self) {
        if !self.held {
            self.world.look_round().await;
            self.world.later(Span::minutes(31));
            self.world.look_round().await;
            self.world.later(Span::minutes(-6));
            self.held = true;
            self.note("the clock steps back");
            return;
        }
        self.operators += 1;
        let ida = self.world.operator(Role::Administrator, &format!("Ida {}", self.operators)).await;
        let time = self.world.desk.clock.machine().0;
        ida.ask(ConfirmTime { time }).await.unwrap();
        self.held = false;
        self.note("the time is confirmed");
    }
}
