//! The calls of the last days, as stories: who was on the phone about whom, when, and what happened, step by
//! step. `play` runs each step through the operation of its name, so a story that breaks a rule is no demo data.

use recovery_rules::states::MessageState;

use super::operators::{DANA, GRACE, INGRID, MEI, SAM};
use super::people::CALLERS_REFERENCE;

/// A call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Story {
    /// The operator's mailbox.
    pub by: &'static str,
    /// The user's address.
    pub about: &'static str,
    /// Minutes ago that it was opened.
    pub ago: i64,
    /// What happened, each so many minutes after it was opened.
    pub steps: &'static [(i64, Step)],
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The call is opened by this call reference.
    OpenBy(&'static str),
    /// The call is opened.
    Open,
    /// The answers are checked; so many are right.
    Check(usize),
    /// The unlock e-mail is asked for.
    Send,
    /// It is asked for again.
    SendAgain,
    /// The other server takes the unlock e-mail.
    Accepted,
    /// The sending of the unlock e-mail ends so, with what the other server said.
    Ends(MessageState, &'static str),
    /// The unlock e-mail is taken for sending once more.
    TakenAgain,
    /// The unlock e-mail stands like this for the rest of the day.
    Stays(MessageState),
    /// The user presses the button of the letter.
    Opened,
    /// The user sets a new password.
    Used,
    /// The user presses "This wasn't me".
    NotMe,
    /// Passed to the administrators, with a reason and notes.
    PassOn(&'static str, &'static str),
    /// A concern is flagged, with notes.
    Flag(&'static str),
    /// The call is ended, with notes.
    End(&'static str),
    /// Nobody ended it.
    LeftAlone,
    /// They are still talking.
    OnTheLine,
}

use Step::*;

const DAY: i64 = 24 * 60;

/// All calls, oldest first.
pub(super) const STORIES: &[Story] = &[
    Story {
        by: SAM,
        about: "priya.raman@hartwell.example",
        ago: 104 * DAY,
        steps: &[(0, Open), (2, End("Found the phone while we were talking."))],
    },
    Story {
        by: DANA,
        about: "elif.sahin@hartwell.example",
        ago: DAY + 480,
        steps: &[
            (0, Open),
            (5, Check(4)),
            (6, Send),
            (6, Accepted),
            (7, End("Calm, knew everything at once.")),
            (25, NotMe),
        ],
    },
    Story {
        by: DANA,
        about: "stanley.brook@hartwell.example",
        ago: DAY + 300,
        steps: &[(0, Open), (2, Flag("Wanted to know who has his desk now.")), (3, End("Left the company."))],
    },
    Story {
        by: INGRID,
        about: "viktor.sorensen@northway.example",
        ago: DAY + 240,
        steps: &[
            (0, Open),
            (4, Check(3)),
            (5, Send),
            (5, Ends(MessageState::Deferred, "451 4.7.1 Greylisted, try again later")),
            (7, End("Said the mail server is being moved today.")),
            (250, TakenAgain),
        ],
    },
    Story {
        by: DANA,
        about: "florence.achebe@hartwell.example",
        ago: DAY + 190,
        steps: &[(0, Open), (20, LeftAlone)],
    },
    Story {
        by: SAM,
        about: "nadia.petrova@hartwell.example",
        ago: 460,
        steps: &[
            (0, Open),
            (5, Check(4)),
            (6, Send),
            (8, SendAgain),
            (8, Stays(MessageState::Sending)),
            (9, End("Asked for it twice, the first was on its way.")),
        ],
    },
    Story {
        by: SAM,
        about: "dorota.wisniewska@hartwell.example",
        ago: 380,
        steps: &[
            (0, Open),
            (5, Check(1)),
            (9, Check(2)),
            (13, Check(2)),
            (14, End("Bad line. Will call again from home.")),
        ],
    },
    Story {
        by: MEI,
        about: "dorota.wisniewska@hartwell.example",
        ago: 330,
        steps: &[(0, Open), (6, Check(2)), (10, Check(2)), (12, End("Not sure about the spelling of two."))],
    },
    Story {
        by: DANA,
        about: "kieran.walsh@hartwell.example",
        ago: 300,
        steps: &[
            (0, Open),
            (4, Check(4)),
            (5, Send),
            (5, Ends(MessageState::Failed, "550 5.1.1 Recipient address rejected: user unknown")),
            (7, PassOn("mailbox_lost", "The mailbox was closed by mistake when the depot moved.")),
            (8, End("The mailbox was closed by mistake when the depot moved.")),
        ],
    },
    Story {
        by: SAM,
        about: "hana.kobayashi@hartwell.example",
        ago: 280,
        steps: &[
            (0, Open),
            (4, Check(3)),
            (5, Send),
            (5, Stays(MessageState::Uncertain)),
            (6, End("Will look for the e-mail and call again if it isn't there.")),
        ],
    },
    Story {
        by: SAM,
        about: "bo.li@osprey.example",
        ago: 260,
        steps: &[
            (0, Open),
            (6, Check(3)),
            (7, PassOn("other", "Changed the phone yesterday, so the e-mail needs approval.")),
            (8, End("Changed the phone yesterday, so the e-mail needs approval.")),
        ],
    },
    Story {
        by: DANA,
        about: "edwin.sparks@hartwell.example",
        ago: 210,
        steps: &[(0, Open), (5, Check(1)), (9, Check(2)), (11, End("Will ask his wife about the car."))],
    },
    Story {
        by: DANA,
        about: "tomasz.malinowski@osprey.example",
        ago: 95,
        steps: &[
            (0, OpenBy("R3-318-FH")),
            (4, Check(4)),
            (5, Send),
            (5, Accepted),
            (8, Opened),
            (10, Used),
            (11, End("New phone, old one in the sea.")),
        ],
    },
    Story {
        by: SAM,
        about: "isaac.rosen@hartwell.example",
        ago: 70,
        steps: &[
            (0, Open),
            (5, Check(4)),
            (6, Send),
            (6, Stays(MessageState::Waiting)),
            (7, End("Will look for the e-mail after lunch.")),
        ],
    },
    Story {
        by: DANA,
        about: "carys.llewellyn@hartwell.example",
        ago: 48,
        steps: &[
            (0, Open),
            (4, Check(4)),
            (5, Send),
            (5, Stays(MessageState::Deferred)),
            (6, End("Happy to wait, is near a computer all day.")),
        ],
    },
    Story {
        by: DANA,
        about: "jo.baptiste@calder.example",
        ago: 22,
        steps: &[
            (0, Open),
            (5, Check(3)),
            (6, Send),
            (6, Accepted),
            (8, End("On the train, opens it at home.")),
        ],
    },
    Story {
        by: GRACE,
        about: "gilles.fontaine@hartwell.example",
        ago: 9,
        steps: &[
            (0, Open),
            (5, Check(1)),
            (7, PassOn("cannot_answer", "Answered the questions years ago and remembers one.")),
            (7, OnTheLine),
        ],
    },
    Story {
        by: MEI,
        about: "lucia.ferrari@hartwell.example",
        ago: 7,
        steps: &[(0, Open), (6, Check(4)), (6, OnTheLine)],
    },
    Story { by: SAM, about: "priya.ramanathan@osprey.example", ago: 4, steps: &[(0, Open), (0, OnTheLine)] },
];

/// Call references that were given out: whose, which, and minutes ago.
pub(super) const REFERENCES: &[(&str, &str, i64)] = &[
    ("priya.raman@hartwell.example", CALLERS_REFERENCE, 8),
    ("tomasz.malinowski@osprey.example", "R3-318-FH", 110),
];
