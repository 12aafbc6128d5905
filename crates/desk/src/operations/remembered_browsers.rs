//! Forgetting browsers that are not asked for a verification code. That only strengthens the protection, so it asks for
//! nothing but the session.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::Change;
use serde::{Deserialize, Serialize};

use crate::confirmed::Owner;
use crate::failure::Stop;
use crate::letters_queue;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::remembered_browsers;
use crate::work::Work;

/// Forgets one of the own browsers, or all of them.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetBrowsers {
    /// Which one; none: all.
    pub id: Option<String>,
}

/// Done.
#[derive(Debug, Serialize)]
pub struct Forgotten {
    /// How many.
    pub browsers: u64,
}

impl Operation for ForgetBrowsers {
    const NAME: &'static str = "forget_browsers";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Forgotten;
    type Shape = PlainShape;
}

impl Plain for ForgetBrowsers {
    async fn run(self, work: &mut Work<'_>) -> Result<Forgotten, Stop> {
        let owner = Owner::lock(work).await?;
        let browsers = match &self.id {
            Some(id) => {
                if !remembered_browsers::end(&mut work.tx, &owner.user.id, id).await? {
                    return Err(Refusal::NotFound.into());
                }
                1
            }
            None => remembered_browsers::end_all(&mut work.tx, &owner.user.id).await?,
        };
        if browsers > 0 {
            letters_queue::tell(work, &owner.user, Change::BrowsersForgotten, None).await?;
        }
        Ok(Forgotten { browsers })
    }
}
