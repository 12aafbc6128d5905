//! `import`: users from a CSV file. Says every bad line with its reason, or what came of it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use recovery_desk::import::{BadLines, Reason, Watch, look_through};
use recovery_desk::operations::import_users::{ImportUsers, Imported};
use recovery_desk::words::field_problem;
use recovery_rules::display_name::DisplayName;
use recovery_rules::phone::DefaultRegion;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::Door;

use super::database::Opened;
use super::progress::Progress;
use super::{CALLER, CommandError, Ended};
use crate::output::{line, problem};

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(200);

/// Which file.
#[derive(Args)]
pub struct Import {
    /// CSV in UTF-8; its first line names the columns company, role, given_name, family_name, email, phone.
    file: PathBuf,
    /// The country whose national format phone numbers are written in, such as GB. Without one, numbers begin with + and
    /// the country code.
    #[arg(long, env = "RECOVERY_DESK_DEFAULT_REGION", value_parser = region)]
    region: Option<DefaultRegion>,
    #[command(flatten)]
    opened: Opened,
}

/// Runs it.
pub async fn run(asked: Import) -> Result<Ended, CommandError> {
    let Import { file, region, opened } = asked;
    let region = region.map(|region| region.as_str().to_owned());
    let desk = opened.desk().await?;
    if desk.demo {
        return Err(recovery_desk::words::refusal(&Refusal::NotInDemo).into());
    }
    let watch = Watch::default();
    let (path, of, chance) = (file.clone(), region.clone(), desk.chance.clone());
    let size = i64::try_from(std::fs::metadata(&file).map_or(0, |file| file.len())).unwrap_or(i64::MAX);
    let seen = watch.clone();
    let looking = tokio::task::spawn_blocking(move || look_through(&path, of.as_deref(), &chance, &seen));
    let looked = watched(looking, "bytes looked through", &watch, size).await???;
    if !looked.bad.none() {
        return Ok(say_bad_lines(&looked.bad));
    }

    let watch = Watch::default();
    let request = ImportUsers { path: file, region, digest: hex(&looked.digest), watch: watch.clone() };
    let importing = async { desk.perform(&CALLER, Door::System, None, request).await };
    let people = i64::try_from(looked.people).unwrap_or(i64::MAX);
    match watched(importing, "lines", &watch, people).await? {
        Ok(imported) => {
            say_imported(imported);
            Ok(Ended::Well)
        }
        Err(failure) if failure.refusal() == Some(&Refusal::ImportBadLines) => {
            Ok(say_bad_lines(&watch.bad_lines()))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Waits for `work` and moves the bar meanwhile.
async fn watched<T>(
    work: impl Future<Output = T>,
    what: &'static str,
    watch: &Watch,
    all: i64,
) -> Result<T, CommandError> {
    let progress = Progress::new(what);
    let mut ticks = tokio::time::interval(TICK);
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = ticks.tick() => progress.at(i64::try_from(watch.done()).unwrap_or(i64::MAX), all),
        }
    };
    progress.done();
    Ok(done)
}

fn say_imported(imported: Imported) {
    let Imported { created, updated, unchanged, closed, companies } = imported;
    line(format!(
        "{created} users are new, {updated} updated, {unchanged} unchanged; {companies} new companies."
    ));
    if closed > 0 {
        line(format!("{closed} of the unchanged have closed accounts; an import opens none."));
    }
    if created > 0 {
        line("New users have no password: each chooses the first one through Forgot password.");
    }
}

fn say_bad_lines(bad: &BadLines) -> Ended {
    for line in &bad.listed {
        problem(format!("Line {}: {}", line.line, reason(&line.reason)));
    }
    if bad.more > 0 {
        problem(format!("… and {} more bad lines.", bad.more));
    }
    problem("Nothing was imported. Mend these lines and import the whole file again.");
    Ended::FoundWrong
}

/// The sentence of a reason.
fn reason(reason: &Reason) -> String {
    let sentence = match reason {
        Reason::NotUtf8 => "These bytes are not UTF-8 text. Save the file as CSV in UTF-8.",
        Reason::Fields { found, wanted } => {
            return format!(
                "It has {found} fields, the first line has {wanted}. A field with the separator in it needs quotation marks."
            );
        }
        Reason::Company(problem) => return format!("company: {}", field_problem(problem.code())),
        Reason::Role => "role: write standard or billing.",
        Reason::GivenName(problem) => return format!("given_name: {}", field_problem(problem.code())),
        Reason::FamilyName(problem) => return format!("family_name: {}", field_problem(problem.code())),
        Reason::NoName => "Write a given name, a family name, or both.",
        Reason::Email(problem) => return format!("email: {}", field_problem(problem.code())),
        Reason::Phone(problem) => return format!("phone: {}", field_problem(problem.code())),
        Reason::PhoneWithoutRegion => {
            "phone: begin with + and the country code, or say the country of all such numbers with --region."
        }
        Reason::EmailTwice { line } => return format!("email: the same address stands in line {line}."),
        Reason::OtherCompany => {
            "This address belongs to a user of another company. An import moves nobody; write that company."
        }
        Reason::EmailHeld => {
            "An account had this address until a few days ago, and its owner can still take it back. Write the account's new address, or import the line in a few days."
        }
        Reason::OtherRole => {
            "The user of this address has the other role. An import changes no role; write the one they have."
        }
        Reason::CompanySpelled { there } => {
            return format!(
                "company: it is spelled “{}” already. Write it the same way.",
                DisplayName::inert(there)
            );
        }
        Reason::CompanyTwice => "company: there are two of this name, so it can't be told which is meant.",
    };
    sentence.to_owned()
}

/// A region that numbers can be read in.
pub fn region(text: &str) -> Result<DefaultRegion, String> {
    DefaultRegion::parse(text).map_err(|_| "write two letters, such as GB, DE or US".to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use recovery_rules::phone::PhoneProblem;

    #[test]
    fn a_region_is_two_letters_of_a_country() {
        assert_eq!(region("gb").unwrap().as_str(), "GB");
        assert!(region("Britain").is_err());
    }

    #[test]
    fn every_problem_with_a_number_has_a_sentence_of_its_own() {
        let fallback = field_problem("no such problem");
        for problem in
            [PhoneProblem::Characters, PhoneProblem::Country, PhoneProblem::NotANumber, PhoneProblem::Kind]
        {
            assert_ne!(field_problem(problem.code()), fallback, "{problem:?}");
        }
    }
}
