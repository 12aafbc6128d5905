//! What stands around every page: whose it is, whom to call, which part of the account.

/// What stands around every page.
#[derive(Debug)]
pub struct Frame<'a> {
    /// The organisation.
    pub name: &'a str,
    /// Its first letter, for the mark.
    pub initial: String,
    /// The telephone number as it is read.
    pub phone: &'a str,
    /// The same as a `tel:` address holds it.
    pub phone_digits: String,
    /// When the line is open.
    pub hours: &'a str,
    /// Where to write about these pages, if the settings say so.
    pub support_email: Option<&'a str>,
    /// Whether somebody is signed in on this page.
    pub signed_in: bool,
    /// Which part of the account it belongs to.
    pub tab: Tab,
}

/// The parts of a signed-in account, as its tabs name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// None: not signed in, or a step of something.
    None,
    /// Who is in, and the history.
    Account,
    /// Security questions.
    Questions,
    /// 2-step.
    TwoStep,
    /// The password.
    Password,
}

impl Frame<'_> {
    /// Whether the tabs are shown.
    pub fn has_tabs(&self) -> bool {
        self.tab != Tab::None
    }

    /// Whether the page belongs to this part.
    pub fn is_in(&self, tab: &str) -> bool {
        matches!(
            (self.tab, tab),
            (Tab::Account, "account")
                | (Tab::Questions, "questions")
                | (Tab::TwoStep, "two_step")
                | (Tab::Password, "password")
        )
    }
}
