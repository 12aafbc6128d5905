-- Billing users at the desk, and what they review. Sessions stay where all sessions are; what makes one a desk's stands
-- beside it, so that a session of the account pages is never one of the desk, nor the other way round.

-- A session of a billing user at the desk: bound to the company it was started in, and to a device over the network.
CREATE TABLE desk_sessions (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  company_id TEXT NOT NULL REFERENCES companies (id),
  device_key BLOB
);

-- A sign-in at the desk whose code is still to come: the challenge of a browser is not one of these.
CREATE TABLE desk_challenges (
  challenge_id TEXT PRIMARY KEY REFERENCES sign_in_challenges (id) ON DELETE CASCADE,
  device_key   BLOB
);

-- From which network a session of the account pages began, as keyed hashes: the near one (a household, an office) and the
-- wide one (a provider's region). The address itself is never kept. Serves the signs of shared log-ins alone.
CREATE TABLE session_networks (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  user_id    TEXT NOT NULL REFERENCES users (id),
  near_hash  BLOB NOT NULL,
  wide_hash  BLOB NOT NULL,
  noted_at   BIGINT NOT NULL
);
CREATE INDEX session_networks_by_user ON session_networks (user_id, noted_at);
CREATE INDEX session_networks_by_age ON session_networks (noted_at);

-- When a member was last reminded to turn 2-step on, and by whom.
CREATE TABLE member_reminders (
  user_id     TEXT PRIMARY KEY REFERENCES users (id),
  reminded_by TEXT NOT NULL REFERENCES users (id),
  reminded_at BIGINT NOT NULL
);

-- A review of a company's members: a snapshot, open until somebody signs it off.
CREATE TABLE team_reviews (
  id         TEXT PRIMARY KEY,
  company_id TEXT NOT NULL REFERENCES companies (id),
  started_by TEXT NOT NULL,
  started_by_name TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  signed_by  TEXT,
  signed_by_name TEXT,
  signed_at  BIGINT,
  -- What was seen: a hash over the rows, and the counts as JSON.
  digest     TEXT,
  counts     TEXT,
  note       TEXT NOT NULL DEFAULT '',
  CHECK ((signed_at IS NULL) = (signed_by IS NULL)),
  CHECK ((signed_at IS NULL) = (digest IS NULL)),
  CHECK ((signed_at IS NULL) = (counts IS NULL))
);
CREATE UNIQUE INDEX team_reviews_one_open ON team_reviews (company_id) WHERE signed_at IS NULL;
CREATE INDEX team_reviews_by_company ON team_reviews (company_id, started_at, id);

-- A member as the review saw them. An erasure takes name and address out.
CREATE TABLE team_review_rows (
  review_id       TEXT NOT NULL REFERENCES team_reviews (id),
  user_id         TEXT NOT NULL,
  given_name      TEXT NOT NULL,
  family_name     TEXT NOT NULL,
  given_fold      TEXT NOT NULL,
  family_fold     TEXT NOT NULL,
  email           TEXT NOT NULL,
  email_fold      TEXT NOT NULL,
  kind            TEXT NOT NULL,
  account         TEXT NOT NULL,
  two_step        TEXT NOT NULL,
  two_step_since  BIGINT NOT NULL,
  answers         BIGINT NOT NULL,
  last_sign_in_at BIGINT,
  joined_at       BIGINT NOT NULL,
  reminded_at     BIGINT,
  -- Signs of a shared log-in: days with sessions from distant networks at once, and accounts with the same phone.
  distant_days    BIGINT NOT NULL,
  same_phone      BIGINT NOT NULL,
  -- Became a member after the review was started.
  added           BOOLEAN NOT NULL,
  PRIMARY KEY (review_id, user_id)
);
CREATE INDEX team_review_rows_by_user ON team_review_rows (user_id);
