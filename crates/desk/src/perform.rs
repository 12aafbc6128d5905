//! The only way in. Everything that is done passes here: who asks, through which door, the request id, the
//! transaction with its savepoint, the audit entry. Operations hold no role check, no transaction and no
//! audit line of their own.

mod stray;

use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};

use crate::audit::{self, Entry};
use crate::authorise::authorise;
use crate::caller::{Actor, Caller};
use crate::database::{Trouble, trouble};
use crate::desk::Desk;
use crate::device;
use crate::fail_points;
use crate::failure::{Failure, Fault, Stop, fail};
use crate::hashing::{InLine, Whose};
use crate::operation::{Judging, Kind, Operation, Plain};
use crate::requests::{self, Seen};
use crate::store;
use crate::text_fields;
use crate::work::Work;
pub(crate) use stray::refuse_stray;

/// How a request came in.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// Through which door.
    pub door: Door,
    /// The client's id of this attempt; the same for a retry.
    pub request_id: Option<&'a str>,
}

/// One of the two shapes.
pub trait Shape<O: Operation> {
    /// Runs a request of this shape.
    fn run(
        desk: &Desk,
        asked: &Asked<'_>,
        request: O,
    ) -> impl Future<Output = Result<O::Answer, Failure>> + Send;
}

/// One transaction.
#[derive(Debug)]
pub struct PlainShape;

/// Reserve, judge, settle.
#[derive(Debug)]
pub struct JudgingShape;

impl Desk {
    /// Does what is asked, or says why not.
    pub async fn perform<O: Operation>(
        &self,
        caller: &Caller,
        door: Door,
        request_id: Option<&str>,
        request: O,
    ) -> Result<O::Answer, Failure> {
        // What the system's own parts say holds whatever others' servers answered them.
        if door != Door::System && text_fields::hold_nul(&request) {
            return Err(refuse_stray(self, caller, O::NAME, Refusal::MalformedRequest).await);
        }
        let asked = Asked { caller, door, request_id };
        <O::Shape as Shape<O>>::run(self, &asked, request).await
    }
}

impl<O: Plain> Shape<O> for PlainShape {
    async fn run(desk: &Desk, asked: &Asked<'_>, request: O) -> Result<O::Answer, Failure> {
        run_plain(desk, asked, request).await.map_err(|stop| fail(O::NAME, stop))
    }
}

async fn run_plain<O: Plain>(desk: &Desk, asked: &Asked<'_>, request: O) -> Result<O::Answer, Stop> {
    if O::KIND == Kind::Read {
        return read(desk, asked, request).await;
    }
    let Started { request, mut work, id } = match start(desk, asked, request).await? {
        Start::New(started) => *started,
        Start::Repeated(answer) => return Ok(answer),
    };
    match request.run(&mut work).await {
        Ok(answer) => done::<O>(work, id, answer).await,
        Err(Stop::Refused(refusal)) => undo_and_refuse::<O>(work, id, refusal).await,
        Err(fault) => Err(fault),
    }
}

/// Reads. A reader's transaction can't write, so what is refused to somebody known is audited in one of its own.
async fn read<O: Plain>(desk: &Desk, asked: &Asked<'_>, request: O) -> Result<O::Answer, Stop> {
    let mut work = with_clock(desk, desk.database.begin_read().await?).await?;
    let outcome = match first_admit::<O>(asked, &mut work).await? {
        Ok(()) => request.run(&mut work).await,
        Err(refusal) => Err(Stop::Refused(refusal)),
    };
    if let Err(Stop::Refused(refusal)) = &outcome
        && matches!(work.actor, Actor::Operator(_) | Actor::User(_) | Actor::Billing(_))
    {
        let (actor, about) = (work.actor.clone(), work.about.clone());
        work.tx.rollback().await?;
        let mut work = begin(desk).await?;
        (work.actor, work.about) = (actor, about);
        return refuse::<O>(work, refusal.clone()).await;
    }
    outcome
}

impl<O: Judging> Shape<O> for JudgingShape {
    async fn run(desk: &Desk, asked: &Asked<'_>, request: O) -> Result<O::Answer, Failure> {
        run_judging(desk, asked, request).await.map_err(|stop| fail(O::NAME, stop))
    }
}

async fn run_judging<O: Judging>(desk: &Desk, asked: &Asked<'_>, request: O) -> Result<O::Answer, Stop> {
    // A place in the line first: whoever finds it full is sent away before a try is spent.
    let hasher = line_up::<O>(desk, asked).await?;

    // Reserve: the try is spent and committed before anything is compared.
    let Started { request, mut work, id } = match start(desk, asked, request).await? {
        Start::New(started) => *started,
        Start::Repeated(answer) => return Ok(answer),
    };
    let reserved = match request.reserve(&mut work).await {
        Ok(reserved) => reserved,
        Err(Stop::Refused(refusal)) => return undo_and_refuse::<O>(work, id, refusal).await,
        Err(fault) => return Err(fault),
    };
    let about = work.about.clone();
    finish::<O>(work, "reserved").await?;

    // Judge: no transaction and no connection is held. Died here, the try is counted and there is no verdict.
    let judged = request.judge(&reserved, &hasher).await?;
    drop(hasher);

    // Settle: everything is authorised again, and the operation looks again at what may have changed.
    let mut work = begin_patiently(desk).await?;
    work.about = about;
    if let Err(refusal) = admit::<O>(asked, &mut work).await? {
        return refuse::<O>(work, refusal).await;
    }
    savepoint(&mut work).await?;
    match request.settle(reserved, judged, &mut work).await {
        Ok(answer) => done::<O>(work, id, answer).await,
        // The try stays spent, so its id stays known.
        Err(Stop::Refused(refusal)) => undo_and_refuse::<O>(work, None, refusal).await,
        Err(fault) => Err(fault),
    }
}

/// Places among the strangers', whoever asks: what they claim to be is not looked at yet. Only when those are full it is,
/// without writing anything, and whoever is signed in gets one of the desk's own.
async fn line_up<O: Judging>(desk: &Desk, asked: &Asked<'_>) -> Result<InLine, Stop> {
    let full = match desk.hasher.line_up(O::HASHES, Whose::Stranger) {
        Ok(places) => return Ok(places),
        Err(full) => full,
    };
    let may_be_the_desk = match O::WHO {
        Who::Anonymous | Who::LinkHolder | Who::Arriving => false,
        Who::Operator(_) | Who::User | Who::System => leads(O::DOORS, O::OVER_NETWORK, asked.door),
    };
    if !may_be_the_desk {
        return Err(full.into());
    }
    let mut work = with_clock(desk, desk.database.begin_read().await?).await?;
    match authorise(asked.caller, O::WHO, false, &mut work).await {
        Ok(_) => Ok(desk.hasher.line_up(O::HASHES, Whose::SignedIn)?),
        Err(Stop::Refused(_)) => Err(full.into()),
        Err(fault) => Err(fault),
    }
}

/// What the first half of both shapes comes to.
enum Start<'a, O: Operation> {
    /// A request that was not seen before, behind its savepoint.
    New(Box<Started<'a, O>>),
    /// The answer to a request that was done before.
    Repeated(O::Answer),
}

struct Started<'a, O> {
    request: O,
    work: Work<'a>,
    /// The request id, noted in this transaction.
    id: Option<&'a str>,
}

/// The first half of both shapes: the transaction, who asks, the request id, the savepoint.
async fn start<'a, O: Operation>(
    desk: &'a Desk,
    asked: &Asked<'a>,
    request: O,
) -> Result<Start<'a, O>, Stop> {
    let mut work = begin(desk).await?;
    if let Err(refusal) = first_admit::<O>(asked, &mut work).await? {
        // With a token that never was one, anybody could write as many lines as they can ask questions.
        if matches!(work.actor, Actor::Anonymous) && !work.session_found {
            work.tx.rollback().await?;
            return Err(Stop::Refused(refusal));
        }
        return refuse::<O>(work, refusal).await.map(Start::Repeated);
    }
    let id = match wanted_request_id::<O>(asked) {
        Ok(id) => id,
        Err(refusal) => return refuse::<O>(work, refusal).await.map(Start::Repeated),
    };
    if let Some(id) = id {
        let digest = requests::digest(&desk.keys, O::NAME, &request);
        let refusal = match requests::begin(&mut work, O::NAME, id, &digest).await? {
            Seen::New => None,
            Seen::Done(kept) => return request.repeated(&kept, &mut work).await.map(Start::Repeated),
            Seen::Another => Some(Refusal::RequestIdReused),
            Seen::Judging => Some(requests::judging_for(&mut work, id).await?),
        };
        if let Some(refusal) = refusal {
            return refuse::<O>(work, refusal).await.map(Start::Repeated);
        }
    }
    savepoint(&mut work).await?;
    Ok(Start::New(Box::new(Started { request, work, id })))
}

/// An outcome: kept under its request id, audited, committed.
async fn done<O: Operation>(
    mut work: Work<'_>,
    id: Option<&str>,
    answer: O::Answer,
) -> Result<O::Answer, Stop> {
    if let Some(id) = id {
        requests::done(&mut work, id, &O::kept(&answer)).await?;
    }
    finish::<O>(work, "done").await?;
    Ok(answer)
}

/// A refusal of the operation's own: what it did is undone. An id given here is forgotten: nothing was done, so the
/// same attempt may be made again.
async fn undo_and_refuse<O: Operation>(
    mut work: Work<'_>,
    id: Option<&str>,
    refusal: Refusal,
) -> Result<O::Answer, Stop> {
    crate::database::sql("ROLLBACK TO SAVEPOINT operation").run(&mut work.tx).await?;
    if let Some(id) = id {
        requests::forget(&mut work, id).await?;
    }
    refuse::<O>(work, refusal).await
}

async fn begin(desk: &Desk) -> Result<Work<'_>, Stop> {
    with_clock(desk, desk.database.begin().await?).await
}

/// The second half of a judgement waits longer: its try is spent already.
async fn begin_patiently(desk: &Desk) -> Result<Work<'_>, Stop> {
    for _ in 0..2 {
        match begin(desk).await {
            Err(Stop::Fault(Fault::Database(error))) if trouble(&error) == Trouble::Busy => {}
            begun => return begun,
        }
    }
    begin(desk).await
}

/// Reads the clock once, and the numbers in force. A desk whose keys were replaced elsewhere stops here: it could
/// neither read what is written under the new ones nor should it go on writing under the old.
async fn with_clock(desk: &Desk, mut tx: crate::database::Tx) -> Result<Work<'_>, Stop> {
    let now = desk.clock.read(&mut tx).await?;
    let store::policy::InForce { policy, key_generation } = store::policy::in_force(&mut tx).await?;
    if key_generation != desk.key_generation() {
        return Err(Refusal::KeysReplaced.into());
    }
    Ok(Work {
        tx,
        now,
        actor: Actor::Anonymous,
        policy,
        desk,
        device_key: None,
        session_found: false,
        about: crate::work::About::default(),
    })
}

/// Whether a door leads to an operation: the desk API's to all of the desk's but those that are for a window alone.
pub(crate) fn leads(doors: &[Door], over_network: bool, door: Door) -> bool {
    doors.contains(&door) || (door == Door::DeskApi && over_network && doors.contains(&Door::Desk))
}

/// Door and role. The inner error is a refusal, to be audited where the operation is.
async fn admit<O: Operation>(asked: &Asked<'_>, work: &mut Work<'_>) -> Result<Result<(), Refusal>, Stop> {
    if !leads(O::DOORS, O::OVER_NETWORK, asked.door) {
        return Ok(Err(Refusal::NotAllowed));
    }
    work.device_key = asked.caller.device_key();
    match authorise(asked.caller, O::WHO, O::KIND != Kind::Read, work).await {
        Ok(actor) => {
            work.actor = actor;
            Ok(Ok(()))
        }
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(fault) => Err(fault),
    }
}

/// The first time a request is looked at, its device's proof is taken too.
async fn first_admit<O: Operation>(
    asked: &Asked<'_>,
    work: &mut Work<'_>,
) -> Result<Result<(), Refusal>, Stop> {
    match admit::<O>(asked, work).await? {
        Ok(()) => device::take_proof(asked.caller, O::KIND == Kind::Read, work).await,
        refused => Ok(refused),
    }
}

fn wanted_request_id<'a, O: Operation>(asked: &Asked<'a>) -> Result<Option<&'a str>, Refusal> {
    match (O::KIND, asked.request_id) {
        (Kind::Change, None) if asked.door != Door::System => Err(Refusal::RequestIdMissing),
        (Kind::Change | Kind::ChangeOnce, id) => {
            if id.is_some_and(|id| !requests::well_formed(id)) {
                Err(Refusal::MalformedRequest)
            } else {
                Ok(id)
            }
        }
        _ => Ok(None),
    }
}

async fn savepoint(work: &mut Work<'_>) -> Result<(), Stop> {
    crate::database::sql("SAVEPOINT operation").run(&mut work.tx).await?;
    Ok(())
}

async fn finish<O: Operation>(mut work: Work<'_>, result: &'static str) -> Result<(), Stop> {
    if O::KIND != Kind::Maintain {
        audit::append(&mut work, Entry { operation: O::NAME, result, code: None }).await?;
    }
    commit(work, O::NAME, result).await
}

async fn refuse<O: Operation>(mut work: Work<'_>, refusal: Refusal) -> Result<O::Answer, Stop> {
    audit::append(&mut work, Entry { operation: O::NAME, result: "refused", code: Some(refusal.code()) })
        .await?;
    commit(work, O::NAME, "refused").await?;
    Err(Stop::Refused(refusal))
}

/// The only commit. A test may kill the process on either side of it.
async fn commit(work: Work<'_>, operation: &str, result: &str) -> Result<(), Stop> {
    fail_points::pass([operation, result, "before_commit"]);
    work.tx.commit().await?;
    fail_points::pass([operation, result, "after_commit"]);
    Ok(())
}
