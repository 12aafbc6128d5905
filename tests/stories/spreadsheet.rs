//! An export of a hundred thousand members, opened by LibreOffice itself. `./test --full` alone: it wants LibreOffice there, and
//! minutes, most of them for the export's two hundred pages.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use recovery_desk::operations::team::{ReadTeam, StartReview};
use recovery_desk::team_export::Format;

use crate::billing_review::{many, read_csv, to_file};
use crate::harness::Engine;
use crate::harness::biller::{GRACE, grace, member, shown, sign_in, world};
use crate::harness::log::tell;

const MEMBERS: i64 = 100_000;

/// LibreOffice's own reading of a file, as CSV; all cells as text.
fn read_by_libreoffice(file: &Path, folder: &Path, filter: &str) -> Vec<Vec<String>> {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let out = folder.join("read");
    let done = Command::new("soffice")
        .args([
            &profile,
            "--headless",
            filter,
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1",
            "--outdir",
        ])
        .arg(&out)
        .arg(file)
        .output()
        .expect("soffice is missing: apt-get install libreoffice-calc-nogui, or run ./test --full");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read = out.join(file.file_stem().unwrap()).with_extension("csv");
    let text = std::fs::read_to_string(&read).unwrap();
    std::fs::write(&read, format!("\u{feff}{}", text.trim_start_matches('\u{feff}'))).unwrap();
    read_csv(&read)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "wants LibreOffice and minutes: ./test --full"]
async fn d12_4_libreoffice_reads_an_export_of_a_hundred_thousand_members_as_it_was_shown() {
    let (world, gateway) = world(Engine::Sqlite).await;
    world.user(grace()).await;
    let hostile = world.user(member("Ann", "ann@hartwell.example")).await;
    world.change("UPDATE users SET given_name = '=1+1', family_name = '' WHERE id = $1", &hostile).await;
    many(&world, MEMBERS).await;
    let ours = sign_in(&world, &gateway, GRACE).await;
    let review = ours.ask(StartReview {}).await.unwrap();
    let asked = ReadTeam { sort: "email".to_owned(), ..shown(Some(&review.review_id), "all") };
    let folder = tempfile::tempdir().unwrap();
    let mut read = Vec::new();
    for (name, format, filter) in [
        ("review.csv", Format::Csv, "--infilter=CSV:44,34,76,1"),
        ("review.xlsx", Format::Xlsx, "--norestore"),
    ] {
        let file = folder.path().join(name);
        let began = Instant::now();
        let written = to_file(&ours, &asked, format, &file).await.unwrap();
        assert_eq!(i64::try_from(written).unwrap(), MEMBERS + 2);
        tell(&format!("{name}: {written} members in {:.1} s", began.elapsed().as_secs_f64()));
        let lines = read_by_libreoffice(&file, folder.path(), filter);
        assert_eq!(i64::try_from(lines.len()).unwrap(), MEMBERS + 2, "{name}");
        // What could be a formula is text, and nothing was counted out of it.
        let hostile = lines.iter().find(|line| line[1] == "ann@hartwell.example").unwrap();
        assert!(hostile[0].contains("=1+1"), "{hostile:?}");
        read.push(lines.into_iter().map(|line| line[1].clone()).collect::<Vec<_>>());
    }
    assert_eq!(read[0], read[1], "both forms hold the same members in the same order");
}
