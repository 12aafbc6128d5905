//! The numbers of SYSTEM.md section 4: each with its default, its bounds and where it comes from.
//! A database holds only what an administrator changed; a value outside its bounds counts as the default.

use crate::time::Span;

/// The unit a number is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// So many of something.
    Count,
    /// 0 or 1.
    Switch,
}

/// One number of the policy.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Which one.
    pub number: Number,
    /// Its stored name.
    pub name: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// The value nobody changed.
    pub default: i64,
    /// The least an administrator may set.
    pub least: i64,
    /// The most an administrator may set.
    pub most: i64,
    /// Whether a larger value loosens the protection; loosening needs a second administrator.
    pub larger_is_looser: bool,
    /// Where the default comes from.
    pub source: &'static str,
}

impl Rule {
    /// The number of that stored name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// Whether going from one value to another loosens the protection; that needs a second administrator.
    pub const fn loosens(&self, from: i64, to: i64) -> bool {
        if self.larger_is_looser { to > from } else { to < from }
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $variant:ident $name:literal $unit:ident $default:expr, $least:expr, $most:expr, $looser:literal, $source:literal;)+) => {
        /// Every number of the policy.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Number { $($(#[$doc])* $variant),+ }
        /// The table of SYSTEM.md section 4, in its order.
        pub const RULES: &[Rule] = &[$(Rule {
            number: Number::$variant, name: $name, unit: Unit::$unit, default: $default, least: $least,
            most: $most, larger_is_looser: $looser, source: $source,
        }),+];
    };
}

const fn seconds(n: i64) -> i64 {
    Span::seconds(n).0
}
const fn minutes(n: i64) -> i64 {
    Span::minutes(n).0
}
const fn hours(n: i64) -> i64 {
    Span::hours(n).0
}
const fn days(n: i64) -> i64 {
    Span::days(n).0
}

numbers! {
    /// How long a verification code lives.
    VerificationCodeLife "verification_code_life" Milliseconds minutes(10), minutes(2), minutes(10), true, "NIST SP 800-63B-4 3.1.3.2";
    /// Tries of one short code.
    CodeTries "code_tries" Count 5, 3, 10, true, "SYSTEM.md 4";
    /// How long the call code lives, together with its link.
    CallCodeLife "call_code_life" Milliseconds minutes(60), minutes(15), minutes(60), true, "SYSTEM.md 4";
    /// Whether the unlock page asks for the call code.
    CallCodeAsked "call_code_asked" Switch 1, 0, 1, false, "SYSTEM.md 2";
    /// How long an unlock or reset link lives, from the moment it is made for sending.
    LinkLife "link_life" Milliseconds minutes(60), minutes(15), minutes(60), true, "SYSTEM.md 4";
    /// How long a reset code lives that travels by e-mail.
    MailCodeLife "mail_code_life" Milliseconds minutes(60), minutes(10), hours(24), true, "SYSTEM.md 4; 63B-4 3.1.3.2: 24 h at most";
    /// How long a contact code lives; it ends with its link before that.
    ContactCodeLife "contact_code_life" Milliseconds hours(24), hours(1), hours(24), true, "SYSTEM.md 4";
    /// Wrong short codes of one user, purpose and day, over all codes: a new code for each five tries would be no limit.
    CodeTriesADay "code_tries_a_day" Count 20, 5, 50, true, "four codes of five tries each";
    /// Recovery codes tried in an hour; a new recovery code doesn't begin the hour anew.
    RecoveryCodeTries "recovery_code_tries_an_hour" Count 10, 3, 20, true, "SYSTEM.md 4";
    /// The pause before a code or link is sent again.
    ResendAfter "resend_after" Milliseconds seconds(60), seconds(30), minutes(10), false, "SYSTEM.md 4";
    /// How often a code or link is sent again, for one user, purpose and day.
    ResendsADay "resends_a_day" Count 5, 1, 10, true, "SYSTEM.md 4";
    /// Codes of one user, purpose and day in all: every sign-in from a new browser sends one, so it is more than the resends.
    CodesADay "codes_a_day" Count 20, 5, 50, true, "a person who signs in several times from new browsers";
    /// Reset links that live at once; none ends another.
    ResetLinksLive "reset_links_live" Count 3, 1, 5, true, "SYSTEM.md 2";
    /// Requests for a reset link from one source in an hour.
    ResetRequestsASource "reset_requests_a_source" Count 30, 5, 1_000, true, "CORNER-CASES D6.7; an office behind one address";
    /// Requests for a reset link in an hour in all.
    ResetRequestsAnHour "reset_requests_an_hour" Count 1_000, 50, 100_000, true, "CORNER-CASES D6.7";
    /// How long a reset that a recovery code finished counts as the second step of the first sign-in in that browser.
    ResetCountsAsSecondStep "reset_counts_as_second_step" Milliseconds minutes(30), minutes(5), minutes(60), true, "SYSTEM.md 5";
    /// How long a browser is not asked for a verification code.
    RememberedBrowser "remembered_browser" Milliseconds days(30), days(1), days(90), true, "SYSTEM.md 4";
    /// How long setting 2-step up again can be put off after an unlock or reset.
    SetUpLater "set_up_later" Milliseconds days(7), days(1), days(14), true, "SYSTEM.md 3";
    /// How long the address before a change is told of changes too.
    FormerAddressTold "former_address_told" Milliseconds days(7), days(7), days(30), false, "SYSTEM.md 5";
    /// A sign-in whose second step is missing after this time is told to the owner, once.
    UnfinishedSignInTold "unfinished_sign_in_told" Milliseconds minutes(5), minutes(3), minutes(10), false, "CORNER-CASES D1.2";
    /// How long a sign-in waits for its second step.
    SignInChallengeLife "sign_in_challenge_life" Milliseconds minutes(30), minutes(10), minutes(60), true, "time to look for a recovery code";
    /// Accounts that may have the same phone.
    AccountsAPhone "accounts_a_phone" Count 5, 1, 20, true, "CORNER-CASES D3.4; 63B-4 3: shared devices";
    /// How long after answering, or after the last reminder, the owner is reminded to check the answers.
    QuestionsReminder "questions_reminder" Milliseconds days(182), days(30), days(365), false, "every 6 months";
    /// Whether that reminder is sent at all.
    QuestionsReminderSent "questions_reminder_sent" Switch 1, 0, 1, false, "some houses send their own";
    /// Letters that tell an address without an account so, when somebody presses *Forgot password* with it, a day; none is
    /// the default, because it lets strangers make us write to anybody.
    NoAccountLettersADay "no_account_letters_a_day" Count 0, 0, 3, true, "CORNER-CASES D6.2: optional, capped";
    /// Colleagues a billing user may invite in a day.
    InvitationsADay "invitations_a_day" Count 20, 1, 100, true, "a team's first day";
    /// The delay begins with this wrong password.
    WrongPasswordsFree "wrong_passwords_free" Count 4, 2, 10, true, "SYSTEM.md 4: growing delay from the 5th";
    /// Wrong passwords an account and day.
    WrongPasswordsADay "wrong_passwords_a_day" Count 50, 10, 100, true, "SYSTEM.md 4; 63B-4 3.2.2 allows 100";
    /// Checks of the answers in one call.
    ChecksACall "checks_a_call" Count 3, 1, 5, true, "SYSTEM.md 4";
    /// Checks of one user in a day, over all agents.
    ChecksADay "checks_a_day" Count 5, 1, 10, true, "SYSTEM.md 4";
    /// The own budget of calls opened by a call reference.
    ReferenceChecksADay "reference_checks_a_day" Count 3, 1, 5, true, "SYSTEM.md 4";
    /// How long phone verification pauses when the day's checks are used.
    PauseLength "pause_length" Milliseconds hours(24), hours(1), days(7), false, "SYSTEM.md 4";
    /// How many of the four answers must match.
    AnswersThatMustMatch "answers_that_must_match" Count 3, 3, 4, false, "SYSTEM.md 4: at 80 % recall 3 of 4 passes 82 %, 4 of 4 passes 41 %";
    /// How long a verdict lasts.
    VerifiedLasts "verified_lasts" Milliseconds minutes(10), minutes(2), minutes(30), true, "SYSTEM.md 4";
    /// Unlock e-mails a user and day.
    UnlockMailsADay "unlock_mails_a_day" Count 3, 1, 5, true, "SYSTEM.md 4";
    /// How long contacts are frozen after a change.
    FreezeLength "freeze_length" Milliseconds days(7), days(1), days(30), false, "SYSTEM.md 4";
    /// How long "this wasn't me" can be pressed.
    RepudiationLife "repudiation_life" Milliseconds hours(72), hours(24), days(7), false, "SYSTEM.md 5";
    /// How long "this wasn't me" stops phone recovery.
    StopLength "stop_length" Milliseconds hours(72), hours(24), days(14), false, "SYSTEM.md 4";
    /// A call left alone is abandoned after this.
    CallAbandonedAfter "call_abandoned_after" Milliseconds minutes(15), minutes(5), minutes(60), true, "SYSTEM.md 4";
    /// Searches an operator and hour.
    LookUpsAnHour "look_ups_an_hour" Count 60, 10, 600, true, "SYSTEM.md 4";
    /// Calls an operator may open in an hour.
    OpenCallsAnHour "open_calls_an_hour" Count 20, 5, 100, true, "SYSTEM.md 4";
    /// A user's session, at most.
    UserSession "user_session" Milliseconds hours(12), hours(1), hours(24), true, "63B-4 AAL2: 24 h";
    /// A user's session without use.
    UserSessionIdle "user_session_idle" Milliseconds hours(1), minutes(5), hours(1), true, "63B-4 AAL2: 1 h";
    /// An operator's session, at most.
    OperatorSession "operator_session" Milliseconds hours(12), hours(1), hours(12), true, "63B-4 AAL3: 12 h";
    /// An operator's session without use.
    OperatorSessionIdle "operator_session_idle" Milliseconds minutes(15), minutes(1), minutes(15), true, "63B-4 AAL3: 15 min";
    /// How long a fresh code of an operator's authenticator counts for risky operations.
    FreshCodeLasts "fresh_code_lasts" Milliseconds minutes(5), minutes(1), minutes(5), true, "SYSTEM.md 4";
    /// How long a request for approval by a second administrator lives.
    ApprovalLife "approval_life" Milliseconds minutes(15), minutes(5), minutes(60), true, "SYSTEM.md 4";
    /// What a single administrator waits instead of a second one's approval.
    AloneWaits "alone_waits" Milliseconds hours(24), hours(24), hours(72), false, "SYSTEM.md 3";
    /// How long an operator's invitation lives.
    InvitationLife "invitation_life" Milliseconds hours(24), hours(1), hours(72), true, "63A 3.8: enrolment codes by e-mail 24 h";
    /// Characters of a password that is the only factor.
    PasswordLength "password_length" Count 15, 15, 64, false, "63B-4 3.1.1.2";
    /// Characters of a password beside which 2-step is on.
    PasswordLengthWithTwoStep "password_length_with_two_step" Count 8, 8, 64, false, "63B-4 3.1.1.2";
    /// How long a call reference lives.
    CallReferenceLife "call_reference_life" Milliseconds hours(24), hours(1), hours(72), true, "SYSTEM.md 4";
    /// Days with sessions from distant networks at once that count as a sign of a shared log-in.
    SharingDays "sharing_days" Count 3, 1, 14, true, "docs/billing.md: an office and a telephone on one day are no sign";
    /// Days back that are looked at.
    SharingWindow "sharing_window" Milliseconds days(30), days(7), days(30), false, "docs/billing.md";
    /// How long two sessions must have been in use at once.
    SharingOverlap "sharing_overlap" Milliseconds minutes(10), minutes(1), hours(2), true, "docs/billing.md";
    /// Accounts of one company with the same phone that count as a sign of a shared log-in.
    SharingPhone "sharing_phone" Count 2, 2, 5, true, "CORNER-CASES D3.4";
    /// How long a log-in that looks shared counts as one person's after a billing user said so.
    SharingOnePerson "sharing_one_person" Milliseconds days(180), days(30), days(366), true, "docs/billing.md: a phone is kept for years, a post for less";
    /// How long splitting a shared log-in may take before it is asked about again.
    SharingSplit "sharing_split" Milliseconds days(30), days(7), days(90), true, "docs/billing.md: as long as its signs are looked back for";
    /// After how long a sign that was put off is asked about again.
    SharingLater "sharing_later" Milliseconds days(7), days(1), days(30), true, "docs/billing.md";
    /// The pause before a member is reminded again.
    ReminderEvery "reminder_every" Milliseconds days(3), days(1), days(30), false, "docs/billing.md";
    /// Reminders of one company a day.
    RemindersADay "reminders_a_day" Count 200, 10, 10_000, true, "docs/billing.md";
    /// Exports of reviews of one billing user a day.
    ExportsADay "exports_a_day" Count 10, 1, 100, true, "SECURITY.md 2.4.1";
    /// Exports of the audit log of one administrator a day.
    AuditExportsADay "audit_exports_a_day" Count 10, 1, 100, true, "SECURITY.md 2.4.1; as many as of reviews";
    /// How long the pages of an export can be read after it was begun.
    ExportLasts "export_lasts" Milliseconds minutes(30), minutes(5), hours(2), true, "a million entries take a few minutes";
    /// Text messages to one number a day, over all accounts.
    TextsANumberADay "texts_a_number_a_day" Count 20, 3, 100, true, "SYSTEM.md 4: a code and 5 resends, for sign-in, reset and phone";
    /// Text messages for one account a day.
    TextsAnAccountADay "texts_an_account_a_day" Count 20, 3, 100, true, "SYSTEM.md 4: a code and 5 resends, for sign-in, reset and phone";
    /// Text messages an hour into one block of ten thousand numbers that are nobody's second step yet.
    TextsABlockAnHour "texts_a_block_an_hour" Count 10, 1, 1_000, true, "SECURITY.md C9";
    /// Text messages a day in all.
    TextsADay "texts_a_day" Count 5_000, 10, 1_000_000, true, "what an installation is ready to pay";
    /// How long request ids are kept.
    RequestsKept "requests_kept" Milliseconds hours(48), hours(24), days(7), false, "ARCHITECTURE.md 3.3";
}

/// The numbers in force.
#[derive(Clone, Debug)]
pub struct Policy {
    values: [i64; RULES.len()],
}

impl Default for Policy {
    fn default() -> Self {
        let mut values = [0; RULES.len()];
        for (value, rule) in values.iter_mut().zip(RULES) {
            *value = rule.default;
        }
        Self { values }
    }
}

impl Policy {
    /// The defaults with what a database overrides. Unknown names and values out of bounds count as default.
    pub fn with_overrides<'a>(overrides: impl IntoIterator<Item = (&'a str, i64)>) -> Self {
        let mut policy = Self::default();
        for (name, value) in overrides {
            if let Some(i) = RULES.iter().position(|rule| rule.name == name)
                && (RULES[i].least..=RULES[i].most).contains(&value)
            {
                policy.values[i] = value;
            }
        }
        policy
    }

    /// A count or switch.
    pub fn count(&self, number: Number) -> i64 {
        self.values[number as usize]
    }

    /// A length of time.
    pub fn span(&self, number: Number) -> Span {
        Span(self.values[number as usize])
    }

    /// Whether a switch is on.
    pub fn on(&self, number: Number) -> bool {
        self.values[number as usize] != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_stands_within_its_bounds_and_in_its_own_place() {
        for (i, rule) in RULES.iter().enumerate() {
            assert!((rule.least..=rule.most).contains(&rule.default), "{}", rule.name);
            assert_eq!(rule.number as usize, i, "{}", rule.name);
        }
    }

    #[test]
    fn loosening_has_a_direction_and_standing_still_is_none() {
        let checks = Rule::named("checks_a_day").unwrap();
        assert!(checks.loosens(5, 6) && !checks.loosens(6, 5) && !checks.loosens(5, 5));
        let must_match = Rule::named("answers_that_must_match").unwrap();
        assert!(must_match.loosens(4, 3) && !must_match.loosens(3, 4) && !must_match.loosens(3, 3), "D9.8");
        assert!(Rule::named("nonsense").is_none());
    }

    #[test]
    fn a_value_out_of_bounds_counts_as_the_default() {
        let policy = Policy::with_overrides([("checks_a_day", 1_000), ("checks_a_call", 2), ("nonsense", 1)]);
        assert_eq!(policy.count(Number::ChecksADay), 5);
        assert_eq!(policy.count(Number::ChecksACall), 2);
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_database_says_every_number_stays_within_its_bounds(
            overrides in proptest::collection::vec((0..RULES.len(), proptest::prelude::any::<i64>(), 0_i64..40), 0..40),
        ) {
            let named = overrides.iter().map(|(i, wild, near)| {
                // Half of them near the bounds, where a slip of one would show.
                let rule = &RULES[*i];
                (rule.name, if near % 2 == 0 { *wild } else { rule.least - 2 + near / 2 })
            });
            let policy = Policy::with_overrides(named);
            for rule in RULES {
                let value = policy.count(rule.number);
                proptest::prop_assert!((rule.least..=rule.most).contains(&value), "{} {value}", rule.name);
            }
        }

        #[test]
        fn of_two_values_one_is_looser(i in 0..RULES.len(), one in proptest::prelude::any::<i64>(), other in proptest::prelude::any::<i64>()) {
            let rule = &RULES[i];
            proptest::prop_assert_eq!(rule.loosens(one, other) || rule.loosens(other, one), one != other);
            proptest::prop_assert!(!(rule.loosens(one, other) && rule.loosens(other, one)));
        }
    }
}
