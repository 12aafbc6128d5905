//! Settings of an installation, read once: who the organisation is, where its pages are, which mail server
//! sends. Numbers of the policy are not here; they live in the database.

pub mod breached;
pub mod file;
pub mod proxies;
pub mod server;

use recovery_rules::phone::DefaultRegion;
use serde::Deserialize;
use url::Url;

use self::breached::BreachedPasswords;
use self::proxies::TrustedProxies;

use crate::letters::ShownTimes;
use crate::sms::SmsSettings;
use crate::smtp::SmtpSettings;

/// Everything a person sets outside the database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who runs this desk.
    pub organisation: Organisation,
    /// The address of the account pages; links in letters begin with it, never with a request's Host.
    pub public_url: Url,
    /// How letters and pages write times.
    pub times: ShownTimes,
    /// The mail server. Without one a live desk keeps letters waiting; a demo shows them in its window.
    pub smtp: Option<SmtpSettings>,
    /// The SMS gateway. Without one a live desk can't send codes by text; a demo shows them in its window.
    pub sms: Option<SmsSettings>,
    /// The country of phone numbers typed without a country code.
    pub default_region: DefaultRegion,
    /// The proxies whose word counts about where a request comes from.
    pub trusted_proxies: TrustedProxies,
    /// Passwords known from breaches, beside the list that is built in.
    pub breached_passwords: BreachedPasswords,
}

/// Who runs this desk, as users know it.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields, default)]
pub struct Organisation {
    /// The name in letters and on pages.
    pub name: String,
    /// The telephone number users call.
    pub desk_phone: String,
    /// When the line is open, in words.
    pub opening_hours: String,
    /// Where to write about these pages, for whoever can't telephone. Of no use to a desk, so it is not told to one.
    #[serde(skip_serializing)]
    #[cfg_attr(test, ts(skip))]
    pub support_email: Option<String>,
}

impl Organisation {
    /// The invented organisation of demo data. A live desk without settings has no name, never this one.
    pub fn of_the_demo() -> Self {
        Self {
            name: "Meridian".to_owned(),
            desk_phone: "0113 496 0142".to_owned(),
            opening_hours: "08:00 to 20:00, every day".to_owned(),
            support_email: Some("help@meridian.example".to_owned()),
        }
    }

    /// Whether letters and pages can name it: they do in every line that says whom to call.
    pub fn is_complete(&self) -> bool {
        [&self.name, &self.desk_phone, &self.opening_hours].iter().all(|text| !text.trim().is_empty())
    }
}

impl Settings {
    /// The settings of a demo: the invented organisation, and no post.
    pub fn for_demo(public_url: Url) -> Self {
        Self {
            organisation: Organisation::of_the_demo(),
            public_url,
            times: ShownTimes::utc(),
            smtp: None,
            sms: None,
            default_region: DefaultRegion::default(),
            trusted_proxies: TrustedProxies::default(),
            breached_passwords: BreachedPasswords::default(),
        }
    }

    /// For commands that send no letters and show no pages.
    pub fn for_commands(public_url: Url) -> Self {
        Self { organisation: Organisation::default(), ..Self::for_demo(public_url) }
    }

    /// The organisation as letters name it.
    pub fn for_letters(&self) -> crate::letters::Organisation {
        crate::letters::Organisation {
            name: self.organisation.name.clone(),
            desk_phone: self.organisation.desk_phone.clone(),
            opening_hours: self.organisation.opening_hours.clone(),
            times: self.times.clone(),
        }
    }
}
