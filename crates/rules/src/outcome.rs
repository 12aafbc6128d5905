//! How a call ends: derived from what happened in it, never chosen.

use crate::states::{MessageState, Outcome};

/// What happened in a call.
#[derive(Clone, Copy, Debug)]
pub struct Happened {
    /// Where the newest unlock e-mail of the call is, if one was queued.
    pub mail: Option<MessageState>,
    /// Its link was used.
    pub link_used: bool,
    /// The user pressed "This wasn't me".
    pub repudiated: bool,
    /// Checks used.
    pub checks_used: i64,
    /// Whether a check ever came out right in it, also if the verdict is void by now.
    pub was_verified: bool,
    /// Whether the account could be verified at all when the call ended.
    pub could_be_verified: bool,
    /// Whether it ended by itself, after being left alone.
    pub left_alone: bool,
}

/// The outcome of a call. Verified and ended without an e-mail that left counts as abandoned: nothing was refused to
/// the caller, and nothing reached the user.
pub fn outcome(happened: &Happened) -> Outcome {
    if happened.repudiated {
        Outcome::Repudiated
    } else if happened.link_used {
        Outcome::Unlocked
    } else if happened.mail.is_some_and(may_arrive) {
        Outcome::MailSent
    } else if happened.left_alone || happened.was_verified {
        Outcome::Abandoned
    } else if happened.checks_used > 0 {
        Outcome::NotVerified
    } else if !happened.could_be_verified {
        Outcome::Refused
    } else {
        Outcome::Abandoned
    }
}

/// Whether a message left, or still may.
fn may_arrive(state: MessageState) -> bool {
    !matches!(state, MessageState::Failed | MessageState::Superseded | MessageState::Expired)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Happened = Happened {
        mail: None,
        link_used: false,
        repudiated: false,
        checks_used: 0,
        was_verified: false,
        could_be_verified: true,
        left_alone: false,
    };

    #[test]
    fn the_outcome_follows_what_happened() {
        let sent =
            Happened { mail: Some(MessageState::Accepted), checks_used: 1, was_verified: true, ..NOTHING };
        assert_eq!(outcome(&NOTHING), Outcome::Abandoned);
        assert_eq!(outcome(&Happened { could_be_verified: false, ..NOTHING }), Outcome::Refused);
        assert_eq!(outcome(&Happened { checks_used: 1, ..NOTHING }), Outcome::NotVerified);
        assert_eq!(outcome(&Happened { checks_used: 1, left_alone: true, ..NOTHING }), Outcome::Abandoned);
        assert_eq!(outcome(&sent), Outcome::MailSent);
        assert_eq!(outcome(&Happened { link_used: true, ..sent }), Outcome::Unlocked);
        assert_eq!(outcome(&Happened { link_used: true, repudiated: true, ..sent }), Outcome::Repudiated);
    }

    #[test]
    fn a_verified_caller_without_an_email_is_not_counted_as_not_verified() {
        let verified = Happened { checks_used: 2, was_verified: true, ..NOTHING };
        assert_eq!(outcome(&verified), Outcome::Abandoned);
    }

    #[test]
    fn an_email_that_failed_for_good_was_not_sent() {
        for mail in [MessageState::Failed, MessageState::Superseded, MessageState::Expired] {
            let failed = Happened { mail: Some(mail), checks_used: 1, was_verified: true, ..NOTHING };
            assert_eq!(outcome(&failed), Outcome::Abandoned, "{}", mail.name());
        }
    }
}
