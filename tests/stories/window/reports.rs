//! Reports in the real window, by keyboard alone: sentences, charts that are a table too, a file.

use recovery_desk::operations::statistics::ReadStatistics;
use recovery_rules::roles::Role;
use thirtyfour::Key;

use super::administration::go;
use super::at_the_window;
use crate::harness::agent::wrong;
use crate::harness::fixtures::NewUser;

#[tokio::test(flavor = "multi_thread")]
async fn reports_in_the_real_window_by_keyboard_alone() {
    let (world, mut window, _ines) = at_the_window("reports", Role::Administrator, "Ines Vogt").await;
    let dana = world.agent("Dana Okafor").await;
    for (number, given) in
        ["Ada", "Bo", "Cleo", "Dan", "Eve", "Fay", "Gil", "Hal", "Ivy", "Jo"].into_iter().enumerate()
    {
        let email = format!("{}@osprey.example", given.to_lowercase());
        let user = world.user(NewUser { given, email: &email, ..NewUser::default() }).await;
        let call = dana.open(&user).await.unwrap().call_id;
        if number < 3 {
            dana.check(&call, wrong()).await.unwrap();
        }
        dana.end(&call).await.unwrap();
    }

    go(&mut window, "reports", "reports-heading").await;
    window.until_it_says("0 of 10 calls in the last 28 days ended with the account unlocked.", 10).await;
    window.until_it_says("Most are lost before “Answers checked”: 7 of 10 who came so far.", 5).await;
    window.until_it_says("0 of 3 verified", 5).await;
    window.until_it_says("nothing is told of any", 5).await;
    // Quiet when nothing is unusual.
    window.until("return document.getElementById('report-unusual') === null", "nothing unusual", 2).await;
    window.pictures("charts").await;

    window.tab_to("here.id === 'days-7'").await;
    window.press(Key::Enter).await;
    window.until_it_says("0 of 10 calls in the last 7 days", 10).await;
    window.tab_to("here.id === 'table-endings'").await;
    window.press(Key::Enter).await;
    window
        .until(
            "return document.querySelectorAll('#report-endings tbody tr').length === 8",
            "seven days and all",
            5,
        )
        .await;
    window.pictures("table").await;
    window.tab_to("here.id === 'export-endings'").await;
    window.press(Key::Enter).await;
    window.until_it_says("2 lines are exported. The export is in the audit log.", 10).await;
    let file = std::fs::read_to_string(world.folder.path().join("home/private/report.csv")).unwrap();
    assert!(file.contains("\"Ended early\",\"7\"") && file.contains("\"Not verified\",\"3\""), "{file}");
    assert_eq!(world.audited("export_statistics", "done").await, 1);
    let ola = world.operator(Role::Administrator, "Ola Berg").await;
    assert_eq!(ola.ask(ReadStatistics { days: 7 }).await.unwrap().reached.checked, 3);
}
