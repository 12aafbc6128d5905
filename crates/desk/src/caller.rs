//! Who asks, and who that turns out to be. A caller is a claim; an actor is what `perform` made of it inside
//! the transaction, every time anew: a role taken away counts with the next operation.

use recovery_rules::roles::Role;

use crate::device::ProvenDevice;
use crate::secret::SecretText;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Nobody signed in.
    Nobody,
    /// Whoever holds this session's token: an operator at the desk, a user on the pages.
    Session(SecretText),
    /// A desk that talks to a desk server: it proved to have its device key, and has a session's token once somebody
    /// signed in there.
    Device {
        /// The session's token.
        token: Option<SecretText>,
        /// The device.
        device: ProvenDevice,
    },
    /// A part of the system itself; the name goes to the audit log.
    System(&'static str),
}

impl Caller {
    /// The device a session is bound to when it starts, and bound to ever after.
    pub const fn device_key(&self) -> Option<[u8; 32]> {
        match self {
            Self::Device { device, .. } => Some(device.key),
            Self::Nobody | Self::Session(_) | Self::System(_) => None,
        }
    }
}

/// An operator signed in at the desk.
#[derive(Clone, Debug)]
pub struct OperatorActor {
    /// The operator.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role now.
    pub role: Role,
    /// The session.
    pub session_id: String,
    /// Their own account as a user, if there is one.
    pub user_id: Option<String>,
    /// The company of that account.
    pub company_id: Option<String>,
}

/// A user signed in on the account pages.
#[derive(Clone, Debug)]
pub struct UserActor {
    /// The user.
    pub id: String,
    /// The session.
    pub session_id: String,
    /// Whether a second step was done in this session.
    pub second_step: bool,
    /// Whether *Later* was chosen in this session, while 2-step is to be set up again.
    pub later: bool,
}

/// A billing user at the desk, in the role `billing`.
#[derive(Clone, Debug)]
pub struct BillingActor {
    /// The user.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The company they act for: every query is bound to it.
    pub company_id: String,
    /// The session.
    pub session_id: String,
    /// Whether a code to the own phone was given in this session. Without it the desk only shows.
    pub second_step: bool,
}

/// Somebody whose password was right at the desk and whose code is still to come.
#[derive(Clone, Debug)]
pub struct ArrivingActor {
    /// The user.
    pub user_id: String,
    /// The sign-in.
    pub challenge_id: String,
}

/// Who acts in this transaction.
#[derive(Clone, Debug)]
pub enum Actor {
    /// An operator.
    Operator(OperatorActor),
    /// A user.
    User(UserActor),
    /// A billing user at the desk.
    Billing(BillingActor),
    /// A billing user on the way in.
    Arriving(ArrivingActor),
    /// Whoever holds the secret of a link; the operation finds out whose.
    LinkHolder,
    /// Anybody.
    Anonymous,
    /// A part of the system.
    System(&'static str),
}

impl Actor {
    /// The kind in the audit log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator(_) => "operator",
            Self::User(_) | Self::Billing(_) => "user",
            Self::LinkHolder => "link_holder",
            Self::Anonymous | Self::Arriving(_) => "anonymous",
            Self::System(_) => "system",
        }
    }

    /// The id in the audit log.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Operator(operator) => Some(&operator.id),
            Self::User(user) => Some(&user.id),
            Self::System(name) => Some(name),
            Self::Billing(user) => Some(&user.id),
            Self::LinkHolder | Self::Anonymous | Self::Arriving(_) => None,
        }
    }

    /// Whose request ids these are: unique per actor.
    pub fn request_owner(&self) -> String {
        format!("{}:{}", self.kind(), self.id().unwrap_or("-"))
    }
}
