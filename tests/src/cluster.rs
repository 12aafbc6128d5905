//! A private PostgreSQL: made in a folder of its own, on a loopback port, ended with the run however that ends.

use crate::ports::free_port;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// The password of the database's user; a story looks for it in everything that was written.
pub const DATABASE_PASSWORD: &str = "Kr4ftwerk-cluster-7";

/// Makes the cluster and runs the server until standard input ends, so that neither a panic nor a killed run
/// leaves one behind. $1: folder, $2: binaries, $3: port, $4: further settings,
/// $5: whether commits are written to the disk, $6: whether the folder is `kept`: made only once, stopped in order, and
/// on the disk then.
const SUPERVISOR: &str = r#"
set -eu
cd "$1"
# The run before may still be stopping; one that was killed left the file behind, and PostgreSQL knows what to do with it.
tries=0
while [ -e data/postmaster.pid ] && [ $tries -lt 600 ]; do tries=$((tries + 1)); sleep 0.1; done
if [ ! -e made.conf ]; then
  printf '%s' "$STORY_DATABASE_PASSWORD" > password
  "$2/initdb" --no-sync -D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --locale=C >initdb.log 2>&1
  rm password
  cp data/postgresql.conf made.conf
fi
# Of a setting that is there twice the last one holds.
{ cat made.conf; echo 'shared_buffers = 64MB'; printf '%s\n' "$4"; } > data/postgresql.conf
"$2/postgres" -D data -p "$3" -h 127.0.0.1,127.0.0.2 -k "$1" -c fsync="$5" -c synchronous_commit="$5" \
  -c full_page_writes="$5" -c max_connections=300 >server.log 2>&1 </dev/null &
server=$!
tries=0
until "$2/pg_isready" -q -h 127.0.0.1 -p "$3"; do
  tries=$((tries + 1)); [ $tries -lt 200 ] || { cat server.log >&2; kill $server; exit 1; }
  sleep 0.05
done
echo ready
read -r _ || true
if [ "$6" = kept ]; then
  kill -INT $server
  wait $server
  [ "$5" = on ] || "$2/initdb" --sync-only -D data >>initdb.log 2>&1
  exit 0
fi
# A story may have restarted it.
kill -QUIT $(head -n 1 data/postmaster.pid) || true
wait $server || true
tries=0
while [ -e data/postmaster.pid ] && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
cd /
rm -rf "$1"
"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    /// Where data, socket and log are.
    pub folder: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
    binaries: PathBuf,
    // Held, never written to: when it closes, the supervisor ends the server.
    alive: ChildStdin,
    supervisor: Child,
}

impl Cluster {
    /// Makes and starts one that forgets at a power cut: fast, for tests.
    pub fn start(settings: &str, files: &[(&str, &[u8])]) -> Self {
        Self::made(new_folder(), settings, files, ["off", "thrown away"])
    }

    /// Makes and starts one that writes each commit to the disk, as a real one does: for benchmarks.
    pub fn start_lasting(settings: &str) -> Self {
        Self::made(new_folder(), settings, &[], ["on", "thrown away"])
    }

    /// Starts the one in this folder, made if there is none, whose data stay when it ends: for benchmarks among very many.
    /// `lasting`: whether each commit is written to the disk; if not, everything is once it has ended in order.
    pub fn start_kept(folder: &Path, settings: &str, lasting: bool) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let lasting = if lasting { "on" } else { "off" };
        Self::made(folder.canonicalize().unwrap(), settings, &[], [lasting, "kept"])
    }

    /// Ends it and waits until it has ended.
    pub fn end(self) {
        let Self { folder, alive, mut supervisor, .. } = self;
        drop(alive);
        assert!(supervisor.wait().unwrap().success(), "PostgreSQL did not end; see {}", folder.display());
    }

    fn made(folder: PathBuf, settings: &str, files: &[(&str, &[u8])], how: [&str; 2]) -> Self {
        let binaries = binaries();
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).unwrap();
            // PostgreSQL refuses a key that others can read.
            std::fs::set_permissions(folder.join(name), PermissionsExt::from_mode(0o600)).unwrap();
        }
        let port = free_port();
        let mut command = as_somebody_else(&folder);
        let mut supervisor = command
            .args(["sh", "-c", SUPERVISOR, "sh"])
            .arg(&folder)
            .arg(&binaries)
            .args([&port.to_string(), settings])
            .args(how)
            .env("STORY_DATABASE_PASSWORD", DATABASE_PASSWORD)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(supervisor.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "PostgreSQL did not start; see {}", folder.display());
        let alive = supervisor.stdin.take().unwrap();
        Self { folder, port, binaries, alive, supervisor }
    }

    /// The address of a database in it.
    pub fn url(&self, database: &str) -> String {
        self.url_by_name("127.0.0.1", database)
    }

    /// The same under another name of this machine.
    pub fn url_by_name(&self, host: &str, database: &str) -> String {
        format!("postgres://postgres:{DATABASE_PASSWORD}@{host}:{}/{database}", self.port)
    }

    /// Restarts the server: `fast` lets nobody finish, `immediate` is a crash.
    pub fn restart(&self, mode: &str) {
        self.control(&["-m", mode, "restart"]);
    }

    /// Stops the server.
    pub fn stop(&self, mode: &str) {
        self.control(&["-m", mode, "stop"]);
    }

    /// Starts it after a stop.
    pub fn start_again(&self) {
        // PostgreSQL keeps the command line of its last start.
        let kept = std::fs::read_to_string(self.folder.join("data/postmaster.opts")).unwrap();
        let (_, options) = kept.trim().split_once(' ').unwrap();
        self.control(&["-o", options, "start"]);
    }

    fn control(&self, what: &[&str]) {
        let (mut command, _) = somebody_else();
        let status = command
            .current_dir(&self.folder)
            .arg(self.binaries.join("pg_ctl"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-s", "-w", "-t", "60", "-l"])
            .arg(self.folder.join("server.log"))
            .args(what)
            .env("LC_ALL", "C.UTF-8")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "pg_ctl {what:?}; see {}", self.folder.join("server.log").display());
    }

    /// Runs one statement outside of any transaction and gives what it prints.
    pub fn run(&self, database: &str, statement: &str) -> String {
        let output = Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(&self.folder)
            .args(["-p", &self.port.to_string(), "-U", "postgres", "-d", database, "-c", statement])
            .env("PGPASSWORD", DATABASE_PASSWORD)
            .output()
            .unwrap();
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn new_folder() -> PathBuf {
    tempfile::Builder::new().prefix("recovery-pg-").tempdir().unwrap().keep()
}

/// A command of whoever runs the server, who gets the folder.
fn as_somebody_else(folder: &Path) -> Command {
    let (command, ids) = somebody_else();
    if let Some((uid, gid)) = ids {
        for entry in std::fs::read_dir(folder).unwrap() {
            chown(entry.unwrap().path(), Some(uid), Some(gid)).unwrap();
        }
        chown(folder, Some(uid), Some(gid)).unwrap();
    }
    command
}

/// PostgreSQL refuses to run as root: then it is another user's, whose ids are given too.
fn somebody_else() -> (Command, Option<(u32, u32)>) {
    let root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root {
        let mut command = Command::new("env");
        command.arg("--");
        return (command, None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap();
    let (user, uid, gid) = ["postgres", "nobody"]
        .into_iter()
        .find_map(|user| {
            let line = passwd.lines().find(|line| line.split(':').next() == Some(user))?;
            let mut fields = line.split(':').skip(2);
            Some((user, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .expect("neither a user postgres nor nobody: PostgreSQL does not run as root");
    let mut command = Command::new("runuser");
    command.args(["-u", user, "--"]);
    (command, Some((uid, gid)))
}

/// The newest server of Debian's versioned folders, or the one in PATH.
fn binaries() -> PathBuf {
    let versioned = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = versioned.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    found.extend(std::env::split_paths(&path));
    found
        .into_iter()
        .find(|folder| {
            ["initdb", "postgres", "psql", "pg_isready"].iter().all(|name| folder.join(name).exists())
        })
        .expect("PostgreSQL's server is missing. Install it: apt-get install postgresql")
}
