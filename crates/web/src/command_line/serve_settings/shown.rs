//! The settings in force as `settings` prints them: each with where it was said, secrets not at all.

use std::fmt::Display;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::InForce;
use super::said::FILE;

impl InForce {
    /// As a person reads them; secrets are said to be there, and no more.
    pub fn lines(&self) -> Vec<String> {
        let path = |path: &PathBuf| format!("{:?}", path.display().to_string());
        let plain = |value: &dyn Display| format!("\"{value}\"");
        let mut lines = vec![
            self.settings_file.line("settings", path),
            self.listen.line("listen", |at| plain(at)),
            self.metrics_listen.line("metrics_listen", |at| plain(at)),
            self.tls_certificate.line("tls_certificate", path),
            self.tls_key.line("tls_key", path),
            self.public_url.line("public_url", |url| plain(url)),
            self.organisation.line("organisation", |organisation| format!("{:?}", organisation.name)),
            match self
                .organisation
                .value
                .as_ref()
                .and_then(|organisation| organisation.support_email.as_ref())
            {
                Some(address) => format!("support_email = {address:?}  # {}", self.organisation.place),
                None => "support_email = not set".to_owned(),
            },
            self.sqlite.line("sqlite", path),
            self.database_url.line("database_url", |url| format!("{:?}", redacted(url))),
            self.certificate.line("database_certificate", path),
            self.keys.line("keys", path),
            self.keys_unwrapped.line("keys_unwrapped", path),
            self.audit_heads.line("audit_heads", path),
            format!("demo = {}", self.demo),
        ];
        let smtp = self.file.smtp.as_ref();
        lines.push(smtp.map_or_else(
            || "smtp = not set".to_owned(),
            |smtp| format!("smtp = \"{}:{}\", password not shown  # {FILE}", smtp.host, smtp.port),
        ));
        let sms = if self.file.sms.is_some() { "set, secrets not shown  # file" } else { "not set" };
        lines.push(format!("sms = {sms}"));
        let of_pages = |name: &str, value: Option<String>| {
            value.map_or_else(|| format!("{name} = not set"), |value| format!("{name} = {value}  # {FILE}"))
        };
        lines.push(of_pages(
            "default_region",
            self.file.default_region.as_ref().map(|region| format!("{region:?}")),
        ));
        let proxies = &self.file.trusted_proxies;
        lines.push(of_pages("trusted_proxies", (!proxies.is_empty()).then(|| format!("{proxies:?}"))));
        lines.push(of_pages("breached_passwords", self.file.breached_passwords.as_ref().map(path)));
        lines
    }
}

/// The address without its password.
fn redacted(url: &SecretString) -> String {
    let Ok(mut url) = Url::parse(url.expose_secret()) else { return "not an address".to_owned() };
    if url.password().is_some() {
        let _ = url.set_password(Some("..."));
    }
    let options: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| {
            let shown = if name == "password" { "...".into() } else { value.into_owned() };
            (name.into_owned(), shown)
        })
        .collect();
    if !options.is_empty() {
        url.query_pairs_mut().clear().extend_pairs(options);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let shown = |text: &str| redacted(&SecretString::from(text));
        assert_eq!(shown("postgres://desk:canary@db.example/auth"), "postgres://desk:...@db.example/auth");
        assert!(
            !shown("postgres://desk@db.example/auth?password=canary&sslmode=verify-full").contains("canary")
        );
        assert!(!shown("canary").contains("canary"));
    }
}
