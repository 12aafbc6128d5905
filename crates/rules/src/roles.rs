//! Who acts, and through which door. The role decides which operations exist for a person; the objects
//! they may touch are decided in the operations.

use crate::states::stored_names;

stored_names! {
    /// The role of somebody signed in at the desk.
    Role {
        /// Handles recovery calls.
        Agent = "agent",
        /// Resets, looks after operators, policy and audit; may do what an agent does.
        Administrator = "administrator",
        /// A billing user signed in to the desk; sees the own company only.
        Billing = "billing",
    }
}

/// Who may run an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// An operator with one of these roles, signed in at the desk.
    Operator(&'static [Role]),
    /// A billing user whose password was right at the desk and whose code is still to come.
    Arriving,
    /// A user signed in on the account pages.
    User,
    /// Whoever holds the secret of a link.
    LinkHolder,
    /// Anybody.
    Anonymous,
    /// The mailer, the sealer, the command line on the database's own machine.
    System,
}

/// The screens a role has; what a role lacks is absent, not grey. The names are those of the window.
pub const fn screens(role: Role) -> &'static [&'static str] {
    match role {
        Role::Agent => &["look_up", "my_calls"],
        Role::Administrator => &[
            "look_up",
            "my_calls",
            "users",
            "companies",
            "requests",
            "messages",
            "audit_log",
            "operators",
            "policy",
            "reports",
            "confirm_time",
        ],
        Role::Billing => &["team"],
    }
}

/// Agents and administrators: those who handle calls.
pub const CALL_HANDLERS: &[Role] = &[Role::Agent, Role::Administrator];
/// Those who look after the system itself.
pub const ADMINISTRATORS: &[Role] = &[Role::Administrator];
/// Billing users at the desk: the own company only.
pub const BILLING: &[Role] = &[Role::Billing];
/// Everybody who can be signed in at the desk.
pub const ANY_OPERATOR: &[Role] = &[Role::Agent, Role::Administrator, Role::Billing];

/// An entry point. No operation of the account pages can be reached from the desk's, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The window of the desktop app.
    Desk,
    /// The desk API: a desk over the network. It leads where the window does, but for what is for a window alone.
    DeskApi,
    /// The account pages in a browser.
    Pages,
    /// Inside: mailer, sealer, command line. Never reachable from the network.
    System,
}
