//! The states of SYSTEM.md section 3 as types. Their names in the database, in JSON and on screens are one
//! and the same; `stored_names!` keeps them together.

/// Writes the enum, its stored names and both conversions once, so that they cannot drift apart.
macro_rules! stored_names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every variant, in the order of the state table.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The name in the database and on the wire.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
            /// The variant of that stored name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use stored_names;

stored_names! {
    /// What an account can do.
    Account {
        /// Signs in and recovers.
        Active = "active",
        /// Can't sign in or reset by itself; who locked it decides what reopens it.
        Locked = "locked",
        /// Left the company; nothing works.
        Closed = "closed",
    }
}

stored_names! {
    /// Who locked an account. The unlock link reopens the first two kinds, never an administrator's lock.
    LockedBy {
        /// Repeated failure of recovery.
        Recovery = "recovery",
        /// "Lock my account", or "this wasn't me" after the fact.
        Owner = "owner",
        /// An administrator.
        Administrator = "administrator",
    }
}

impl LockedBy {
    /// Whether the unlock link after a verified call reopens the account.
    pub const fn reopened_by_unlock_link(self) -> bool {
        !matches!(self, LockedBy::Administrator)
    }
}

stored_names! {
    /// The state of 2-step.
    TwoStep {
        /// Never turned on.
        Never = "never",
        /// A verification code is asked for at sign-in.
        On = "on",
        /// Was on before; reset codes travel by a separate e-mail.
        Off = "off",
        /// After an unlock or an administrator's reset: sign-in asks for a mailed code and leads to set-up.
        ToBeSetUpAgain = "to_be_set_up_again",
    }
}

stored_names! {
    /// What a short code is for. A code of one purpose is refused for every other (D1.7).
    CodePurpose {
        /// Read out in a verified call, typed beside the unlock link.
        Call = "call",
        /// Signing in.
        SignIn = "sign_in",
        /// Turning 2-step on: proves the new number.
        TurnOn = "turn_on",
        /// Changing the phone: proves the new number.
        ChangePhone = "change_phone",
        /// The second step of a session that signed in without one.
        StepUp = "step_up",
        /// Setting a new password, 2-step on: by text message.
        ResetSms = "reset_sms",
        /// Setting a new password, 2-step on before and off now: by a separate e-mail.
        ResetMail = "reset_mail",
        /// The contact code of a company's policy.
        Contact = "contact",
    }
}

stored_names! {
    /// What the second step of a session was.
    SecondStep {
        /// A code by text message to the phone on file.
        TextMessage = "text_message",
        /// A code by e-mail, while 2-step is to be set up again.
        Mail = "mail",
        /// The recovery code.
        RecoveryCode = "recovery_code",
        /// A reset that a recovery code finished, in the same browser.
        Reset = "reset",
    }
}

stored_names! {
    /// A change of an account's protection that its owner is told of.
    Change {
        /// Four questions were answered for the first time.
        QuestionsAnswered = "questions_answered",
        /// Questions and answers were replaced.
        QuestionsReplaced = "questions_replaced",
        /// 2-step was turned on.
        TwoStepOn = "two_step_on",
        /// 2-step was turned off by its owner.
        TwoStepOff = "two_step_off",
        /// The phone was changed.
        PhoneChanged = "phone_changed",
        /// A new recovery code was made.
        NewRecoveryCode = "new_recovery_code",
        /// The recovery code was used.
        RecoveryCodeUsed = "recovery_code_used",
        /// Remembered browsers were forgotten.
        BrowsersForgotten = "browsers_forgotten",
        /// The phone was reported lost.
        PhoneLost = "phone_lost",
        /// The owner locked the account.
        AccountLocked = "account_locked",
        /// The password was changed on the account page.
        PasswordChanged = "password_changed",
        /// A new password was set by forgot password.
        PasswordReset = "password_reset",
        /// The address was changed.
        AddressChanged = "address_changed",
        /// A change of address was stopped before it was confirmed.
        AddressChangeStopped = "address_change_stopped",
        /// A change of address was taken back out of the old mailbox; the account is locked.
        AddressTakenBack = "address_taken_back",
        /// The same, but the old address has another account by now: the account is locked with the new one.
        AddressTaken = "address_taken",
        /// *Later* was chosen while 2-step is to be set up again.
        SetUpPutOff = "set_up_put_off",
        /// An administrator reset 2-step.
        TwoStepReset = "two_step_reset",
        /// An administrator locked the account.
        LockedByDesk = "locked_by_desk",
        /// An administrator opened the account again.
        OpenedByDesk = "opened_by_desk",
        /// An administrator approved the unlock e-mail under a freeze.
        SendApproved = "send_approved",
        /// Two administrators let phone verification go on.
        PhoneResumed = "phone_resumed",
        /// A single administrator asked for something that needs two; it waits for a day.
        RequestWaits = "request_waits",
        /// A sign-in stopped before its second step.
        UnfinishedSignIn = "unfinished_sign_in",
        /// The half-yearly reminder to check the answers; no change, but told the same way.
        QuestionsReminder = "questions_reminder",
    }
}

stored_names! {
    /// The kind of a user.
    UserKind {
        /// A person with an account.
        Standard = "standard",
        /// Reviews who in the own company has 2-step on.
        Billing = "billing",
    }
}

stored_names! {
    /// A call at the desk.
    CallState {
        /// Opened, not verified.
        Open = "open",
        /// Verified for this operator, for a time.
        Verified = "verified",
        /// Two administrators decide; the call itself may still be on the line.
        PassedOn = "passed_on",
        /// Over, with an outcome.
        Ended = "ended",
    }
}

stored_names! {
    /// How a call ended; derived from what happened, never chosen freely.
    Outcome {
        /// The link was used and a new password set.
        Unlocked = "unlocked",
        /// The unlock e-mail went out and is not used yet.
        MailSent = "mail_sent",
        /// No check came out right.
        NotVerified = "not_verified",
        /// The account can't be verified by phone.
        Refused = "refused",
        /// Left alone, or ended before a check.
        Abandoned = "abandoned",
        /// The owner pressed "This wasn't me".
        Repudiated = "repudiated",
    }
}

stored_names! {
    /// How a message travels.
    MessageKind {
        /// E-mail.
        Mail = "mail",
        /// Text message.
        Sms = "sms",
    }
}

stored_names! {
    /// A message of the outbox.
    MessageState {
        /// Not taken by the mailer yet.
        Waiting = "waiting",
        /// Taken; the secret is made.
        Sending = "sending",
        /// The other server took it.
        Accepted = "accepted",
        /// The other server asked to try later, or could not be reached.
        Deferred = "deferred",
        /// Refused for good.
        Failed = "failed",
        /// Sent, but nobody knows whether it was taken.
        Uncertain = "uncertain",
        /// A newer one took its place.
        Superseded = "superseded",
        /// Its link or code would be dead on arrival.
        Expired = "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_name_finds_its_variant_again() {
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_name(state.name()), Some(*state));
        }
        for state in TwoStep::ALL {
            assert_eq!(TwoStep::from_name(state.name()), Some(*state));
        }
        assert_eq!(Account::from_name("paused"), None);
    }

    #[test]
    fn an_administrators_lock_is_never_reopened_by_the_unlock_link() {
        assert!(LockedBy::Recovery.reopened_by_unlock_link());
        assert!(LockedBy::Owner.reopened_by_unlock_link());
        assert!(!LockedBy::Administrator.reopened_by_unlock_link());
    }

    /// Names lead to a variant and back, and nothing else leads anywhere.
    macro_rules! only_its_names {
        ($text:expr, $($state:ident)+) => {
            $(if let Some(state) = $state::from_name($text) {
                proptest::prop_assert_eq!(state.name(), $text);
                proptest::prop_assert!($state::ALL.contains(&state));
            })+
        };
    }

    proptest::proptest! {
        #[test]
        fn only_stored_names_are_read(text in "[a-z_ ]{0,24}|active|Active|on|ON|verified|ended |accepted|sign_in|sign-in") {
            let text = text.as_str();
            only_its_names!(text, Account LockedBy TwoStep CodePurpose SecondStep Change UserKind CallState Outcome MessageKind MessageState);
        }
    }
}
