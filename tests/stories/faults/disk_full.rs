//! The disk is full: reading goes on, writing is refused with a sentence, what was queued stays queued, and with room
//! again everything goes on by itself. On a real file system of a few megabytes.

use std::path::Path;
use std::process::Command;

use recovery_desk::clock::Clock;
use recovery_desk::database::Address;
use recovery_rules::time::Span;

use crate::harness::agent::right;
use crate::harness::{Engine, World, refused};

/// A small file system, unmounted in the end.
struct Small(tempfile::TempDir);

impl Small {
    /// None where this user may not mount.
    fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder.path());
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file until there is no room left.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.path().join("filler")).unwrap();
        for size in [65_536, 4_096, 1_024, 1] {
            while std::io::Write::write_all(&mut file, &vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_on_a_full_disk_reads_on_refuses_to_write_and_heals_with_room() {
    let Some(small) = Small::mounted() else {
        // Said, not passed over: whoever runs the tests as an ordinary user sees that this was not tried.
        println!("NOT TRIED: this user may not mount a small file system");
        return;
    };
    let address = Address::Sqlite(small.path().join("auth.db"));
    let world = World::at(Engine::Sqlite, address, Clock::set_to(crate::harness::world::MORNING)).await;
    let priya = world.priya().await;
    let dana = world.agent("Dana Whitlock").await;
    let call = dana.verified_call(&priya).await.call_id;
    let code = dana.send(&call).await.unwrap().call_code.unwrap();

    small.fill();
    // What fits into pages that are there already may still be written for a while.
    let mut refusals = Vec::new();
    for _ in 0..200 {
        if let Err(failure) = dana.look_up("priya").await {
            refusals.push(failure.code());
        }
    }
    assert!(refusals.len() > 20, "the disk is not full");
    assert!(refusals.iter().all(|code| *code == "storage_full"), "{refusals:?}");
    assert_eq!(refused(dana.send_again(&call).await), "storage_full");
    let failure = dana.end(&call).await.unwrap_err();
    assert!(failure.to_string().contains("disk is full"), "{failure}");
    assert!(dana.current().await.is_some(), "reading goes on");
    assert_eq!(
        world.count("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'").await,
        1,
        "the queue is intact"
    );
    // Nothing is sent that could not be marked afterwards.
    let posting = recovery_desk::mailer::Mailer::new(world.desk.clone()).unwrap().run_once().await;
    assert_eq!(posting.unwrap_err().code(), "storage_full");
    assert!(world.mail.as_ref().unwrap().letters().is_empty());

    small.free();
    world.later(Span::minutes(1));
    assert_eq!(world.post().await, 1);
    let (link, _) = world.mail.as_ref().unwrap().newest("priya.raman@", "Unlock").links();
    let redeemed =
        crate::harness::pages::redeem(&world.desk, &link, &code, "seven slow harbour lamps 4").await;
    redeemed.unwrap();
    dana.end(&call).await.unwrap();
    assert!(!dana.open(&priya).await.unwrap().questions.is_empty());
    let again = dana.current().await.unwrap().call_id;
    assert!(dana.check(&again, right()).await.is_ok());
    world.audit().await;
    assert_eq!(
        world.count("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").await,
        0
    );
}
