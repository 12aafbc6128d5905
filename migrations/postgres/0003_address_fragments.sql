-- Fragments of the part of an address before the @, for a look-up whose words begin nothing. pg_trgm comes with
-- PostgreSQL and is trusted: the owner of the database may make it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX users_by_fragment ON users USING gin (split_part(email_fold, '@', 1) gin_trgm_ops);
