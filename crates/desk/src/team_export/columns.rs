//! The columns of an export and their words, once for both forms: what the screen shows, in its order.

use recovery_rules::time::Moment;

use crate::letters::ShownTimes;
use crate::operations::team::{MemberRow, MemberSign};

/// The first line.
pub(super) const HEADINGS: [&str; 12] = [
    "Name",
    "Email",
    "Kind",
    "Account",
    "2-step",
    "2-step since",
    "Security questions",
    "Last sign-in",
    "Member since",
    "Signs of a shared log-in",
    "Answered",
    "Added during the review",
];

/// A member's line.
pub(super) fn cells(member: &MemberRow, times: &ShownTimes) -> [String; 12] {
    let at = |at: i64| times.date_and_clock(Moment(at));
    [
        member.name.clone(),
        member.email.clone(),
        if member.kind == "billing" { "Billing user" } else { "User" }.to_owned(),
        if member.account == "locked" { "Locked" } else { "Active" }.to_owned(),
        match member.two_step.as_str() {
            "on" => "On",
            "off" => "Off",
            "to_be_set_up_again" => "Must be set up again",
            _ => "Never on",
        }
        .to_owned(),
        at(member.two_step_since),
        if member.questions_answered { "Answered" } else { "Not answered" }.to_owned(),
        member.last_sign_in_at.map_or_else(|| "Never".to_owned(), at),
        at(member.joined_at),
        member.signs.iter().map(sign).collect::<Vec<_>>().join("; "),
        member.sign_answer.as_ref().filter(|answer| answer.holds).map_or_else(String::new, |answer| {
            let what = match answer.answer.as_str() {
                "one_person" => "One person, several devices",
                "splitting" => "Shared, to be split",
                _ => "To be asked again",
            };
            format!("{what} ({}, {})", answer.by, at(answer.at))
        }),
        if member.added { "Yes" } else { "No" }.to_owned(),
    ]
}

fn sign(sign: &MemberSign) -> String {
    let MemberSign { counted, days_back, .. } = sign;
    if sign.sign == "same_phone" {
        format!("{counted} accounts of this company have the same phone")
    } else {
        format!("In use from distant networks at once on {counted} of {days_back} days")
    }
}
