//! Which texts may leave at all: the countries of the settings, and caps by number, account, block of numbers and
//! day. Spent when the mailer takes a text, which is the one way out for every one of them; the person at the page
//! then learns that it could not be sent and what else there is.

use recovery_rules::phone::PhoneNumber;
use recovery_rules::policy::Number;
use recovery_rules::time::Span;

use crate::failure::Stop;
use crate::store::counters::{self, Counter};
use crate::store::outbox::Message;
use crate::store::two_step;
use crate::work::Work;

/// Why a text may not leave, as one line for the message's row; nothing if it may.
pub(crate) async fn may_not_leave(
    message: &Message,
    work: &mut Work<'_>,
) -> Result<Option<&'static str>, Stop> {
    let Ok(number) = PhoneNumber::parse(&message.address, "GB") else {
        return Ok(Some("not sent: the number is not one"));
    };
    if let Some(settings) = &work.desk.settings.sms {
        let region = number.region().unwrap_or_default();
        if !settings.countries.contains(&region) {
            work.note("country", region);
            return Ok(Some("not sent: texts to this country are not set up"));
        }
    }
    let account = message.user_id.clone().unwrap_or_default();
    let day = Span::days(1);
    let mut caps = vec![
        (
            Counter::TextsANumber,
            number.as_str(),
            Number::TextsANumberADay,
            day,
            "not sent: too many texts to this number today",
        ),
        (
            Counter::TextsAnAccount,
            account.as_str(),
            Number::TextsAnAccountADay,
            day,
            "not sent: too many texts for this account today",
        ),
        (Counter::Texts, "all", Number::TextsADay, day, "not sent: all texts of this day are used"),
    ];
    // A number that somebody proved to have is no stranger's; a company's phones often stand in one block.
    if !is_second_step(&account, &number, work).await? {
        let hour = Span::hours(1);
        let reply = "not sent: too many texts to numbers like this one in the last hour";
        caps.insert(0, (Counter::TextsABlock, number.block(), Number::TextsABlockAnHour, hour, reply));
    }
    for (counter, about, limit, window, reply) in caps {
        let limit = work.policy.count(limit);
        let (keys, now) = (&work.desk.keys, work.now);
        if counters::spend_within(&mut work.tx, keys, counter, about, limit, window, now).await?.is_err() {
            work.note("text_cap", reply);
            return Ok(Some(reply));
        }
    }
    Ok(None)
}

async fn is_second_step(account: &str, number: &PhoneNumber, work: &mut Work<'_>) -> Result<bool, Stop> {
    if account.is_empty() {
        return Ok(false);
    }
    Ok(two_step::of(&mut work.tx, account).await?.phone.as_deref() == Some(number.as_str()))
}
