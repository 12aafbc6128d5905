//! A review of the team: a snapshot, signed off by whoever saw it, exported as it was shown (D12.3, D12.4); pages of a
//! large company; and the same through the desk API.

use recovery_desk::caller::Caller;
use recovery_desk::database::sql;
use recovery_desk::letters::ShownTimes;
use recovery_desk::operations::team::{
    AnswerSigns, ExportPage, ExportReview, InviteMember, MemberRow, ReadReviews, ReadTeam, SignOffReview,
    StartReview,
};
use recovery_desk::team_export::{ExportProblem, Format, export};
use recovery_rules::states::TwoStep;
use recovery_rules::time::Span;
use serde_json::json;

use crate::harness::biller::{Biller, GRACE, grace, member, shown, sign_in, world};
use crate::harness::fixtures::NewUser;
use crate::harness::{Engine, PASSWORD, World, on_both_databases, refused};

const ANN: &str = "ann@hartwell.example";

fn sign_off(review_id: &str, digest: &str) -> SignOffReview {
    SignOffReview {
        review_id: review_id.to_owned(),
        digest: digest.to_owned(),
        note: "Third quarter".to_owned(),
    }
}

async fn whole(ours: &Biller, asked: ReadTeam) -> Vec<MemberRow> {
    let (mut rows, mut asked) = (Vec::new(), asked);
    loop {
        let page = ours.ask(asked.clone()).await.unwrap();
        rows.extend(page.members);
        match page.next {
            Some(next) => asked.after = Some(next),
            None => return rows,
        }
    }
}

pub async fn to_file(
    ours: &Biller,
    asked: &ReadTeam,
    format: Format,
    to: &std::path::Path,
) -> Result<usize, ExportProblem<recovery_desk::failure::Failure>> {
    let times = ShownTimes::utc();
    let next = async |after: Option<String>| -> Result<ExportPage, recovery_desk::failure::Failure> {
        let shown = ReadTeam { after, ..asked.clone() };
        ours.ask(ExportReview { shown, format: format.name().to_owned() }).await
    };
    export(format, &times, to, next).await.map(|exported| exported.members)
}

/// Names and addresses in the order of a CSV file.
pub fn read_csv(path: &std::path::Path) -> Vec<Vec<String>> {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Prints every sheet of a workbook as JSON: its name, and its rows of text.
const EVERY_CELL: &str = r#"
import json, re, sys, zipfile
import xml.etree.ElementTree as tree
book = zipfile.ZipFile(sys.argv[1])
n = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
shared = [''.join(t.text or '' for t in item.iter(n + 't')) for item in tree.fromstring(book.read('xl/sharedStrings.xml'))]
sheets = {}
for number, sheet in enumerate(tree.fromstring(book.read('xl/workbook.xml')).find(n + 'sheets'), 1):
    rows = []
    for row in tree.fromstring(book.read(f'xl/worksheets/sheet{number}.xml')).iter(n + 'row'):
        cells = []
        for cell in row:
            assert cell.get('t') in ('s', None) and cell.find(n + 'f') is None, 'a cell that is no text'
            value = cell.find(n + 'v')
            text = '' if value is None else shared[int(value.text)]
            # An empty cell is not written at all.
            column = ord(cell.get('r')[0]) - ord('A')
            cells += [''] * (column - len(cells))
            cells.append(re.sub('_x([0-9A-F]{4})_', lambda found: chr(int(found[1], 16)), text))
        rows.append(cells)
    sheets[sheet.get('name')] = rows
print(json.dumps(sheets))
"#;

fn read_workbook(path: &std::path::Path) -> std::collections::BTreeMap<String, Vec<Vec<String>>> {
    let read = std::process::Command::new("python3").args(["-c", EVERY_CELL]).arg(path).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}

/// So many members of Hartwell beside those there are, by hand: no import is tried here.
pub async fn many(world: &World, how_many: i64) {
    let mut tx = world.desk.database.begin().await.unwrap();
    let users = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1)
        INSERT INTO users (id, company_id, kind, given_name, family_name, given_fold, family_fold, email, email_fold,
                           account, security_epoch, created_at)
        SELECT 'member-' || CAST(100000 + i AS TEXT), (SELECT id FROM companies WHERE name = 'Hartwell Logistics'), 'standard', 'Member',
          'No' || CAST(100000 + i AS TEXT), 'member', 'no' || CAST(100000 + i AS TEXT), 'm' || CAST(i AS TEXT) || '@hartwell.example',
          'm' || CAST(i AS TEXT) || '@hartwell.example', 'active', 1, 1000 FROM n";
    assert_eq!(sql(users).bind(how_many).run(&mut tx).await.unwrap(), how_many as u64);
    let two_step = "INSERT INTO two_step (user_id, state, changed_at) SELECT id, 'never', 1000 FROM users WHERE id LIKE 'member-%'";
    sql(two_step).run(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn d12_3_a_review_is_a_snapshot_marks_who_came_later_and_is_signed_as_it_was_seen(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let review = ours.ask(StartReview {}).await.unwrap();
        assert_eq!((review.counts.members, review.counts.two_step_on, review.counts.added), (2, 1, 0));
        assert_eq!((review.started_by.as_str(), review.signed_by.as_deref()), ("Grace Obi", None));
        assert_eq!(refused(ours.ask(StartReview {}).await), "review_open");
        // What changes afterwards is not what this review saw.
        world.change("UPDATE two_step SET state = 'to_be_set_up_again' WHERE user_id = $1", &ann).await;
        let nia = InviteMember { given_name: "Nia".to_owned(), family_name: "Cole".to_owned(), email: "nia@hartwell.example".to_owned() };
        ours.ask(nia).await.unwrap();
        assert_eq!(refused(ours.ask(sign_off(&review.review_id, &review.digest)).await), "changed_meanwhile", "Nia was not seen");
        let page = ours.ask(shown(Some(&review.review_id), "all")).await.unwrap();
        let rows: Vec<_> = page.members.iter().map(|row| (row.email.as_str(), row.two_step.as_str(), row.added)).collect();
        assert_eq!(rows, [(ANN, "never", false), ("nia@hartwell.example", "never", true), (GRACE, "on", false)]);
        let added = ours.ask(shown(Some(&review.review_id), "added")).await.unwrap().members;
        assert_eq!(added.len(), 1);
        let seen = page.review.unwrap();
        world.later(Span::minutes(5));
        let signed = ours.ask(sign_off(&review.review_id, &seen.digest)).await.unwrap();
        assert_eq!((signed.signed_by.as_deref(), signed.counts.members, signed.counts.added), (Some("Grace Obi"), 3, 1));
        assert_eq!((signed.signed_at.unwrap() - signed.started_at, signed.note.as_str()), (300_000, "Third quarter"));
        assert_eq!(refused(ours.ask(sign_off(&review.review_id, &seen.digest)).await), "review_signed");
        // It stays as it was seen, whatever happens afterwards.
        world.change("UPDATE two_step SET state = 'off' WHERE user_id = $1", &ann).await;
        let after = ours.ask(shown(Some(&review.review_id), "all")).await.unwrap();
        assert_eq!((after.members, after.review.unwrap()), (page.members, signed.clone()));
        let audited = world.audit().await;
        let entry = audited.iter().find(|row| row.operation == "sign_off_review" && row.result == "done").unwrap();
        assert!(entry.detail.as_ref().unwrap().contains(&signed.digest), "who, when and what");
        // The next one begins anew.
        let ours = sign_in(&world, &gateway, GRACE).await;
        ours.ask(StartReview {}).await.unwrap();
        let list = ours.ask(ReadReviews { before: None }).await.unwrap().reviews;
        assert_eq!(list.iter().map(|row| row.signed_at.is_some()).collect::<Vec<_>>(), [false, true]);
    }

    async fn d12_3_an_export_equals_the_screen_and_d12_4_holds_no_formula(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        world.change("UPDATE users SET given_name = '=HYPERLINK(\"https://evil.example\",\"x\")', family_name = '' WHERE id = $1", &ann).await;
        many(&world, 1_200).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let review = ours.ask(StartReview {}).await.unwrap();
        let asked = ReadTeam { sort: "email".to_owned(), descending: true, ..shown(Some(&review.review_id), "without_two_step") };
        let screen = whole(&ours, asked.clone()).await;
        assert_eq!(screen.len(), 1_201);
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.csv");
        assert_eq!(to_file(&ours, &asked, Format::Csv, &to).await.unwrap(), 1_201);
        let lines = read_csv(&to);
        let shown_mails: Vec<_> = screen.iter().map(|row| row.email.clone()).collect();
        assert_eq!(lines.iter().map(|line| line[1].clone()).collect::<Vec<_>>(), shown_mails, "the same rows in the same order");
        let hostile = lines.iter().find(|line| line[1] == ANN).unwrap();
        assert!(hostile[0].starts_with("'=HYPERLINK"), "{hostile:?}");
        assert!(lines.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])));
        let to = folder.path().join("review.xlsx");
        to_file(&ours, &asked, Format::Xlsx, &to).await.unwrap();
        let bytes = std::fs::read(&to).unwrap();
        assert!(bytes.starts_with(b"PK"), "a workbook");
        // A folder that isn't there: no file, none in part, and the screen is as it was.
        let nowhere = folder.path().join("gone").join("review.csv");
        assert!(matches!(to_file(&ours, &asked, Format::Csv, &nowhere).await, Err(ExportProblem::NotWritten(_))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        // Each export is audited and the day has ten of them.
        for _ in 0..7 {
            to_file(&ours, &asked, Format::Csv, &folder.path().join("again.csv")).await.unwrap();
        }
        let over = to_file(&ours, &asked, Format::Csv, &folder.path().join("over.csv")).await;
        assert!(matches!(over, Err(ExportProblem::NotGiven(failure)) if failure.code() == "billing_limit"));
        assert!(!folder.path().join("over.csv").exists());
        assert!(world.audited("export_review", "done").await >= 10);
    }

    async fn d12_3_every_cell_of_a_workbook_is_what_the_screen_shows(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        let ann = world.user(member("Ann", ANN)).await;
        world.change("UPDATE users SET given_name = '=1+1', family_name = '<b>&\"''é' WHERE id = $1", &ann).await;
        world.change("UPDATE users SET account = 'locked', locked_by = 'owner', last_sign_in_at = 1795514400000 WHERE id = $1", &ann).await;
        world.user(NewUser { two_step: TwoStep::Off, ..member("Ben", "ben@hartwell.example") }).await;
        // The same phone as Grace: a sign.
        let priya = world.priya().await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let answer = Some("one_person".to_owned());
        ours.ask(AnswerSigns { user_id: priya, signs: vec!["same_phone".to_owned()], answer }).await.unwrap();
        let review = ours.ask(StartReview {}).await.unwrap();
        ours.ask(InviteMember { given_name: "Nia".to_owned(), family_name: "Cole".to_owned(), email: "nia@hartwell.example".to_owned() }).await.unwrap();
        let asked = shown(Some(&review.review_id), "all");
        let screen = whole(&ours, asked.clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("review.xlsx");
        assert_eq!(to_file(&ours, &asked, Format::Xlsx, &to).await.unwrap(), 5);
        let sheets = read_workbook(&to);
        let at = |at: i64| ShownTimes::utc().date_and_clock(recovery_rules::time::Moment(at));
        let mut expected = vec![[
            "Name", "Email", "Kind", "Account", "2-step", "2-step since", "Security questions", "Last sign-in", "Member since",
            "Signs of a shared log-in", "Answered", "Added during the review",
        ].map(str::to_owned).to_vec()];
        for row in &screen {
            let sign = row.signs.iter().map(|sign| format!("{} accounts of this company have the same phone", sign.counted)).next();
            let two_step = match row.two_step.as_str() {
                "on" => "On",
                "off" => "Off",
                "never" => "Never on",
                other => panic!("{other}"),
            };
            expected.push(vec![
                row.name.clone(), row.email.clone(), if row.kind == "billing" { "Billing user" } else { "User" }.to_owned(),
                if row.account == "locked" { "Locked" } else { "Active" }.to_owned(), two_step.to_owned(), at(row.two_step_since),
                if row.questions_answered { "Answered" } else { "Not answered" }.to_owned(),
                row.last_sign_in_at.map_or("Never".to_owned(), at), at(row.joined_at), sign.unwrap_or_default(),
                row.sign_answer.as_ref().map_or(String::new(), |given| format!("One person, several devices (Grace Obi, {})", at(given.at))),
                if row.added { "Yes" } else { "No" }.to_owned(),
            ]);
        }
        assert_eq!(screen.iter().filter(|row| row.sign_answer.is_some()).count(), 1, "Priya's, and not Grace's own");
        assert_eq!(sheets["Members"], expected);
        for cell in ["=1+1 <b>&\"'é", "Locked", "2 accounts of this company have the same phone", "Off", "Yes"] {
            assert!(sheets["Members"].iter().flatten().any(|there| there == cell), "{cell}: {:?}", sheets["Members"]);
        }
        let after = ours.ask(asked).await.unwrap().review.unwrap();
        let about: Vec<_> = sheets["Review"].iter().map(|row| (row[0].as_str(), row.get(1).map_or("", String::as_str))).collect();
        assert_eq!(about[0], ("Company", "Hartwell Logistics"));
        assert_eq!(about[1], ("Started by", "Grace Obi"));
        assert_eq!(about[3], ("Signed off by", "Not signed off"));
        assert_eq!(about[5], ("What was seen (SHA-256)", after.digest.as_str()));
    }

    async fn an_export_cant_be_begun_behind_its_first_page_and_its_place_is_its_own(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        many(&world, 10_200).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let review = ours.ask(StartReview {}).await.unwrap();
        ours.ask(sign_off(&review.review_id, &review.digest)).await.unwrap();
        let asked = shown(Some(&review.review_id), "all");
        let ask = async |shown: ReadTeam, format: &str| ours.ask(ExportReview { shown, format: format.to_owned() }).await;
        // The place of the screen is no place of an export: it was never counted.
        let screen = ours.ask(asked.clone()).await.unwrap().next.unwrap();
        let from = |place: &str| ReadTeam { after: Some(place.to_owned()), ..asked.clone() };
        for made_up in [screen.as_str(), "0\u{1f}a\u{1f}b", "", "AAAA"] {
            assert_eq!(refused(ask(from(made_up), "csv").await), "export_over", "{made_up:?}");
        }
        let first = ask(asked.clone(), "csv").await.unwrap();
        let place = first.next.unwrap();
        assert_eq!((first.members.len(), first.review.is_some()), (5_000, true));
        assert_eq!(refused(ask(from(&place), "xlsx").await), "export_over", "of another file");
        let sorted = ReadTeam { sort: "email".to_owned(), ..from(&place) };
        assert_eq!(refused(ask(sorted, "csv").await), "export_over", "in another order");
        let mut forged = place.clone();
        forged.replace_range(..1, if place.starts_with('A') { "B" } else { "A" });
        assert_eq!(refused(ask(from(&forged), "csv").await), "export_over");
        assert_eq!(refused(ours.ask(from(&place)).await), "choice_unknown", "nor is it one of the screen");
        let second = ask(from(&place), "csv").await.unwrap();
        assert!(second.review.is_none() && second.members.len() == 5_000);
        // The day's ten, of which one is spent; a place of before still leads on, for half an hour.
        for _ in 0..9 {
            ask(asked.clone(), "csv").await.unwrap();
        }
        assert_eq!(refused(ask(asked.clone(), "csv").await), "billing_limit");
        let third = ask(from(&second.next.unwrap()), "csv").await.unwrap();
        assert_eq!((third.members.len(), third.next), (201, None));
        world.later(Span::minutes(14));
        ask(from(&place), "csv").await.unwrap();
        world.later(Span::minutes(14));
        assert!(ask(from(&place), "csv").await.is_ok());
        world.later(Span::minutes(2));
        assert_eq!(refused(ask(from(&place), "csv").await), "export_over");
        let again = sign_in(&world, &gateway, GRACE).await;
        let elsewhere = again.ask(ExportReview { shown: from(&place), format: "csv".to_owned() }).await;
        assert_eq!(refused(elsewhere), "export_over", "in another session");
    }

    async fn five_thousand_members_page_by_page_sorted_and_filtered(engine: Engine) {
        let (world, gateway) = world(engine).await;
        world.user(grace()).await;
        many(&world, 5_000).await;
        let ours = sign_in(&world, &gateway, GRACE).await;
        let page = ours.team().await;
        assert_eq!((page.members.len(), page.counts.members, page.counts.two_step_on), (50, 5_001, 1));
        for sort in ["name", "email", "two_step", "questions", "last_sign_in", "joined"] {
            for descending in [false, true] {
                let asked = ReadTeam { sort: sort.to_owned(), descending, name: "no10001".to_owned(), ..shown(None, "all") };
                let rows = whole(&ours, asked).await;
                let mut ids: Vec<_> = rows.iter().map(|row| row.user_id.clone()).collect();
                assert_eq!(ids.len(), 10, "{sort} {descending}");
                ids.sort();
                ids.dedup();
                assert_eq!(ids.len(), 10, "each once");
            }
        }
        let all = whole(&ours, ReadTeam { sort: "two_step".to_owned(), descending: true, ..shown(None, "all") }).await;
        assert_eq!((all.len(), all[0].email.as_str()), (5_001, GRACE));
        assert_eq!(refused(ours.ask(shown(None, "nonsense")).await), "choice_unknown");
        assert_eq!(refused(ours.ask(ReadTeam { after: Some("x".to_owned()), ..shown(None, "all") }).await), "choice_unknown");
        let review = ours.ask(StartReview {}).await.unwrap();
        assert_eq!(review.counts.members, 5_001);
    }

    async fn a_billing_session_over_the_network_is_bound_to_its_device(engine: Engine) {
        let (world, served) = crate::harness::api::served(engine).await;
        world.user(NewUser { two_step: TwoStep::ToBeSetUpAgain, ..grace() }).await;
        let desk = served.desk();
        let half = desk.ask("billing_sign_in", json!({ "email": GRACE, "password": PASSWORD })).await.unwrap();
        assert_eq!((half["result"].as_str(), half["by_mail"].as_bool()), (Some("code_needed"), Some(true)));
        assert!(half.get("token").is_none(), "never in JSON");
        world.post().await;
        let code = world.mail.as_ref().unwrap().newest(GRACE, "verification code").code();
        // Half a sign-in is worth nothing at another desk, nor in a window on the database.
        let (other, token) = (served.desk(), desk.token().unwrap());
        other.hold(Some(token.clone()));
        assert_eq!(other.ask("enter_billing_code", json!({ "code": code })).await.unwrap_err(), "signed_out");
        let entered = desk.ask("enter_billing_code", json!({ "code": code })).await.unwrap();
        assert_eq!((entered["result"].as_str(), entered["operator"]["role"].as_str()), (Some("signed_in"), Some("billing")));
        let body = serde_json::to_value(shown(None, "all")).unwrap();
        assert_eq!(desk.ask("read_team", body.clone()).await.unwrap()["members"].as_array().unwrap().len(), 1);
        let token = desk.token().unwrap();
        other.hold(Some(token.clone()));
        assert_eq!(other.ask("read_team", body).await.unwrap_err(), "signed_out", "a stolen token");
        let window = world.ask(&Caller::Session(token), shown(None, "all")).await;
        assert_eq!(refused(window), "signed_out");
        served.stop().await;
    }
}
