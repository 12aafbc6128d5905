//! A billing user at a desk, and what they do there.

use recovery_desk::caller::Caller;
use recovery_desk::desk::Desk;
use recovery_desk::failure::Failure;
use recovery_desk::operation::Operation;
use recovery_desk::operations::billing_sign_in::{
    BillingCodeEntered, BillingSignIn, BillingSignedIn, EnterBillingCode,
};
use recovery_desk::operations::team::{MemberRow, NoteNetwork, ReadTeam, TeamPage};
use recovery_desk::operations::user_sign_in::{SignedIn, UserSignedIn};
use recovery_desk::secret::SecretText;
use recovery_rules::states::TwoStep;

use super::fixtures::{NewUser, PASSWORD};
use super::person::text;
use super::sms_gateway::SmsGateway;
use super::world::{World, ask};
use super::{Engine, pages};

/// Their address.
pub const GRACE: &str = "grace.obi@hartwell.example";

/// A billing user who is signed in at a desk.
#[derive(Clone, Debug)]
pub struct Biller {
    pub desk: Desk,
    pub caller: Caller,
}

impl Biller {
    /// Does what is asked.
    pub async fn ask<O: Operation>(&self, request: O) -> Result<O::Answer, Failure> {
        ask(&self.desk, &self.caller, request).await
    }

    /// The first page by name.
    pub async fn team(&self) -> TeamPage {
        self.ask(shown(None, "all")).await.unwrap()
    }

    /// The row of an address, as it is now.
    pub async fn row(&self, email: &str) -> MemberRow {
        let rows = self.team().await.members;
        rows.into_iter().find(|row| row.email == email).unwrap()
    }
}

/// What a screen asks for.
pub fn shown(review: Option<&str>, filter: &str) -> ReadTeam {
    ReadTeam {
        review_id: review.map(str::to_owned),
        filter: filter.to_owned(),
        name: String::new(),
        sort: "name".to_owned(),
        descending: false,
        after: None,
    }
}

/// A world whose texts arrive.
pub async fn world(engine: Engine) -> (World, SmsGateway) {
    let gateway = SmsGateway::start().await;
    let world = World::with_texts(engine, gateway.json()).await;
    (world, gateway)
}

/// Grace Obi, billing user of Hartwell Logistics.
pub fn grace() -> NewUser<'static> {
    NewUser { given: "Grace", family: "Obi", email: GRACE, kind: "billing", ..NewUser::default() }
}

/// E-mail and password at a desk.
pub async fn password(desk: &Desk, email: &str) -> Result<BillingSignedIn, Failure> {
    knocks(desk, email, PASSWORD).await
}

/// The same with any password.
pub async fn knocks(desk: &Desk, email: &str, password: &str) -> Result<BillingSignedIn, Failure> {
    let request = BillingSignIn { email: email.to_owned(), password: SecretText::new(password) };
    ask(desk, &Caller::Nobody, request).await
}

/// Signs in with password and the code from the text message.
pub async fn sign_in(world: &World, gateway: &SmsGateway, email: &str) -> Biller {
    let Ok(BillingSignedIn::CodeNeeded(half)) = password(&world.desk, email).await else {
        panic!("a code is asked for")
    };
    let code = text(world, gateway).await;
    let arriving = Caller::Session(half.token);
    let entered = ask(&world.desk, &arriving, EnterBillingCode { code: SecretText::new(&*code) }).await;
    let BillingCodeEntered::SignedIn(signed_in) = entered.unwrap() else { panic!("the code was right") };
    Biller { desk: world.desk.clone(), caller: Caller::Session(signed_in.token) }
}

/// A member whose account asks for no code, so that many can be in at once.
pub fn member<'a>(given: &'a str, email: &'a str) -> NewUser<'a> {
    NewUser { given, family: "Berg", email, two_step: TwoStep::Never, answers: 0, ..NewUser::default() }
}

/// Signs a member in on the account pages from that address.
pub async fn on_the_pages(world: &World, email: &str, source: &str) -> Caller {
    let Ok(UserSignedIn::Done(SignedIn { token, .. })) = pages::sign_in(&world.desk, email, PASSWORD).await
    else {
        panic!("no code is asked for")
    };
    let caller = Caller::Session(token);
    is_used(world, &caller, source).await;
    caller
}

/// The session is used.
pub async fn is_used(world: &World, caller: &Caller, source: &str) {
    world.ask(caller, NoteNetwork { source: source.to_owned() }).await.unwrap();
}
