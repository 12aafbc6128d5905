//! *Later*, while 2-step is to be set up again: possible for a week, chosen anew at each sign-in, told each time. Until
//! it is set up, or explicitly turned off, signing in asks for a code by e-mail.

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use recovery_rules::states::{Change, TwoStep};
use recovery_rules::time::Moment;
use recovery_rules::two_step::later_until;
use serde::{Deserialize, Serialize};

use crate::confirmed::Owner;
use crate::failure::Stop;
use crate::letters_queue;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::sessions;
use crate::work::Work;

/// Puts it off for this session.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutOffSetUp {}

/// Put off.
#[derive(Debug, Serialize)]
pub struct PutOff {
    /// Until when that is possible, UTC ms.
    pub until: i64,
}

impl Operation for PutOffSetUp {
    const NAME: &'static str = "put_off_set_up";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = PutOff;
    type Shape = PlainShape;
}

impl Plain for PutOffSetUp {
    async fn run(self, work: &mut Work<'_>) -> Result<PutOff, Stop> {
        let owner = Owner::lock(work).await?;
        if owner.two_step.state()? != TwoStep::ToBeSetUpAgain {
            return Err(Refusal::TwoStepState.into());
        }
        let until = later_until(Moment(owner.two_step.changed_at), &work.policy);
        if work.now >= until {
            return Err(Refusal::SetUpFirst.into());
        }
        if !owner.session.later {
            sessions::later(&mut work.tx, &owner.session.session_id, work.now).await?;
            letters_queue::tell(work, &owner.user, Change::SetUpPutOff, Some(until)).await?;
        }
        Ok(PutOff { until: until.0 })
    }
}
