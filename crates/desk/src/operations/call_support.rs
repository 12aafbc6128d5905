//! *Call support*: the call reference and the check words, only for whoever proved a link or a password. The
//! reference leads the agent to the account and proves nothing; the words show the caller that it is our desk.

use recovery_rules::call_reference::CallReference;
use recovery_rules::policy::Number;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::operations::call_view::words_of;
use crate::operations::enter_sign_in_code;
use crate::operations::look_up::reference_hash;
use crate::perform::PlainShape;
use crate::reset;
use crate::secret::SecretText;
use crate::store::call_references;
use crate::work::Work;

/// What was proved.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Proved {
    /// A reset link.
    ResetLink(SecretText),
    /// A password, in a sign-in that waits for its second step.
    Challenge(SecretText),
}

/// Reads the reference that was given before; changes nothing.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadCallSupport {
    /// What was proved.
    pub proved: Proved,
}

/// Gives a reference, the same one each time it is asked for with the same proof.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallSupport {
    /// What was proved.
    pub proved: Proved,
}

/// The page.
#[derive(Debug, Serialize)]
pub struct SupportCall {
    /// To say on the phone.
    pub reference: String,
    /// To hear on the phone.
    pub check_words: [&'static str; 2],
    /// Until when the reference works, UTC ms.
    pub works_until: i64,
}

impl Operation for ReadCallSupport {
    const NAME: &'static str = "read_call_support";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Read;
    type Answer = Option<SupportCall>;
    type Shape = PlainShape;
}

impl Plain for ReadCallSupport {
    async fn run(self, work: &mut Work<'_>) -> Result<Option<SupportCall>, Stop> {
        let (user, proof) = self.proved.find(work).await?;
        let (reference, hash) = derived(&proof, 0, work);
        let until = call_references::until(&mut work.tx, &hash, &user, work.now).await?;
        Ok(until.map(|until| shown(reference, until.0, work)))
    }
}

impl Operation for CallSupport {
    const NAME: &'static str = "call_support";
    const WHO: Who = Who::LinkHolder;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = SupportCall;
    type Shape = PlainShape;
}

impl Plain for CallSupport {
    async fn run(self, work: &mut Work<'_>) -> Result<SupportCall, Stop> {
        let (user, proof) = self.proved.find(work).await?;
        // Seventeen million references: the chance that another account has this one is small, and then the next is
        // tried.
        for try_number in 0..8 {
            let (reference, hash) = derived(&proof, try_number, work);
            if let Some(until) = call_references::until(&mut work.tx, &hash, &user, work.now).await? {
                return Ok(shown(reference, until.0, work));
            }
            let (id, until) = (work.new_id(), work.now + work.policy.span(Number::CallReferenceLife));
            if call_references::insert_new(&mut work.tx, &id, &user, &hash, work.now, until).await? {
                work.note("call_reference", "given");
                return Ok(shown(reference, until.0, work));
            }
        }
        Err(Refusal::Busy.into())
    }
}

impl Proved {
    /// The user, and what the reference is derived from.
    async fn find(&self, work: &mut Work<'_>) -> Result<(String, String), Stop> {
        match self {
            Self::ResetLink(secret) => {
                let live = reset::live(secret, false, work).await?;
                Ok((live.user.id, live.link.id))
            }
            Self::Challenge(secret) => {
                let challenge = enter_sign_in_code::live(secret, work).await?;
                work.about_user(&challenge.user_id);
                Ok((challenge.user_id, challenge.id))
            }
        }
    }
}

/// The reference of a proof: a reload shows the same one, and nothing of it is stored in clear.
fn derived(proof: &str, try_number: u8, work: &Work<'_>) -> (CallReference, [u8; 32]) {
    let hash = work.desk.keys.keyed_hash("call_reference_of", &[proof.as_bytes(), &[try_number]]);
    let mut random = [0; 16];
    random.copy_from_slice(&hash[..16]);
    let reference = CallReference::from_random(&random);
    let hash = reference_hash(work, &reference);
    (reference, hash)
}

fn shown(reference: CallReference, works_until: i64, work: &Work<'_>) -> SupportCall {
    let text = reference.text();
    SupportCall { check_words: words_of(&work.desk.keys, &text), reference: text, works_until }
}
