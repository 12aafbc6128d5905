//! The invented staff of the desk. The first agent and the first administrator are those of the one-click sign-in.

use recovery_rules::roles::Role;

/// An invented operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staff {
    pub name: &'static str,
    /// What stands before the `@` of the desk's own domain.
    pub mailbox: &'static str,
    pub role: Role,
    /// `invited`, `active` or `suspended`.
    pub state: &'static str,
    /// The address of the own account as a user.
    pub user: Option<&'static str>,
}

/// The domain of their addresses.
pub(super) const DOMAIN: &str = "meridian.example";

const fn staff(name: &'static str, mailbox: &'static str, role: Role) -> Staff {
    Staff { name, mailbox, role, state: "active", user: None }
}

pub(super) const DANA: &str = "dana.okafor";
pub(super) const SAM: &str = "sam.ortiz";
pub(super) const MEI: &str = "mei.tanaka";
pub(super) const GRACE: &str = "grace.adeyemi";
pub(super) const INGRID: &str = "ingrid.solberg";

pub(super) const STAFF: [Staff; 8] = [
    staff("Dana Okafor", DANA, Role::Agent),
    staff("Sam Ortiz", SAM, Role::Agent),
    staff("Mei Tanaka", MEI, Role::Agent),
    Staff { user: Some("grace.adeyemi@calder.example"), ..staff("Grace Adeyemi", GRACE, Role::Agent) },
    staff("Ingrid Solberg", INGRID, Role::Administrator),
    staff("Rafael Moreno", "rafael.moreno", Role::Administrator),
    Staff { state: "suspended", ..staff("Nils Berg", "nils.berg", Role::Agent) },
    Staff { state: "invited", ..staff("Aoife Brennan", "aoife.brennan", Role::Agent) },
];
