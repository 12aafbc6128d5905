//! Importing users: a whole CSV file in one transaction, or nothing of it. New addresses become users without a
//! password (the first one is chosen through *Forgot password*); known ones keep everything but their names. Nobody is
//! moved to another company and no role is changed: either would hand an account to somebody else.
//!
//! A phone number is no factor before its code was verified, so it goes into `users.offered_phone`, which nothing
//! searches and nobody is shown: it is only offered when the user turns 2-step on.

use std::collections::HashMap;
use std::path::PathBuf;

use recovery_rules::fold::search_fold;
use recovery_rules::refusal::Refusal;
use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::failure::{Fault, Stop};
use crate::id::ids_of_moment;
use crate::import::{ImportFile, Person, Reason, Watch};
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::imported_users::{self as store, Existing, NewUser};
use crate::store::{companies, meta};
use crate::work::Work;

/// Batches that wait between the thread that reads the file and the transaction.
const BATCHES_AHEAD: usize = 8;
/// Companies remembered; more are looked up again.
const COMPANIES_REMEMBERED: usize = 20_000;

/// Imports a file that was looked through before.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportUsers {
    /// The file.
    pub path: PathBuf,
    /// The region of numbers in national format, such as `GB`.
    pub region: Option<String>,
    /// SHA-256 of the file as it was looked through, in hex; another file is refused.
    pub digest: String,
    /// Hears how far it is, and which lines the database refuses.
    #[serde(skip)]
    pub watch: Watch,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Users that are new.
    pub created: u64,
    /// Users whose name, or number to be offered, is another one now.
    pub updated: u64,
    /// Users who are as they were.
    pub unchanged: u64,
    /// Of these, users whose account is closed; an import opens none.
    pub closed: u64,
    /// Companies that are new.
    pub companies: u64,
}

impl Operation for ImportUsers {
    const NAME: &'static str = "import_users";
    const WHO: Who = Who::System;
    const DOORS: &'static [Door] = &[Door::System];
    // The same file again finds everybody there.
    const KIND: Kind = Kind::ChangeOnce;
    type Answer = Imported;
    type Shape = PlainShape;
}

impl Plain for ImportUsers {
    async fn run(self, work: &mut Work<'_>) -> Result<Imported, Stop> {
        if work.desk.demo {
            return Err(Refusal::NotInDemo.into());
        }
        // One import at a time: two could each make the same new company.
        meta::lock(&mut work.tx, "kind").await?;
        let (to_here, mut batches) = mpsc::channel(BATCHES_AHEAD);
        let (path, region, batch) = (self.path.clone(), self.region.clone(), store::batch(&work.tx));
        let reading = tokio::task::spawn_blocking(move || read(path, region, batch, &to_here));
        let mut import = Import { watch: self.watch.clone(), ..Import::default() };
        while let Some(people) = batches.recv().await {
            import.batch(work, people).await?;
        }
        let digest = reading.await.map_err(|error| Fault::Stored(error.to_string()))?;
        if digest.as_deref() != Some(self.digest.as_str()) {
            return Err(Refusal::ImportFileChanged.into());
        }
        if !self.watch.bad_lines().none() {
            return Err(Refusal::ImportBadLines.into());
        }
        let (first, last) = ids_of_moment(work.now);
        store::without_two_step(&mut work.tx, &first, &last, work.now).await?;
        let counts = import.counts;
        for (name, count) in [
            ("created", counts.created),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("companies", counts.companies),
        ] {
            work.note(name, count);
        }
        work.note("file_sha256", self.digest);
        Ok(counts)
    }
}

/// Reads the file in batches, and gives its digest if all of it could be read and every line is good.
fn read(
    path: PathBuf,
    region: Option<String>,
    batch: usize,
    to: &mpsc::Sender<Vec<Person>>,
) -> Option<String> {
    let mut file = ImportFile::open(&path).ok()?;
    let mut people = Vec::with_capacity(batch);
    while let Some(line) = file.next_line().ok()? {
        let number = line.number;
        people.push(line.fields.and_then(|fields| Person::parse(number, fields, region.as_deref())).ok()?);
        if people.len() == batch {
            to.blocking_send(std::mem::replace(&mut people, Vec::with_capacity(batch))).ok()?;
        }
    }
    to.blocking_send(people).ok()?;
    Some(file.digest().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[derive(Default)]
struct Import {
    watch: Watch,
    counts: Imported,
    done: u64,
    companies: HashMap<String, String>,
}

impl Import {
    async fn batch(&mut self, work: &mut Work<'_>, people: Vec<Person>) -> Result<(), Stop> {
        self.done += people.len() as u64;
        let mut lines = Vec::with_capacity(people.len());
        let mut users = Vec::with_capacity(people.len());
        for person in people {
            match self.company(work, &person.company).await? {
                Ok(company_id) => {
                    lines.push(person.line);
                    users.push(new_user(work, company_id, person));
                }
                Err(reason) => self.watch.bad(person.line, reason),
            }
        }
        let inserted = store::insert(&mut work.tx, users.clone(), work.now).await?;
        self.counts.created += inserted;
        if inserted < users.len() as u64 {
            self.compare(work, &lines, users).await?;
        }
        self.watch.at(self.done);
        Ok(())
    }

    /// Those of a batch whose address was there before.
    async fn compare(&mut self, work: &mut Work<'_>, lines: &[u64], users: Vec<NewUser>) -> Result<(), Stop> {
        let folds = users.iter().map(|user| user.email_fold.clone()).collect();
        let known: HashMap<_, _> = store::existing(&mut work.tx, folds)
            .await?
            .into_iter()
            .map(|existing| (existing.email_fold.clone(), existing))
            .collect();
        for (line, user) in lines.iter().zip(users) {
            let Some(existing) = known.get(&user.email_fold).filter(|existing| existing.id != user.id) else {
                continue;
            };
            match comparison(existing, &user) {
                Comparison::Refused(reason) => self.watch.bad(*line, reason),
                Comparison::Same => self.counts.unchanged += 1,
                Comparison::Closed => {
                    self.counts.unchanged += 1;
                    self.counts.closed += 1;
                }
                Comparison::Changed => {
                    store::update(&mut work.tx, &existing.id, &user).await?;
                    self.counts.updated += 1;
                }
            }
        }
        Ok(())
    }

    /// The company of that name, made if there is none. Nearly the same name is refused: a slip of the pen would make a
    /// second company, whose billing users see nothing of the first.
    async fn company(&mut self, work: &mut Work<'_>, name: &str) -> Result<Result<String, Reason>, Stop> {
        if let Some(id) = self.companies.get(name) {
            return Ok(Ok(id.clone()));
        }
        let fold = search_fold(name);
        let there = companies::by_fold(&mut work.tx, &fold).await?;
        let mut same = there.iter().filter(|company| company.name == name);
        let id = match (same.next(), same.next(), there.first()) {
            (Some(_), Some(_), _) => return Ok(Err(Reason::CompanyTwice)),
            (Some(company), None, _) => company.id.clone(),
            (None, _, Some(other)) => return Ok(Err(Reason::CompanySpelled { there: other.name.clone() })),
            (None, _, None) => {
                let company = companies::Company::new(work.new_id(), name.to_owned());
                companies::insert(&mut work.tx, &company, &fold, work.now).await?;
                self.counts.companies += 1;
                company.id
            }
        };
        if self.companies.len() >= COMPANIES_REMEMBERED {
            self.companies.clear();
        }
        self.companies.insert(name.to_owned(), id.clone());
        Ok(Ok(id))
    }
}

fn new_user(work: &Work<'_>, company_id: String, person: Person) -> NewUser {
    NewUser {
        id: work.new_id(),
        company_id,
        kind: person.kind.name(),
        given_name: person.given_name,
        family_name: person.family_name,
        given_fold: person.given_fold,
        family_fold: person.family_fold,
        email: person.email.as_str().to_owned(),
        email_fold: person.email_fold,
        offered_phone: person.phone,
    }
}

enum Comparison {
    Refused(Reason),
    Same,
    Closed,
    Changed,
}

fn comparison(existing: &Existing, user: &NewUser) -> Comparison {
    if existing.company_id != user.company_id {
        return Comparison::Refused(Reason::OtherCompany);
    }
    if existing.kind != user.kind {
        return Comparison::Refused(Reason::OtherRole);
    }
    if existing.account == "closed" {
        return Comparison::Closed;
    }
    // While 2-step is on there is a verified number, and nothing to offer.
    let phone_differs = user.offered_phone.is_some()
        && user.offered_phone != existing.offered_phone
        && existing.two_step.as_deref() != Some("on");
    let same_names = (&existing.given_name, &existing.family_name) == (&user.given_name, &user.family_name);
    if same_names && !phone_differs { Comparison::Same } else { Comparison::Changed }
}
