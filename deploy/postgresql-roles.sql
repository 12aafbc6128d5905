-- Who may do what in a PostgreSQL auth database. Run it as the owner of the database, after each
-- `recovery-desk-server migrate`, as often as you like:
--
--   psql --single-transaction -v ON_ERROR_STOP=1 -d auth -f postgresql-roles.sql
--
-- Then give servers a login of their own: CREATE ROLE desk1 LOGIN PASSWORD '…' IN ROLE recovery_desk_server;
-- and other applications one IN ROLE recovery_desk_reader.
--
-- The server's role owns nothing, makes nothing, and can neither change nor remove an audit entry: whoever gets hold of
-- a server's login can't hide what was done with it. Entries that wait for the sealer get their place in the chain once.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'recovery_desk_server') THEN
    CREATE ROLE recovery_desk_server NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'recovery_desk_reader') THEN
    CREATE ROLE recovery_desk_reader NOLOGIN;
  END IF;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, recovery_desk_server, recovery_desk_reader;
GRANT USAGE ON SCHEMA public TO recovery_desk_server, recovery_desk_reader;

-- The server: rows of every table, but the audit log and the schema's own history.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO recovery_desk_server;
REVOKE INSERT, UPDATE, DELETE ON _sqlx_migrations FROM recovery_desk_server;
REVOKE UPDATE, DELETE ON audit FROM recovery_desk_server;
GRANT UPDATE (seq, previous_hash, hash) ON audit TO recovery_desk_server;
REVOKE INSERT, UPDATE, DELETE ON shared_users_v1, shared_two_step_v1, shared_sessions_v1 FROM recovery_desk_server;

-- Other applications: the views of the contract (docs/auth-database.md), and nothing else.
GRANT SELECT ON shared_users_v1, shared_two_step_v1, shared_sessions_v1 TO recovery_desk_reader;

-- An entry gets its place once. For everybody, the owner too: who may drop a trigger can be found out, a silent UPDATE
-- can't.
CREATE OR REPLACE FUNCTION audit_entry_is_chained_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.seq IS NOT NULL THEN
    RAISE EXCEPTION 'audit entry % has its place already', OLD.id USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;
DROP TRIGGER IF EXISTS audit_chained_once ON audit;
CREATE TRIGGER audit_chained_once BEFORE UPDATE OF seq, previous_hash, hash ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_entry_is_chained_once();
