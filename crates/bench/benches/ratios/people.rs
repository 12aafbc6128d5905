//! Invented people in any number: names as unevenly spread as real ones, the same ones in every run.

use recovery_desk::desk::Desk;
use recovery_desk::id::new_id;
use recovery_desk::store::companies::{self, Company};
use recovery_desk::store::imported_users::{self, NewUser};
use recovery_rules::fold::search_fold;
use recovery_rules::time::Moment;

const GIVEN: [&str; 40] = [
    "Maria", "Mark", "Martin", "Mary", "Anna", "Ann", "Andrew", "Ali", "Priya", "James", "John", "Joao",
    "Zoë", "Li", "Wei", "Fatima", "Omar", "Sofia", "Sara", "Samuel", "Lucas", "Lucia", "Emma", "Emil",
    "Noah", "Nora", "Oliver", "Olga", "Peter", "Petra", "Rosa", "Rahul", "Tomás", "Tara", "Victor", "Vera",
    "Yusuf", "Yuki", "Hans", "Hanna",
];
const FIRST: [&str; 24] = [
    "Mar", "Smi", "Li", "Gar", "Mül", "Ra", "Sha", "Joh", "Wil", "Bro", "Tay", "And", "Hal", "Ker", "Lop",
    "Nov", "Ol", "Per", "Qui", "Ros", "San", "Tor", "Ver", "Zim",
];
const SECOND: [&str; 20] = [
    "th", "cia", "ler", "man", "ma", "son", "lia", "wn", "lor", "ers", "den", "gan", "ez", "ák", "sen",
    "eira", "ntana", "si", "chez", "mer",
];
/// Letters that make a name in five a rarer one.
const THIRD: [&str; 16] =
    ["", "", "", "", "s", "a", "o", "berg", "ton", "ley", "field", "ini", "ović", "stein", "wood", "ström"];

/// A generator that gives the same numbers in every run (xorshift64*, G. Marsaglia 2003).
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2_685_821_657_736_338_717) | 1)
    }

    /// A number below `bound`.
    pub const fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(2_685_821_657_736_338_717) >> 33) as usize % bound
    }

    /// One of these, the first ones far more often: the index is the smaller of two.
    fn uneven<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len()).min(self.below(of.len()))]
    }
}

/// A person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Address.
    pub email: String,
    /// The number of the company.
    pub company: usize,
    /// National number of Britain.
    pub phone: String,
}

/// Person number `n` of so many.
pub fn person(n: usize, of: usize) -> Person {
    let mut numbers = Numbers::new(n as u64 + 1);
    for _ in 0..4 {
        numbers.below(2);
    }
    let given = numbers.uneven(&GIVEN).to_owned();
    let family = format!("{}{}{}", numbers.uneven(&FIRST), numbers.uneven(&SECOND), numbers.uneven(&THIRD));
    let company = numbers.below(companies_of(of));
    let (first, last) = (ascii(&given), ascii(&family));
    let email = format!("{first}.{last}.{n}@company-{company}.example");
    // Ofcom's numbers for drama are a thousand; these are of an allocated range, and nobody is ever called.
    Person { given, family, email, company, phone: format!("07400 {:06}", numbers.below(1_000_000)) }
}

/// Companies for so many people.
pub const fn companies_of(people: usize) -> usize {
    people / 25 + 1
}

/// A company's name.
pub fn company_name(number: usize) -> String {
    const KINDS: [&str; 8] =
        ["Logistics", "Market Hall", "Studio", "Bakery", "Partners", "Works", "Supplies", "Clinic"];
    let mut numbers = Numbers::new(number as u64 + 77);
    let first = format!("{}{}", numbers.uneven(&FIRST), numbers.uneven(&SECOND));
    format!("{first} {} {number}", numbers.uneven(&KINDS))
}

/// Writes so many people into a database, in one transaction, by many-row statements and nothing else: what an import is held
/// against, and enough for a million (`seed` is for more). Gives every thousandth id.
pub async fn write(desk: &Desk, count: usize) -> Vec<String> {
    let now = desk.clock.machine();
    let mut tx = desk.database.begin().await.unwrap();
    let ids = companies(desk, &mut tx, count, now).await;
    let batch = imported_users::batch(&tx);
    let mut sample = Vec::new();
    let mut rows = Vec::with_capacity(batch);
    for n in 0..count {
        let row = row(new_id(now, &desk.chance), n, count, &ids);
        if n % 1_000 == 0 {
            sample.push(row.id.clone());
        }
        rows.push(row);
        if rows.len() == batch || n + 1 == count {
            imported_users::insert(&mut tx, std::mem::take(&mut rows), now).await.unwrap();
        }
    }
    let (first, last) = recovery_desk::id::ids_of_moment(now);
    imported_users::without_two_step(&mut tx, &first, &last, now).await.unwrap();
    tx.commit().await.unwrap();
    sample
}

async fn companies(
    desk: &Desk,
    tx: &mut recovery_desk::database::Tx,
    people: usize,
    now: Moment,
) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..companies_of(people) {
        let name = company_name(number);
        let company = Company::new(new_id(now, &desk.chance), name.clone());
        companies::insert(tx, &company, &search_fold(&name), now).await.unwrap();
        ids.push(company.id);
    }
    ids
}

/// The row of person number `n` of so many.
pub fn row(id: String, n: usize, of: usize, companies: &[String]) -> NewUser {
    let Person { given, family, email, company, phone } = person(n, of);
    NewUser {
        id,
        company_id: companies[company].clone(),
        kind: "standard",
        given_fold: search_fold(&given),
        family_fold: search_fold(&family),
        given_name: given,
        family_name: family,
        email_fold: email.clone(),
        email,
        offered_phone: Some(format!("+44{}", phone[1..].replace(' ', ""))),
    }
}

fn ascii(name: &str) -> String {
    search_fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}
