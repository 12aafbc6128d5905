//! Refusals with stable codes. A refusal is a rule saying no: nothing changes, it is audited, and the person
//! gets a sentence. The sentences stand in the desk's words file; here are only the codes and their facts.

use crate::codes::{CodeKind, CodeProblem};
use crate::passwords::PasswordProblem;
use crate::time::Moment;

/// Why something is not done. Stable: a code is only added, never given another meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not signed in, signed out, suspended, or idle for too long.
    SignedOut,
    /// The role doesn't include this operation, or the door doesn't lead to it.
    NotAllowed,
    /// There is nothing there, or nothing this person may see.
    NotFound,
    /// A field can't be used; the problem's own code says why.
    BadField {
        /// The field of the request.
        field: &'static str,
        /// Stable code of the problem, such as `email_not_an_address`.
        problem: &'static str,
    },
    /// A code has not the form of its kind. No try was spent.
    BadCode {
        /// The field of the request.
        field: &'static str,
        /// Which code it was to be.
        kind: CodeKind,
        /// What is wrong with it.
        problem: CodeProblem,
    },
    /// The new password is shorter than the policy asks.
    PasswordTooShort {
        /// The field of the request.
        field: &'static str,
        /// Characters needed.
        minimum: usize,
    },
    /// E-mail, password or authenticator code is not right; never which.
    SignInNotRight,
    /// Too many wrong passwords: wait.
    SignInWait {
        /// When the next try is possible.
        until: Moment,
    },
    /// A risky operation asks for a fresh code of the authenticator.
    FreshCodeNeeded,
    /// Nobody approves the own request.
    OwnRequest,
    /// There is no second administrator: the request waits.
    AloneUntil {
        /// Until when.
        until: Moment,
    },
    /// Whoever the asker made an administrator today can't approve.
    MadeByAsker,
    /// The request for approval is too old.
    ApprovalExpired,
    /// The same is waiting for approval already.
    AlreadyAsked,
    /// Nothing is to be done: it is so already.
    NothingToChange,
    /// What was seen is not what is there now: nothing was done.
    ChangedMeanwhile,
    /// The same was decided by somebody else.
    DecidedAlready,
    /// Nobody changes the own role, state or authenticator.
    OwnOperator,
    /// The invitation is unknown, used or too old; never which.
    InvitationNotRight,
    /// The first administrator exists already.
    OperatorsExist,
    /// The window is signed in to a database that is not a demo.
    DemoOnly,
    /// The look-ups of this hour are used.
    LookUpLimit {
        /// When the next one is possible.
        until: Moment,
    },
    /// The calls this operator may open in an hour are used.
    OpenCallLimit {
        /// When the next one is possible.
        until: Moment,
    },
    /// Another operator is on a call about this user.
    BusyWithOther {
        /// The colleague's name.
        name: String,
    },
    /// This operator has another call open.
    AlreadyOnACall,
    /// Nobody handles the own account.
    OwnAccount,
    /// Nobody handles an account of the own company.
    OwnCompany,
    /// Users who are operators can't be recovered by phone.
    OperatorAccount,
    /// The company is protected: an administrator handles it.
    ProtectedCompany,
    /// The call is over or belongs to somebody else now.
    CallNotOpen,
    /// Can't be verified by phone now; the reason is not for agents.
    CannotBeVerified,
    /// The checks of this call or of the user's day are used.
    NoChecksLeft,
    /// The call is not verified by this operator, or no longer.
    NotVerified,
    /// An administrator must approve the e-mail: a contact change is frozen, or there is no recovery contact.
    NeedsApproval,
    /// There is no other administrator who could approve it while the caller waits.
    NobodyToApprove,
    /// The unlock e-mail is on its way; sending again must be asked for.
    AlreadySent,
    /// Sending again is possible after a minute.
    ResendWait {
        /// When.
        until: Moment,
    },
    /// The unlock e-mails of this user and day are used.
    UnlockMailLimit,
    /// The test letters of this operator and hour are used.
    TestLetterLimit {
        /// When the next one is possible.
        until: Moment,
    },
    /// Address, phone, password, 2-step or lock changed since the call was opened.
    AccountChanged,
    /// The link was used before.
    LinkUsed,
    /// The link's hour is over.
    LinkExpired,
    /// A newer link took its place.
    LinkReplaced,
    /// "This wasn't me" was pressed, or the account changed.
    LinkStopped,
    /// No such link; also what a made-up secret gets.
    LinkUnknown,
    /// The call code is not right.
    CallCodeNotRight {
        /// How many tries the link has left.
        tries_left: i64,
    },
    /// The contact code is not right.
    ContactCodeNotRight {
        /// How many tries the link has left.
        tries_left: i64,
    },
    /// The verification code is not right.
    CodeNotRight {
        /// How many tries this code has left.
        tries_left: i64,
    },
    /// The code is used, expired, or its tries are.
    CodeDead,
    /// The current password is not the one that was typed.
    PasswordNotRight,
    /// The recovery code is not right.
    RecoveryCodeNotRight {
        /// How many tries are left in this hour.
        tries_left: i64,
    },
    /// The tries of an hour for the recovery code are used.
    RecoveryCodeWait {
        /// When the next one is possible.
        until: Moment,
    },
    /// So many codes were sent or tried today that no other is sent.
    CodesUsed {
        /// When the next one is possible.
        until: Moment,
    },
    /// The four security questions come first.
    QuestionsMissing,
    /// A second step in this session comes first.
    SecondStepNeeded,
    /// The own 2-step has to be on, and its code given, before this is done at the desk.
    TwoStepFirst,
    /// The member was reminded lately.
    ReminderWait {
        /// When the next one is possible.
        until: Moment,
    },
    /// So many reminders, or exports, were made today.
    BillingLimit {
        /// When the next one is possible.
        until: Moment,
    },
    /// The export was begun too long ago, by somebody else, or about something else.
    ExportOver,
    /// The last billing user of a company that has other members stays (D12.5).
    LastBillingUser,
    /// A review of this company is open already.
    ReviewOpen,
    /// The review was signed off already.
    ReviewSigned,
    /// 2-step is not in the state this is for.
    TwoStepState,
    /// 2-step is to be set up again first: *Later* is not possible any more, or was not chosen in this session.
    SetUpFirst,
    /// The recovery code was never acknowledged: a new one comes first.
    RecoveryCodeFirst,
    /// Without 2-step the password has to be longer.
    LongerPasswordFirst {
        /// Characters needed.
        minimum: usize,
    },
    /// In a reset the new password comes first.
    PasswordFirst,
    /// The clock stepped back; codes and links wait for an administrator.
    ClockSteppedBack,
    /// The same request id came with another content.
    RequestIdReused,
    /// The request is still being judged.
    StillJudging,
    /// The request was counted, but died before a verdict.
    CountedWithoutVerdict,
    /// An operation that changes something needs a request id.
    RequestIdMissing,
    /// The request is not of the operation's form.
    MalformedRequest,
    /// Too many at once; the same answer for everybody.
    Busy,
    /// A demo takes no real users.
    NotInDemo,
    /// The file to import is not the one that was looked through.
    ImportFileChanged,
    /// Lines of the file can't be imported; which, is told beside.
    ImportBadLines,
    /// The data keys were replaced since this desk or server was opened.
    KeysReplaced,
    /// The database's disk is full: nothing can be written, reading goes on.
    StorageFull,
    /// The proof of a desk's device is of another time than the server's; the desk goes by the server's and asks again.
    DeviceTime,
    /// The desk speaks a version of the wire that its server doesn't any more.
    DeskTooOld,
    /// The desk speaks a newer version of the wire than its server.
    DeskTooNew,
}

impl Refusal {
    /// The refusal of a code whose form is wrong.
    pub const fn of_code(field: &'static str, kind: CodeKind, problem: CodeProblem) -> Self {
        Self::BadCode { field, kind, problem }
    }

    /// The refusal of a new password.
    pub const fn of_password(field: &'static str, problem: PasswordProblem) -> Self {
        match problem {
            PasswordProblem::TooShort { minimum, .. } => Self::PasswordTooShort { field, minimum },
            problem => Self::BadField { field, problem: problem.code() },
        }
    }

    /// The stable code on the wire and in the audit log.
    pub const fn code(&self) -> &'static str {
        use Refusal::*;
        match self {
            SignedOut => "signed_out",
            NotAllowed => "not_allowed",
            NotFound => "not_found",
            BadField { problem, .. } => problem,
            BadCode { problem, .. } => problem.code(),
            PasswordTooShort { .. } => "password_too_short",
            SignInNotRight => "sign_in_not_right",
            SignInWait { .. } => "sign_in_wait",
            FreshCodeNeeded => "fresh_code_needed",
            OwnRequest => "own_request",
            AloneUntil { .. } => "alone_until",
            MadeByAsker => "made_by_asker",
            ApprovalExpired => "approval_expired",
            AlreadyAsked => "already_asked",
            NothingToChange => "nothing_to_change",
            ChangedMeanwhile => "changed_meanwhile",
            DecidedAlready => "decided_already",
            OwnOperator => "own_operator",
            InvitationNotRight => "invitation_not_right",
            OperatorsExist => "operators_exist",
            DemoOnly => "demo_only",
            LookUpLimit { .. } => "look_up_limit",
            OpenCallLimit { .. } => "open_call_limit",
            BusyWithOther { .. } => "busy_with_other",
            AlreadyOnACall => "already_on_a_call",
            OwnAccount => "own_account",
            OwnCompany => "own_company",
            OperatorAccount => "operator_account",
            ProtectedCompany => "protected_company",
            CallNotOpen => "call_not_open",
            CannotBeVerified => "cannot_be_verified",
            NoChecksLeft => "no_checks_left",
            NotVerified => "not_verified",
            NeedsApproval => "needs_approval",
            NobodyToApprove => "nobody_to_approve",
            AlreadySent => "already_sent",
            ResendWait { .. } => "resend_wait",
            UnlockMailLimit => "unlock_mail_limit",
            TestLetterLimit { .. } => "test_letter_limit",
            AccountChanged => "account_changed",
            LinkUsed => "link_used",
            LinkExpired => "link_expired",
            LinkReplaced => "link_replaced",
            LinkStopped => "link_stopped",
            LinkUnknown => "link_unknown",
            CallCodeNotRight { .. } => "call_code_not_right",
            ContactCodeNotRight { .. } => "contact_code_not_right",
            CodeNotRight { .. } => "code_not_right",
            CodeDead => "code_dead",
            PasswordNotRight => "password_not_right",
            RecoveryCodeNotRight { .. } => "recovery_code_not_right",
            RecoveryCodeWait { .. } => "recovery_code_wait",
            CodesUsed { .. } => "codes_used",
            QuestionsMissing => "questions_missing",
            SecondStepNeeded => "second_step_needed",
            TwoStepFirst => "two_step_first",
            ReminderWait { .. } => "reminder_wait",
            BillingLimit { .. } => "billing_limit",
            ExportOver => "export_over",
            LastBillingUser => "last_billing_user",
            ReviewOpen => "review_open",
            ReviewSigned => "review_signed",
            TwoStepState => "two_step_state",
            SetUpFirst => "set_up_first",
            RecoveryCodeFirst => "recovery_code_first",
            LongerPasswordFirst { .. } => "longer_password_first",
            PasswordFirst => "password_first",
            ClockSteppedBack => "clock_stepped_back",
            RequestIdReused => "request_id_reused",
            StillJudging => "still_judging",
            CountedWithoutVerdict => "counted_without_verdict",
            RequestIdMissing => "request_id_missing",
            MalformedRequest => "malformed_request",
            Busy => "busy",
            NotInDemo => "not_in_demo",
            ImportFileChanged => "import_file_changed",
            ImportBadLines => "import_bad_lines",
            KeysReplaced => "keys_replaced",
            StorageFull => "storage_full",
            DeviceTime => "device_time",
            DeskTooOld => "desk_too_old",
            DeskTooNew => "desk_too_new",
        }
    }

    /// The field of the request it is about, if it is about one.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Refusal::BadField { field, .. }
            | Refusal::BadCode { field, .. }
            | Refusal::PasswordTooShort { field, .. } => Some(field),
            Refusal::CallCodeNotRight { .. } => Some("call_code"),
            Refusal::ContactCodeNotRight { .. } => Some("contact_code"),
            Refusal::CodeNotRight { .. } => Some("code"),
            Refusal::PasswordNotRight => Some("password"),
            Refusal::RecoveryCodeNotRight { .. } | Refusal::RecoveryCodeWait { .. } => Some("recovery_code"),
            _ => None,
        }
    }

    /// When it is possible again, where that is known and may be told.
    pub const fn until(&self) -> Option<Moment> {
        use Refusal::*;
        match self {
            AloneUntil { until }
            | SignInWait { until }
            | LookUpLimit { until }
            | OpenCallLimit { until }
            | ResendWait { until }
            | ReminderWait { until }
            | BillingLimit { until }
            | RecoveryCodeWait { until }
            | CodesUsed { until }
            | TestLetterLimit { until } => Some(*until),
            _ => None,
        }
    }
}
