//! *Forgot password* by the pages' own operations: Priya in one of the three branches, her letters from a real mail
//! server, her texts from the stand-in.

use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::failure::Failure;
use recovery_desk::operations::request_reset::RequestReset;
use recovery_desk::operations::reset_code::{
    EnterResetCode, ResendResetCode, ResetByRecoveryCode, ResetCodeEntered,
};
use recovery_desk::operations::reset_password::{ReadReset, StagePassword, Staged};
use recovery_desk::recovery_codes;
use recovery_desk::reset::ResetView;
use recovery_desk::secret::SecretText;
use recovery_rules::recovery_code::RecoveryCode;
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;

use super::Engine;
use super::fixtures::NewUser;
use super::pages::NEW_PASSWORD;
use super::posted::PRIYA;
use super::sms_gateway::SmsGateway;
use super::world::{World, ask};

/// A user who forgot the password.
pub struct Forgot {
    /// The world, with mail server, gateway and served pages.
    pub world: World,
    /// The gateway.
    pub gateway: SmsGateway,
    /// Her id.
    pub user: String,
}

impl Forgot {
    /// Priya, 2-step in this state.
    pub async fn new(engine: Engine, two_step: TwoStep) -> Self {
        Self::of(engine, NewUser { two_step, ..NewUser::default() }).await
    }

    /// The same of another user with her address.
    pub async fn of(engine: Engine, new: NewUser<'_>) -> Self {
        let gateway = SmsGateway::start().await;
        let world = World::served_with_texts(engine, gateway.twilio()).await;
        let user = world.user(new).await;
        Self { world, gateway, user }
    }

    /// Sends everything that waits.
    pub async fn post(&self) {
        while self.world.post().await > 0 {}
    }

    /// Asks for a link, from somewhere.
    pub async fn asks(&self, email: &str) -> Result<(), Failure> {
        let request = RequestReset { email: email.to_owned(), source: "198.51.100.7".to_owned() };
        self.ask(request).await.map(|_| ())
    }

    /// Asks for a link and gets it: the secret.
    pub async fn link(&self) -> String {
        self.asks(PRIYA).await.unwrap();
        self.post().await;
        let letter = self.mail().newest(PRIYA, "Set a new password");
        let secret = letter.text.split_whitespace().find_map(|word| word.split_once("/reset/link/"));
        secret.expect("a link").1.to_owned()
    }

    /// Letters with this subject that came to her.
    pub fn letters(&self, subject: &str) -> usize {
        let to_her = |a: &&super::letters::Arrived| {
            a.header("to").contains(PRIYA) && a.header("subject").contains(subject)
        };
        self.mail().arrived().iter().filter(to_her).count()
    }

    /// The mail server.
    pub fn mail(&self) -> &crate::mail_server::MailServer {
        self.world.mail.as_ref().unwrap()
    }

    /// GET of the link's page.
    pub async fn read(&self, link: &str) -> Result<ResetView, Failure> {
        self.ask(ReadReset { link: SecretText::new(link) }).await
    }

    /// Chooses a new password.
    pub async fn stage(&self, link: &str, password: &str) -> Result<Staged, Failure> {
        let request = StagePassword { link: SecretText::new(link), new_password: SecretText::new(password) };
        self.ask(request).await
    }

    /// A link with the usual new password staged, and the code sent.
    pub async fn staged(&self) -> String {
        let link = self.link().await;
        assert!(matches!(self.stage(&link, NEW_PASSWORD).await.unwrap(), Staged::CodeNeeded(_)));
        self.post().await;
        link
    }

    /// The newest reset code, from the text or the letter.
    pub fn code(&self) -> String {
        match self.gateway.asked().pop() {
            Some(text) => text.code(),
            None => self.mailed_code(),
        }
    }

    /// The newest reset code by mail.
    pub fn mailed_code(&self) -> String {
        let letter = self.mail().newest(PRIYA, "Your reset code");
        let code = letter.text.split_whitespace().find(|word| {
            word.len() == 9
                && word.as_bytes()[4] == b'-'
                && word.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric())
        });
        code.expect("a code").to_owned()
    }

    /// Types a code.
    pub async fn enter(&self, link: &str, code: &str) -> Result<ResetCodeEntered, Failure> {
        self.ask(EnterResetCode { link: SecretText::new(link), code: SecretText::new(code) }).await
    }

    /// Presses *Send again*.
    pub async fn again(&self, link: &str) -> Result<ResetCodeEntered, Failure> {
        self.ask(ResendResetCode { link: SecretText::new(link) }).await
    }

    /// Types a recovery code.
    pub async fn recover(&self, link: &str, code: &str) -> Result<ResetCodeEntered, Failure> {
        let request =
            ResetByRecoveryCode { link: SecretText::new(link), recovery_code: SecretText::new(code) };
        self.ask(request).await
    }

    /// Asks as a browser that holds no session.
    pub async fn ask<O: recovery_desk::operation::Operation>(
        &self,
        request: O,
    ) -> Result<O::Answer, Failure> {
        ask(&self.world.desk, &Caller::Nobody, request).await
    }

    /// Gives her a recovery code that she has kept, and says it.
    pub async fn recovery_code(&self) -> String {
        let desk = &self.world.desk;
        let code = RecoveryCode::from_random(&desk.chance.bytes());
        let hash = recovery_codes::hash(&desk.keys, &self.user, code.expose());
        let mut tx = desk.database.begin().await.unwrap();
        sql(
            "UPDATE two_step SET recovery_code_hash = $2, recovery_code_last_group = NULL WHERE user_id = $1",
        )
        .bind(&self.user)
        .bind(hash)
        .run(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        code.expose_grouped().to_string()
    }

    /// Changes 2-step as its own pages would: another state, the epoch raised, the codes of before ended.
    pub async fn two_step(&self, to: TwoStep) {
        let statement = match to {
            TwoStep::On => {
                "UPDATE two_step SET state = 'on', phone = '+447700900456', phone_last4 = '0456', recovery_code_hash = X'07', recovery_code_at = 0 WHERE user_id = $1"
            }
            _ => {
                "UPDATE two_step SET state = 'off', phone = NULL, phone_last4 = NULL, recovery_code_hash = NULL, recovery_code_at = NULL WHERE user_id = $1"
            }
        };
        let statement = match (to, self.world.engine) {
            (TwoStep::On, Engine::Postgres) => {
                "UPDATE two_step SET state = 'on', phone = '+447700900456', phone_last4 = '0456', recovery_code_hash = '\\x07', recovery_code_at = 0 WHERE user_id = $1"
            }
            _ => statement,
        };
        self.world.change(statement, &self.user).await;
        self.world
            .change("UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1", &self.user)
            .await;
    }

    /// Some time later.
    pub fn later(&self, span: Span) {
        self.world.later(span);
    }
}
