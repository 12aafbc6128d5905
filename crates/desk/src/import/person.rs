//! One line of the file as a person: every field parsed, or the first reason why not.

use recovery_rules::display_name::{DisplayName, DisplayNameProblem};
use recovery_rules::email::Email;
use recovery_rules::fold::search_fold;
use recovery_rules::phone::PhoneNumber;
use recovery_rules::states::UserKind;

use super::Reason;

/// A person to be imported.
#[derive(Debug)]
pub struct Person {
    /// The line they stand in.
    pub line: u64,
    /// The company's name, one space between words.
    pub company: String,
    /// Standard or billing.
    pub kind: UserKind,
    /// May be empty if the family name is not.
    pub given_name: String,
    /// May be empty if the given name is not.
    pub family_name: String,
    /// For the look-up.
    pub given_fold: String,
    /// For the look-up.
    pub family_fold: String,
    /// The address.
    pub email: Email,
    /// The address as it is compared.
    pub email_fold: String,
    /// E.164: offered when the person turns 2-step on, and nothing else.
    pub phone: Option<String>,
}

impl Person {
    /// Reads a line. A number without a country code is read in `region` (ISO 3166-1, such as `GB`).
    ///
    /// # Errors
    /// The first [`Reason`] found.
    pub fn parse(line: u64, fields: [&str; 6], region: Option<&str>) -> Result<Self, Reason> {
        let [company, role, given, family, email, phone] = fields;
        let company = DisplayName::parse(company).map_err(Reason::Company)?;
        let kind = UserKind::from_name(role.trim().to_lowercase().as_str()).ok_or(Reason::Role)?;
        let given_name = name(given, Reason::GivenName)?;
        let family_name = name(family, Reason::FamilyName)?;
        if given_name.is_empty() && family_name.is_empty() {
            return Err(Reason::NoName);
        }
        let email = Email::parse(email).map_err(Reason::Email)?;
        Ok(Self {
            line,
            company: company.as_str().split_whitespace().collect::<Vec<_>>().join(" "),
            kind,
            given_fold: search_fold(&given_name),
            family_fold: search_fold(&family_name),
            given_name,
            family_name,
            email_fold: email.folded(),
            email,
            phone: number(phone, region)?,
        })
    }
}

/// A name that may be left empty.
fn name(text: &str, reason: fn(DisplayNameProblem) -> Reason) -> Result<String, Reason> {
    match DisplayName::parse(text) {
        Ok(name) => Ok(name.as_str().to_owned()),
        Err(DisplayNameProblem::Empty) => Ok(String::new()),
        Err(problem) => Err(reason(problem)),
    }
}

fn number(text: &str, region: Option<&str>) -> Result<Option<String>, Reason> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let region = match region {
        Some(region) => region,
        // The region says how national numbers are read; one with its country code needs none.
        None if text.starts_with(['+', '＋']) => "GB",
        None => return Err(Reason::PhoneWithoutRegion),
    };
    PhoneNumber::parse(text, region).map(|number| Some(number.as_str().to_owned())).map_err(Reason::Phone)
}

#[cfg(test)]
mod tests {
    use recovery_rules::email::EmailProblem;
    use recovery_rules::phone::PhoneProblem;

    use super::*;

    const GOOD: [&str; 6] =
        ["Hartwell  Logistics", "Billing", "Zoë", "Łuczak", "Zoe@Hartwell.example", "07700 900123"];

    fn with(place: usize, text: &'static str) -> Result<Person, Reason> {
        let mut fields = GOOD;
        fields[place] = text;
        Person::parse(2, fields, Some("GB"))
    }

    #[test]
    fn a_good_line_is_read_and_folded() {
        let zoe = Person::parse(2, GOOD, Some("GB")).unwrap();
        assert_eq!((zoe.company.as_str(), zoe.kind), ("Hartwell Logistics", UserKind::Billing));
        assert_eq!((zoe.given_fold.as_str(), zoe.family_fold.as_str()), ("zoe", "luczak"));
        assert_eq!(
            (zoe.email.as_str(), zoe.email_fold.as_str()),
            ("Zoe@Hartwell.example", "zoe@hartwell.example")
        );
        assert_eq!(zoe.phone.as_deref(), Some("+447700900123"));
    }

    #[test]
    fn a_phone_number_may_be_missing_or_national_where_a_region_is_said() {
        assert_eq!(with(5, "").unwrap().phone, None);
        assert_eq!(Person::parse(2, GOOD, None).unwrap_err(), Reason::PhoneWithoutRegion);
        let mut fields = GOOD;
        fields[5] = "+353 85 012 3456";
        assert_eq!(Person::parse(2, fields, None).unwrap().phone.as_deref(), Some("+353850123456"));
        assert_eq!(with(5, "999").unwrap_err(), Reason::Phone(PhoneProblem::NotANumber));
        assert_eq!(with(5, "0909 879 0001").unwrap_err(), Reason::Phone(PhoneProblem::Kind));
    }

    #[test]
    fn every_field_has_its_reason() {
        assert_eq!(with(0, " ").unwrap_err(), Reason::Company(DisplayNameProblem::Empty));
        assert_eq!(with(1, "administrator").unwrap_err(), Reason::Role);
        assert_eq!(with(2, "a\u{202e}b").unwrap_err(), Reason::GivenName(DisplayNameProblem::Unsafe));
        assert_eq!(with(4, "zoe").unwrap_err(), Reason::Email(EmailProblem::At));
        assert!(with(2, "").is_ok() && with(3, "").is_ok());
        assert_eq!(
            Person::parse(2, ["A", "standard", " ", "", "a@b.example", ""], None).unwrap_err(),
            Reason::NoName
        );
    }
}
