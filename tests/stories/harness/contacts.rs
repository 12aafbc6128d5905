//! A company that asks for a contact code, and its billing user.

use recovery_desk::operations::administration::{
    ApproveRequest, AskUnlockApproval, ChangeCompanyRecovery, ReadApprovals, ReadCompanies,
};
use recovery_desk::operations::pass_on::PassOn;
use recovery_rules::roles::Role;
use recovery_rules::time::Span;

use super::agent::Agent;
use super::biller::GRACE;
use super::fixtures::NewUser;
use super::posted::PRIYA;
use super::world::{MORNING, World};

/// Why administrators do things here.
pub const WHY: &str = "The company asked for it in writing last week";

/// Somebody changes what Hartwell Logistics asks for.
pub fn asks_for(company_id: &str, recovery: &str) -> ChangeCompanyRecovery {
    ChangeCompanyRecovery {
        company_id: company_id.to_owned(),
        recovery: recovery.to_owned(),
        reason: WHY.to_owned(),
    }
}

/// Priya, whose contacts are frozen for a week.
pub async fn frozen(world: &World) -> String {
    let frozen_until = Some(MORNING + Span::days(7));
    world.user(NewUser { frozen_until, ..NewUser::default() }).await
}

/// Asks for the approval of the e-mail of a call.
pub fn ask_approval(call_id: &str) -> AskUnlockApproval {
    AskUnlockApproval { call_id: call_id.to_owned(), reason: WHY.to_owned() }
}

/// Passes a call on.
pub fn pass_on(call_id: &str) -> PassOn {
    PassOn { call_id: call_id.to_owned(), reason: "other".to_owned(), notes: String::new() }
}

/// The id of Hartwell Logistics.
pub async fn hartwell(boss: &Agent) -> String {
    let read = ReadCompanies { name: "Hartwell Log".to_owned(), after: None };
    boss.ask(read).await.unwrap().companies.remove(0).company_id
}

/// Hartwell Logistics asks for a contact code from now on; gives the administrator who said so.
pub async fn strict(world: &World) -> Agent {
    let boss = world.operator(Role::Administrator, "Ines Vogt").await;
    let id = hartwell(&boss).await;
    assert!(boss.ask(asks_for(&id, "link_and_contact_code")).await.unwrap().done);
    boss
}

/// A billing user whose 2-step is on.
pub fn billing<'a>(given: &'a str, family: &'a str, email: &'a str) -> NewUser<'a> {
    NewUser { given, family, email, kind: "billing", ..NewUser::default() }
}

/// Priya, her contact Grace, an agent, and a company that asks for a contact code.
pub struct Strict {
    pub priya: String,
    pub grace: String,
    pub dana: Agent,
}

impl Strict {
    /// All of them.
    pub async fn new(world: &World) -> Self {
        let priya = world.priya().await;
        let grace = world.user(billing("Grace", "Obi", GRACE)).await;
        strict(world).await;
        Self { priya, grace, dana: world.agent("Dana Whitlock").await }
    }

    /// Priya is verified and the letters are out: the call, the link, the call code and Grace's code.
    pub async fn sent(&self, world: &World) -> Sent {
        let call = self.dana.verified_call(&self.priya).await;
        let code = self.dana.send(&call.call_id).await.unwrap().call_code.unwrap();
        while world.post().await > 0 {}
        Sent {
            call_id: call.call_id,
            link: world.mail.as_ref().unwrap().newest(PRIYA, "Unlock").links().0,
            code,
            contact_code: contact_code(world, GRACE),
        }
    }
}

/// What an unlock needs.
pub struct Sent {
    pub call_id: String,
    pub link: String,
    pub code: String,
    pub contact_code: String,
}

/// The code of the newest letter to a contact.
pub fn contact_code(world: &World, email: &str) -> String {
    let letter = world.mail.as_ref().unwrap().newest(email, "needs a code");
    let is_code = |word: &&str| {
        word.len() == 9
            && word.split('-').all(|group| {
                group.len() == 4 && group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            })
    };
    letter.text.split_whitespace().find(is_code).unwrap_or_else(|| panic!("{}", letter.text)).to_owned()
}

/// Another code of the same form.
pub fn another_code(code: &str) -> String {
    let (front, last) = code.split_at(code.len() - 1);
    format!("{front}{}", if last == "7" { "8" } else { "7" })
}

/// Approves the one request that waits.
pub async fn approve_the_one(boss: &Agent) -> Result<(), recovery_desk::failure::Failure> {
    let mut rows = boss.ask(ReadApprovals {}).await.unwrap().requests;
    assert_eq!(rows.len(), 1);
    let row = rows.remove(0);
    boss.ask(ApproveRequest { approval_id: row.approval_id, seal: row.seal }).await.map(|_| ())
}
