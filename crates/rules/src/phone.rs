//! Phone numbers that a code can be sent to, in the form E.164.
//!
//! Whether a country is served at all, and how many codes a prefix gets, is policy and not here.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber as Parsed, PhoneNumberFormat, PhoneNumberType, Region};

use crate::mask::masked_phone_last_two;

/// Characters of typed text looked at.
const TEXT_MAXIMUM: usize = 40;

/// A valid mobile or fixed-line number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: String,
}

/// Why a text is no number that codes can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// Nothing typed.
    Empty,
    /// The default region is no region (a mistake in the settings, not of the user).
    Region,
    /// Letters, an extension, or other characters that no plain number has.
    Characters,
    /// No country code and no way to guess it, or a country code that isn't one.
    Country,
    /// No number that is in use anywhere: too short, too long, a short code, or an unknown prefix.
    NotANumber,
    /// Premium rate, shared cost, toll-free, pager, internet or personal number: costs money or can't take a code.
    Kind,
}

impl PhoneProblem {
    /// Stable code for wire and audit.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "phone_empty",
            Self::Region => "phone_region",
            Self::Characters => "phone_characters",
            Self::Country => "phone_country",
            Self::NotANumber => "phone_not_a_number",
            Self::Kind => "phone_kind",
        }
    }
}

/// The country whose national way of writing numbers is understood: two letters of ISO 3166-1, a country that has numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRegion(String);

impl Default for DefaultRegion {
    /// Great Britain, as in examples and demo data.
    fn default() -> Self {
        Self("GB".to_owned())
    }
}

impl DefaultRegion {
    /// Reads two letters, capital or small.
    ///
    /// # Errors
    /// [`PhoneProblem::Region`] if no country has them.
    pub fn parse(text: &str) -> Result<Self, PhoneProblem> {
        let code = text.trim().to_ascii_uppercase();
        let known = code.len() == 2
            && Region::from_code(&code)
                .is_ok_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some());
        if known { Ok(Self(code)) } else { Err(PhoneProblem::Region) }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How a mobile number is written there, for the hint beside a field. In Great Britain one that no phone has; elsewhere the
    /// example of libphonenumber's tables.
    pub fn example(&self) -> Option<String> {
        if self.0 == "GB" {
            return Some("07700 900123".to_owned());
        }
        let region = Region::from_code(&self.0).ok()?;
        let number =
            PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, PhoneNumberType::Mobile).ok()?;
        Some(number.format_as(PhoneNumberFormat::National).into_owned())
    }
}

impl PhoneNumber {
    /// Reads a number as typed: international (`+44 7700 900123`, also `00…` where the region dials so), or
    /// national for `default_region`, two letters of ISO 3166-1 such as `GB`.
    ///
    /// # Errors
    /// The first `PhoneProblem` found.
    pub fn parse(text: &str, default_region: &str) -> Result<Self, PhoneProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneProblem::Empty);
        }
        // The library would read letters as keys (`0800 FLOWERS`) and `x12` as an extension.
        if text.chars().count() > TEXT_MAXIMUM || !text.chars().all(is_part_of_a_number) {
            return Err(PhoneProblem::Characters);
        }
        let region = Region::from_code(default_region).map_err(|_| PhoneProblem::Region)?;
        let parsed = Parsed::parse(text, Some(region)).map_err(|problem| match problem {
            rlibphonenumber::ParseError::InvalidCountryCode => PhoneProblem::Country,
            _ => PhoneProblem::NotANumber,
        })?;
        let number = Self { e164: parsed.format_as(PhoneNumberFormat::E164).into_owned() };
        if number.is_for_examples() {
            return Ok(number);
        }
        if !parsed.is_valid() {
            return Err(PhoneProblem::NotANumber);
        }
        match parsed.get_type() {
            PhoneNumberType::Mobile | PhoneNumberType::FixedLine | PhoneNumberType::FixedLineOrMobile => {
                Ok(number)
            }
            _ => Err(PhoneProblem::Kind),
        }
    }

    /// Ofcom keeps the mobile numbers 07700 900000 to 900999 for drama; libphonenumber calls them invalid. They
    /// are accepted because demo data and examples consist of them: no phone has one, so a code sent there reaches nobody.
    pub fn is_for_examples(&self) -> bool {
        self.e164.len() == 13 && self.e164.starts_with("+447700900")
    }

    /// The two letters of the country that the number belongs to, such as `GB`; none if no country has it.
    pub fn region(&self) -> Option<String> {
        if self.is_for_examples() {
            return Some("GB".to_owned());
        }
        let parsed = Parsed::parse(&self.e164, None::<Region>).ok()?;
        parsed.get_region_code().map(|region| region.to_string())
    }

    /// The number without its last four digits: a block of ten thousand, as operators are given them. Numbers
    /// that fraud makes money of come in such blocks.
    pub fn block(&self) -> &str {
        &self.e164[..self.e164.len() - 4]
    }

    /// `+` and digits: for storing, comparing and the gateway.
    pub fn as_str(&self) -> &str {
        &self.e164
    }

    /// What screens may show of it: `•••• 42`.
    pub fn masked(&self) -> String {
        masked_phone_last_two(&self.e164)
    }

    /// The last two digits, which the user sees when a code was sent.
    pub fn last_two(&self) -> &str {
        &self.e164[self.e164.len() - 2..]
    }

    /// The last four digits, by which the look-up finds it beside a name.
    pub fn last_four(&self) -> &str {
        &self.e164[self.e164.len() - 4..]
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

fn is_part_of_a_number(c: char) -> bool {
    c.is_numeric()
        || c.is_whitespace()
        || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '＋')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gb(text: &str) -> Result<String, PhoneProblem> {
        PhoneNumber::parse(text, "GB").map(|number| number.as_str().to_owned())
    }

    #[test]
    fn a_default_region_is_a_country_that_has_numbers() {
        assert_eq!(DefaultRegion::parse(" de ").unwrap().as_str(), "DE");
        assert_eq!(DefaultRegion::default().as_str(), "GB");
        for text in ["", "Britain", "ZZ", "G", "001", "ÄÖ"] {
            assert_eq!(DefaultRegion::parse(text), Err(PhoneProblem::Region), "{text}");
        }
    }

    #[test]
    fn the_example_of_a_region_is_a_number_there() {
        for code in ["GB", "IE", "DE", "FR", "US", "TR", "JP"] {
            let example = DefaultRegion::parse(code).unwrap().example().unwrap();
            assert!(!example.contains('+'), "{example}");
            assert_eq!(
                PhoneNumber::parse(&example, code).unwrap().region().as_deref(),
                Some(code),
                "{example}"
            );
        }
    }

    #[test]
    fn d3_3_one_number_however_it_is_typed() {
        for text in [
            "07700 900123",
            "+447700900123",
            " +44 (0) 7700 900-123 ",
            "0044 7700 900123",
            "+44 7700.900123",
            "０７７００９００１２３",
        ] {
            assert_eq!(gb(text), Ok("+447700900123".to_owned()), "{text}");
        }
    }

    #[test]
    fn forty_characters_are_read_and_one_more_is_not() {
        let spaced = |room: usize| format!("+44{}7700900123", " ".repeat(room));
        assert_eq!(gb(&spaced(27)), Ok("+447700900123".to_owned()));
        assert_eq!(gb(&spaced(28)), Err(PhoneProblem::Characters));
    }

    #[test]
    fn numbers_of_other_countries_need_their_code() {
        assert_eq!(gb("+353 85 012 3456"), Ok("+353850123456".to_owned()));
        assert_eq!(gb("+1 202-555-0173"), Ok("+12025550173".to_owned()));
        assert_eq!(gb("020 7183 8750"), Ok("+442071838750".to_owned()), "a fixed line can be called");
        assert_eq!(PhoneNumber::parse("085 012 3456", "IE").unwrap().as_str(), "+353850123456");
        assert_eq!(PhoneNumber::parse("07700 900123", "ZZ1").unwrap_err(), PhoneProblem::Region);
        assert_eq!(gb("+999 1234567"), Err(PhoneProblem::Country));
    }

    #[test]
    fn d3_3_letters_short_codes_and_premium_rate_are_refused() {
        assert_eq!(gb(""), Err(PhoneProblem::Empty));
        for letters in [
            "0800 FLOWERS",
            "07700 90012E",
            "07700 900123 x4",
            "07700 900123 ext. 4",
            "tel:+447700900123",
            "07700900123;12",
        ] {
            assert_eq!(gb(letters), Err(PhoneProblem::Characters), "{letters}");
        }
        for short in ["999", "60606", "1", "12345", "077009", "+44"] {
            assert_eq!(gb(short), Err(PhoneProblem::NotANumber), "{short}");
        }
        for kind in ["0909 879 0001", "0800 123 4567", "0843 123 4567", "070 1234 5678", "056 1234 5678"] {
            assert_eq!(gb(kind), Err(PhoneProblem::Kind), "{kind}");
        }
        assert!(gb("07700 900123 4567 8901 2345").is_err());
    }

    #[test]
    fn numbers_kept_for_drama_are_accepted_and_known_as_such() {
        assert!(PhoneNumber::parse("07700 900999", "GB").unwrap().is_for_examples());
        assert!(!PhoneNumber::parse("07400 123456", "GB").unwrap().is_for_examples());
        assert_eq!(gb("07700 901000"), Err(PhoneProblem::NotANumber));
        assert_eq!(gb("07700 90012"), Err(PhoneProblem::NotANumber));
    }

    #[test]
    fn a_number_knows_its_country_and_its_block() {
        for (text, region) in
            [("+447700900123", "GB"), ("+12025550173", "US"), ("+16132345678", "CA"), ("+353850123456", "IE")]
        {
            let number = PhoneNumber::parse(text, "GB").unwrap();
            assert_eq!(number.region().as_deref(), Some(region), "{text}");
            assert_eq!(format!("{}{}", number.block(), number.last_four()), text);
        }
    }

    #[test]
    fn only_the_last_digits_show() {
        let number = PhoneNumber::parse("07700 900142", "GB").unwrap();
        assert_eq!((number.last_two(), number.last_four()), ("42", "0142"));
        assert_eq!(number.masked(), "•••• 42");
        assert_eq!(format!("{number:?}"), "PhoneNumber(•••• 42)");
    }

    proptest! {
        #[test]
        fn an_accepted_number_reads_the_same_in_any_region(text in "[+0][0-9 ()-]{6,16}") {
            if let Ok(number) = PhoneNumber::parse(&text, "GB") {
                prop_assert!(number.as_str().len() >= 6 && number.as_str()[1..].bytes().all(|b| b.is_ascii_digit()));
                prop_assert_eq!(PhoneNumber::parse(number.as_str(), "US").unwrap(), number);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = PhoneNumber::parse(&text, "GB");
        }
    }
}
