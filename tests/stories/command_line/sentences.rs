//! Every bad input has its sentence and its exit code, and nothing changed.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use recovery_desk::database::{Address, Database, sql};
use recovery_desk::keys::DataKeys;
use recovery_desk::keys::sealed_file::IfExists;

use super::{PASSPHRASE, Server, seal, sealed, state};
use crate::harness::{Engine, World, databases, on_both_databases};

fn list(world: &World, keys: &Path) -> Server {
    Server::new(&["operators", "list"]).path("--keys", keys).on(world)
}

on_both_databases! {
    async fn keys_of_another_database_are_said_to_be(engine: Engine) {
        let world = World::live(engine).await;
        let before = state(&world).await;
        let other = world.folder.path().join("other.sealed");
        seal(&other, &DataKeys::fresh(&world.desk.chance), IfExists::Refuse);
        list(&world, &other).run(&[PASSPHRASE]).says(1, "These keys belong to another database. Open the keys.sealed file");
        let demo = Server::new(&["operators", "list", "--demo"]).on(&world).run(&[]);
        demo.says(1, "A demo database and a real one can't be mixed");
        assert_eq!(state(&world).await, before);
    }

    async fn a_wrong_missing_or_foreign_file_of_keys_is_told_apart_from_a_wrong_passphrase(engine: Engine) {
        let world = World::live(engine).await;
        let before = state(&world).await;
        let path = sealed(&world);
        list(&world, &path).run(&["eleven quiet lamps on the key"]).says(1, "The recovery passphrase does not open these keys.");
        list(&world, &path).run(&["short"]).says(1, "The recovery passphrase does not open these keys.");
        list(&world, &path).run(&[]).says(1, "The recovery passphrase is missing");
        let folder = world.folder.path();
        list(&world, &folder.join("nothing")).run(&[PASSPHRASE]).says(1, "could not be read or written");
        fs::write(folder.join("letter"), "Dear Dana").unwrap();
        list(&world, &folder.join("letter")).run(&[PASSPHRASE]).says(1, "These are not keys of Recovery Desk.");
        let newer = fs::read_to_string(&path).unwrap().replace("\"version\": 1", "\"version\": 9");
        fs::write(folder.join("newer"), newer).unwrap();
        list(&world, &folder.join("newer")).run(&[PASSPHRASE]).says(1, "written by a newer version of Recovery Desk (format 9");
        let clear = folder.join("clear");
        fs::write(&clear, "rdk1;").unwrap();
        fs::set_permissions(&clear, fs::Permissions::from_mode(0o644)).unwrap();
        let open = Server::new(&["operators", "list"]).path("--keys-unwrapped", &clear).on(&world).run(&[]);
        open.says(1, "Set its permissions to 0600");
        assert_eq!(state(&world).await, before);
    }

    async fn d13_6_a_newer_schema_is_refused_before_any_write(engine: Engine) {
        let world = World::live(engine).await;
        let path = sealed(&world);
        world.change("UPDATE _sqlx_migrations SET version = 999 WHERE version = 2 AND $1 = 'x'", "x").await;
        let before = state(&world).await;
        for command in [&["migrate"][..], &["operators", "list"]] {
            let mut server = Server::new(command).on(&world);
            if command.len() > 1 {
                server = server.path("--keys", &path);
            }
            server.run(&[PASSPHRASE]).says(1, "This database was made by a newer Recovery Desk (schema 999");
        }
        assert_eq!(state(&world).await, before);
    }

    async fn a_database_of_another_program_is_refused_and_left_as_it_is(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let address = match engine {
            Engine::Sqlite => Address::Sqlite(folder.path().join("recipes.db")),
            Engine::Postgres => databases::empty(),
        };
        recipes(&address).await;
        let bytes = |address: &Address| match address {
            Address::Sqlite(path) => fs::read(path).unwrap(),
            Address::Postgres { .. } => Vec::new(),
        };
        let before = bytes(&address);
        Server::new(&["migrate"]).at(&address).run(&[]).says(1, "This database belongs to another program.");
        let demo = Server::new(&["operators", "list", "--demo"]).at(&address).run(&[]);
        demo.says(1, "This database belongs to another program.");
        assert_eq!(bytes(&address), before, "not a byte");
        assert_eq!(tables(&address).await, 1);
    }

    async fn a_port_that_is_taken_is_named_with_the_way_out(engine: Engine) {
        let world = World::live(engine).await;
        let path = sealed(&world);
        let before = state(&world).await;
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let serve = Server::new(&["serve", "--listen", &listen]).path("--keys", &path).on(&world);
        serve.run(&[PASSPHRASE]).says(1, "is taken by another program. Stop that one, or name another port with --listen.");
        let open = Server::new(&["serve", "--listen", "0.0.0.0:0"]).path("--keys", &path).on(&world);
        open.run(&[PASSPHRASE]).says(1, "can be reached from other machines");
        assert_eq!(state(&world).await, before);
    }

    async fn a_folder_that_cannot_be_written_is_named_and_the_keys_stay_as_they_are(engine: Engine) {
        let world = World::live(engine).await;
        let path = sealed(&world);
        let before = (state(&world).await, fs::read(&path).unwrap());
        // Not even root makes a file there.
        for folder in ["/proc/recovery-desk", "/dev/null"] {
            let to = Path::new(folder).join("keys.sealed");
            let export = Server::new(&["keys", "export"]).path("--keys", &path).path("--to", &to);
            export.run(&[PASSPHRASE, "another long passphrase"]).says(1, &format!("{} could not be read or written", to.display()));
            let import = Server::new(&["keys", "import"]).path("--from", &path).path("--to", &to).on(&world);
            import.run(&[PASSPHRASE]).says(1, &format!("{} could not be read or written", to.display()));
        }
        assert_eq!((state(&world).await, fs::read(&path).unwrap()), before);
    }
}

async fn recipes(address: &Address) {
    match address {
        // As another program makes one: no write-ahead log.
        Address::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query("CREATE TABLE recipes (id TEXT)").execute(&pool).await.unwrap();
            pool.close().await;
        }
        Address::Postgres { .. } => {
            let database = Database::connect(address).await.unwrap();
            let mut tx = database.begin().await.unwrap();
            sql("CREATE TABLE recipes (id TEXT)").run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            database.close().await;
        }
    }
}

async fn tables(address: &Address) -> i64 {
    let text = match address {
        Address::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'",
        Address::Postgres { .. } => {
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    match address {
        Address::Sqlite(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query_scalar(text).fetch_one(&pool).await.unwrap()
        }
        Address::Postgres { .. } => {
            let database = Database::connect(address).await.unwrap();
            let mut tx = database.begin_read().await.unwrap();
            sql(text).number(&mut tx).await.unwrap()
        }
    }
}

#[test]
fn a_file_that_is_no_database_or_not_there_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.db");
    fs::write(&path, "Dear Dana, this is a letter and no database. ".repeat(100)).unwrap();
    let before = fs::read(&path).unwrap();
    let address = Address::Sqlite(path.clone());
    Server::new(&["migrate"]).at(&address).run(&[]).says(1, "is not a SQLite database");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was put beside it");
    let nowhere = Address::Sqlite(folder.path().join("nowhere.db"));
    Server::new(&["migrate"]).at(&nowhere).run(&[]).says(1, "There is no file");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was made");
}

#[test]
fn a_command_line_that_cannot_be_understood_ends_with_two() {
    Server::new(&["operators", "lists"]).run(&[]).says(2, "unrecognized subcommand");
    Server::new(&["keys", "rotate", "code", "--keys", "k", "--sqlite", "a.db"])
        .run(&[])
        .says(2, "invalid value 'code'");
    Server::new(&["import", "users.csv", "--region", "Britain", "--sqlite", "a", "--demo"])
        .run(&[])
        .says(2, "write two letters");
}
