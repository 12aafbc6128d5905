-- The shared auth database. One file for each engine with the same number and the same statements; only
-- the type of raw bytes and the collation of search columns differ (a test compares the two files).
--
-- Opinions, once: times are UTC milliseconds; ids are time-ordered text, so no global sequence stands in
-- the way of sharding; secrets are keyed hashes, never the secrets; every secret and session carries the
-- security epoch of its user, so that raising one number kills them all in the same transaction.

-- What this database is. `kind` is 'live' or 'demo'; a demo database can never become a live one.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE companies (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  name_fold  TEXT NOT NULL,
  protected  BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL
);
CREATE INDEX companies_by_name ON companies (name_fold, id);

CREATE TABLE users (
  id               TEXT PRIMARY KEY,
  company_id       TEXT NOT NULL REFERENCES companies (id),
  kind             TEXT NOT NULL CHECK (kind IN ('standard', 'billing')),
  given_name       TEXT NOT NULL,
  family_name      TEXT NOT NULL,
  given_fold       TEXT NOT NULL,
  family_fold      TEXT NOT NULL,
  email            TEXT NOT NULL,
  email_fold       TEXT NOT NULL UNIQUE,
  account          TEXT NOT NULL CHECK (account IN ('active', 'locked', 'closed')),
  locked_by        TEXT CHECK (locked_by IN ('recovery', 'owner', 'administrator')),
  -- No password yet: an imported user chooses the first one through Forgot password.
  password_hash    TEXT,
  security_epoch   BIGINT NOT NULL DEFAULT 1,
  -- E.164, from an import: offered when 2-step is turned on, and nothing else. Not verified, so never a factor;
  -- searched by nothing.
  offered_phone    TEXT,
  paused_until     BIGINT,
  -- Calls opened by a call reference have a budget of their own, so that strangers' misses don't close
  -- the line to the owner.
  reference_paused_until BIGINT,
  stopped_until    BIGINT,
  frozen_until     BIGINT,
  last_sign_in_at  BIGINT,
  -- The address before the last change; told of every change too until this moment.
  former_email       TEXT,
  former_email_until BIGINT,
  -- When the owner was last reminded to check the answers.
  reminded_at      BIGINT,
  -- When the owner was last told of a sign-in that stopped before its second step.
  unfinished_told_at BIGINT,
  created_at       BIGINT NOT NULL,
  CHECK ((account = 'locked') = (locked_by IS NOT NULL)),
  CHECK ((former_email IS NULL) = (former_email_until IS NULL))
);
-- Look-up reads half-open ranges in the order of these indexes and nothing else.
CREATE INDEX users_by_family ON users (family_fold, given_fold, id);
CREATE INDEX users_by_given ON users (given_fold, family_fold, id);
CREATE INDEX users_by_company ON users (company_id, given_fold, family_fold, id);

CREATE TABLE two_step (
  user_id            TEXT PRIMARY KEY REFERENCES users (id),
  state              TEXT NOT NULL CHECK (state IN ('never', 'on', 'off', 'to_be_set_up_again')),
  -- E.164. A factor only while 2-step is on; last4 serves the look-up by last digits with a name.
  phone              TEXT,
  phone_last4        TEXT,
  changed_at         BIGINT NOT NULL,
  recovery_code_hash BLOB,
  recovery_code_at   BIGINT,
  -- Pending acknowledgement: the keyed hash of the code's last group, until its owner has typed that group.
  -- A code that nobody acknowledged is void; the next sign-in offers a new one.
  recovery_code_last_group BLOB,
  -- 'off' and 'never' leave nothing behind; 'on' has everything it promises.
  CHECK (state <> 'on' OR (phone IS NOT NULL AND recovery_code_hash IS NOT NULL)),
  CHECK (state = 'on' OR (phone IS NULL AND phone_last4 IS NULL AND recovery_code_hash IS NULL)),
  CHECK ((recovery_code_hash IS NULL) = (recovery_code_at IS NULL)),
  CHECK (recovery_code_hash IS NOT NULL OR recovery_code_last_group IS NULL)
);
CREATE INDEX two_step_by_last4 ON two_step (phone_last4, user_id);
-- How many accounts share a number: a cap, and a sign of a shared log-in.
CREATE INDEX two_step_by_phone ON two_step (phone);

CREATE TABLE security_answers (
  user_id      TEXT NOT NULL REFERENCES users (id),
  slot         BIGINT NOT NULL CHECK (slot BETWEEN 1 AND 4),
  question_id  TEXT NOT NULL,
  -- The version of the folding rule the answer was saved with; never re-folded, the answer is gone.
  rule_version BIGINT NOT NULL,
  answer_hash  TEXT NOT NULL,
  saved_at     BIGINT NOT NULL,
  PRIMARY KEY (user_id, slot),
  UNIQUE (user_id, question_id)
);

CREATE TABLE operators (
  id               TEXT PRIMARY KEY,
  name             TEXT NOT NULL,
  email            TEXT NOT NULL,
  email_fold       TEXT NOT NULL UNIQUE,
  role             TEXT NOT NULL CHECK (role IN ('agent', 'administrator')),
  state            TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
  -- None until the invitation is accepted.
  password_hash    TEXT,
  -- The authenticator's secret, sealed under the outbox key; opened only to compare a code.
  authenticator    BLOB,
  -- The last time step accepted: a code works once [RFC 6238 5.2].
  last_time_step   BIGINT NOT NULL DEFAULT 0,
  -- The operator's own account as a user, if there is one: never handled by phone, by nobody.
  user_id          TEXT REFERENCES users (id),
  session_epoch    BIGINT NOT NULL DEFAULT 1,
  -- The keyed hash of the invitation code, made when its letter leaves.
  invitation_hash       BLOB UNIQUE,
  invitation_expires_at BIGINT,
  -- Who made them an administrator, and when: one of today's making approves nothing for whoever made them.
  administrator_by TEXT REFERENCES operators (id),
  administrator_at BIGINT,
  created_at       BIGINT NOT NULL,
  CHECK (state <> 'active' OR (password_hash IS NOT NULL AND authenticator IS NOT NULL AND invitation_hash IS NULL))
);
CREATE INDEX operators_by_user ON operators (user_id);

-- Sessions of operators and of users; the token's keyed hash, never the token.
CREATE TABLE sessions (
  id           TEXT PRIMARY KEY,
  token_hash   BLOB NOT NULL UNIQUE,
  operator_id  TEXT REFERENCES operators (id),
  user_id      TEXT REFERENCES users (id),
  epoch        BIGINT NOT NULL,
  started_at   BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  ended_at     BIGINT,
  -- When the operator last gave a code of the authenticator: risky operations ask for a fresh one.
  confirmed_at BIGINT,
  -- The second step of this session: when, and by what. None where the password (or a remembered browser) sufficed.
  second_step_at BIGINT,
  second_step_by TEXT CHECK (second_step_by IN ('text_message', 'mail', 'recovery_code', 'reset')),
  -- "Later" was chosen in this session, while 2-step is to be set up again.
  later_at     BIGINT,
  -- The public key of the device the session of a desk over the network is bound to.
  device_key   BLOB,
  CHECK ((operator_id IS NULL) <> (user_id IS NULL)),
  CHECK ((second_step_at IS NULL) = (second_step_by IS NULL)),
  CHECK (user_id IS NOT NULL OR (second_step_at IS NULL AND later_at IS NULL)),
  CHECK (operator_id IS NOT NULL OR device_key IS NULL)
);
-- Proofs of such devices that were taken, so that a copied request counts once; kept for minutes.
CREATE TABLE device_proofs (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  nonce      BLOB NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (session_id, nonce)
);
CREATE INDEX device_proofs_by_age ON device_proofs (at);

CREATE INDEX sessions_by_operator ON sessions (operator_id, ended_at);
CREATE INDEX sessions_by_user ON sessions (user_id, ended_at);

-- Browsers that are not asked for a verification code for a while; the token's keyed hash, never the token.
-- Ended ones are removed: 2-step that is off leaves none.
CREATE TABLE remembered_browsers (
  id            TEXT PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES users (id),
  token_hash    BLOB NOT NULL UNIQUE,
  -- What the browser says it is, in our own words ("Firefox on Windows"); never its raw header.
  label         TEXT NOT NULL,
  epoch         BIGINT NOT NULL,
  remembered_at BIGINT NOT NULL,
  last_used_at  BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL
);
CREATE INDEX remembered_browsers_by_user ON remembered_browsers (user_id, remembered_at);

-- A sign-in whose password was right and whose second step is still to come, bound to one browser.
CREATE TABLE sign_in_challenges (
  id             TEXT PRIMARY KEY,
  user_id        TEXT NOT NULL REFERENCES users (id),
  challenge_hash BLOB NOT NULL UNIQUE,
  epoch          BIGINT NOT NULL,
  began_at       BIGINT NOT NULL,
  expires_at     BIGINT NOT NULL,
  -- Finished, or taken over by a newer one of the same browser; else its owner is told of it once.
  finished_at    BIGINT
);
CREATE INDEX sign_in_challenges_unfinished ON sign_in_challenges (began_at) WHERE finished_at IS NULL;
CREATE INDEX sign_in_challenges_by_user ON sign_in_challenges (user_id, began_at);

CREATE TABLE calls (
  id               TEXT PRIMARY KEY,
  user_id          TEXT NOT NULL REFERENCES users (id),
  operator_id      TEXT NOT NULL REFERENCES operators (id),
  state            TEXT NOT NULL CHECK (state IN ('open', 'verified', 'passed_on', 'ended')),
  opened_at        BIGINT NOT NULL,
  last_activity_at BIGINT NOT NULL,
  -- The address on file when the call was opened; the unlock e-mail goes here or nowhere.
  address          TEXT NOT NULL,
  epoch            BIGINT NOT NULL,
  reference        TEXT,
  checks_used      BIGINT NOT NULL DEFAULT 0,
  last_check_at    BIGINT,
  -- Stays when the verdict is void by time, lock or take-over: then nothing was wrong.
  last_check_right BOOLEAN NOT NULL DEFAULT FALSE,
  verified_at      BIGINT,
  verified_until   BIGINT,
  -- Stays when the verdict is void: the outcome of the call asks for it.
  first_verified_at BIGINT,
  pause_started_at BIGINT,
  repudiated_at    BIGINT,
  flagged_at       BIGINT,
  ended_at         BIGINT,
  outcome          TEXT CHECK (outcome IN
                     ('unlocked', 'mail_sent', 'not_verified', 'refused', 'abandoned', 'repudiated')),
  notes            TEXT NOT NULL DEFAULT '',
  CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
  CHECK (state <> 'verified' OR verified_until IS NOT NULL)
);
-- One open call a user in the whole organisation, one open call an operator.
CREATE UNIQUE INDEX calls_one_open_a_user ON calls (user_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX calls_one_open_an_operator ON calls (operator_id) WHERE ended_at IS NULL;
CREATE INDEX calls_by_user ON calls (user_id, opened_at);
CREATE INDEX calls_by_operator ON calls (operator_id, opened_at);

-- A call reference proves nothing; it takes the agent to the account and derives the check words.
CREATE TABLE call_references (
  id             TEXT PRIMARY KEY,
  user_id        TEXT NOT NULL REFERENCES users (id),
  reference_hash BLOB NOT NULL UNIQUE,
  expires_at     BIGINT NOT NULL,
  created_at     BIGINT NOT NULL
);

-- What administrators decide: calls passed on and flagged (which wait until somebody looks), and what needs a second
-- administrator (which waits a quarter of an hour). An approval is bound to its content: nothing of a row changes but
-- its decision, and `seal` is a keyed hash of everything that whoever approves was shown.
CREATE TABLE approvals (
  id           TEXT PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('passed_on', 'flagged', 'reset_two_step', 'resume_phone', 'unlock_account',
                                             'change_policy', 'change_company', 'change_company_recovery', 'send_unlock')),
  call_id      TEXT REFERENCES calls (id),
  user_id      TEXT REFERENCES users (id),
  asked_by     TEXT NOT NULL REFERENCES operators (id),
  reason       TEXT NOT NULL,
  notes        TEXT NOT NULL DEFAULT '',
  -- What it is about: a user, a number of the policy, a company. One request of a kind waits for each.
  subject      TEXT NOT NULL,
  -- Exactly what will be done, as JSON; empty for a call passed on or flagged.
  content      TEXT NOT NULL DEFAULT '',
  seal         BLOB,
  -- Nobody else could approve when it was asked: it takes a day instead.
  alone        BOOLEAN NOT NULL DEFAULT FALSE,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'expired')),
  asked_at     BIGINT NOT NULL,
  -- None: waits until somebody looks.
  expires_at   BIGINT,
  decided_by   TEXT REFERENCES operators (id),
  decided_at   BIGINT,
  decision     TEXT,
  CHECK ((state = 'waiting') = (decided_at IS NULL)),
  CHECK (state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL),
  CHECK ((kind IN ('passed_on', 'flagged')) = (expires_at IS NULL)),
  CHECK ((seal IS NULL) = (expires_at IS NULL)),
  CHECK (kind NOT IN ('passed_on', 'flagged') OR (call_id IS NOT NULL AND user_id IS NOT NULL))
);
CREATE INDEX approvals_by_call ON approvals (call_id, kind);
CREATE INDEX approvals_waiting ON approvals (asked_at, id) WHERE state = 'waiting';
CREATE UNIQUE INDEX approvals_one_waiting ON approvals (kind, subject) WHERE state = 'waiting' AND seal IS NOT NULL;

-- Links by e-mail: unlock, and "this wasn't me" with a secret of its own.
CREATE TABLE links (
  id            TEXT PRIMARY KEY,
  user_id       TEXT NOT NULL REFERENCES users (id),
  call_id       TEXT REFERENCES calls (id),
  purpose       TEXT NOT NULL CHECK (purpose IN ('unlock', 'repudiate', 'reset', 'confirm_address', 'address_not_me')),
  -- NULL until the mailer takes the letter and makes the secret.
  secret_hash   BLOB UNIQUE,
  address       TEXT NOT NULL,
  epoch         BIGINT NOT NULL,
  created_at    BIGINT NOT NULL,
  expires_at    BIGINT,
  opened_at     BIGINT,
  used_at       BIGINT,
  -- Set when a newer link, a repudiation, too many wrong codes or a change of the account killed it.
  ended_at      BIGINT,
  ended_because TEXT CHECK (ended_because IN ('replaced', 'stopped', 'tries_used', 'account_changed', 'not_sent', 'expired')),
  CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE UNIQUE INDEX links_one_live_unlock ON links (user_id)
  WHERE purpose = 'unlock' AND used_at IS NULL AND ended_at IS NULL;
CREATE INDEX links_by_call ON links (call_id, purpose);
CREATE INDEX links_by_user ON links (user_id, purpose, created_at);

-- Short codes: keyed hashes bound to user, purpose and what they belong to; tries are counted here.
CREATE TABLE codes (
  id         TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  purpose    TEXT NOT NULL CHECK (purpose IN ('call', 'sign_in', 'turn_on', 'change_phone', 'step_up',
                                              'reset_sms', 'reset_mail', 'contact')),
  -- What it belongs to: the link of a call or reset code, the challenge of a sign-in, the session of the others.
  bound_to   TEXT NOT NULL,
  code_hash  BLOB,
  epoch      BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  tries      BIGINT NOT NULL DEFAULT 0,
  used_at    BIGINT,
  ended_at   BIGINT
);
CREATE INDEX codes_by_bound_to ON codes (purpose, bound_to, created_at);
CREATE UNIQUE INDEX codes_one_live ON codes (user_id, purpose, bound_to) WHERE used_at IS NULL AND ended_at IS NULL;

-- A number that waits for its verification code: no factor yet, and gone when the code's life is over. One a
-- user, so that of two tabs the last one counts.
CREATE TABLE pending_phones (
  user_id    TEXT PRIMARY KEY REFERENCES users (id),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  code_id    TEXT NOT NULL REFERENCES codes (id),
  phone      TEXT NOT NULL,
  epoch      BIGINT NOT NULL,
  asked_at   BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Reset links asked for, before anybody looked whether there is an account: the same row for any address, so that
-- the page that asks says nothing by its time. The system takes them away within a second.
CREATE TABLE reset_requests (
  id         TEXT PRIMARY KEY,
  email_fold TEXT NOT NULL,
  -- False for those over a limit; they are only removed.
  counts     BOOLEAN NOT NULL,
  asked_at   BIGINT NOT NULL
);
CREATE INDEX reset_requests_by_age ON reset_requests (asked_at, id) WHERE counts;

-- A password reset from its link to its end. The new password is staged: it counts when the code is right.
CREATE TABLE resets (
  link_id             TEXT PRIMARY KEY REFERENCES links (id),
  user_id             TEXT NOT NULL REFERENCES users (id),
  -- Keyed hash of the password's hash when the link was asked for: another password kills the link.
  password_mark       BLOB NOT NULL,
  staged_hash         TEXT,
  -- Whether it is long enough to be the only factor, should 2-step be turned off meanwhile.
  staged_stands_alone BOOLEAN NOT NULL DEFAULT FALSE,
  staged_at           BIGINT,
  -- Keyed hash of the number the code went to: another number means starting again.
  phone_mark          BLOB,
  CHECK ((staged_hash IS NULL) = (staged_at IS NULL)),
  CHECK (staged_hash IS NOT NULL OR NOT staged_stands_alone)
);
CREATE INDEX resets_staged ON resets (link_id) WHERE staged_hash IS NOT NULL;

-- A change of address: confirmed out of the new mailbox, stopped or taken back out of the old one.
CREATE TABLE email_changes (
  confirm_link_id TEXT PRIMARY KEY REFERENCES links (id),
  stop_link_id    TEXT NOT NULL UNIQUE REFERENCES links (id),
  user_id         TEXT NOT NULL REFERENCES users (id),
  former_email    TEXT NOT NULL,
  new_email       TEXT NOT NULL,
  -- A second step had been done in the session that asked: then nothing freezes.
  proved          BOOLEAN NOT NULL,
  asked_at        BIGINT NOT NULL,
  confirmed_at    BIGINT,
  stopped_at      BIGINT
);
CREATE INDEX email_changes_by_user ON email_changes (user_id, asked_at);

-- What a reset finished by a recovery code leaves in its browser: the second step of the first sign-in there.
CREATE TABLE reset_proofs (
  token_hash BLOB PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  epoch      BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Messages waiting and sent. No secret stands here in clear: the mailer makes it when it takes the lease.
CREATE TABLE outbox (
  id            TEXT PRIMARY KEY,
  kind          TEXT NOT NULL CHECK (kind IN ('mail', 'sms')),
  letter        TEXT NOT NULL,
  -- Facts for the letter as JSON (times, references, ids); never a secret.
  facts         TEXT NOT NULL,
  user_id       TEXT REFERENCES users (id),
  call_id       TEXT REFERENCES calls (id),
  link_id       TEXT REFERENCES links (id),
  code_id       TEXT REFERENCES codes (id),
  address       TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'accepted', 'deferred', 'failed',
                                               'uncertain', 'superseded', 'expired')),
  attempts      BIGINT NOT NULL DEFAULT 0,
  next_at       BIGINT NOT NULL,
  lease_until   BIGINT,
  fence         BIGINT NOT NULL DEFAULT 0,
  -- Sendings of which nobody knows whether they arrived: the answer was lost, or the worker.
  unsure        BIGINT NOT NULL DEFAULT 0,
  sealed_secret BLOB,
  expires_at    BIGINT,
  message_id    TEXT NOT NULL UNIQUE,
  server_reply  TEXT,
  queued_at     BIGINT NOT NULL,
  accepted_at   BIGINT,
  -- How far along its way the SMS gateway reported it: 1 taken, 2 sent, 3 the end. Reports count once.
  report_rank   BIGINT NOT NULL DEFAULT 0 CHECK (report_rank BETWEEN 0 AND 3),
  CHECK (kind = 'sms' OR report_rank = 0)
);
CREATE INDEX outbox_due ON outbox (state, next_at);
-- The age of the queue, asked once a minute.
CREATE INDEX outbox_by_age ON outbox (queued_at) WHERE state IN ('waiting', 'sending', 'deferred');
CREATE INDEX outbox_by_call ON outbox (call_id, queued_at);
CREATE INDEX outbox_by_code ON outbox (code_id);

-- Letters and texts of a demo database, shown in its window. Empty in a live one.
CREATE TABLE demo_mailbox (
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('mail', 'sms')),
  sent_to TEXT NOT NULL,
  subject TEXT NOT NULL,
  body    TEXT NOT NULL,
  at      BIGINT NOT NULL
);

-- The audit log. `seq`, `previous_hash` and `hash` are NULL until the entry is chained: at once on SQLite,
-- by the one leased sealer on PostgreSQL. Personal data stands in `detail` alone, which may be erased later:
-- the chain is over `detail_hash`.
CREATE TABLE audit (
  id            TEXT PRIMARY KEY,
  seq           BIGINT UNIQUE,
  at            BIGINT NOT NULL,
  operation     TEXT NOT NULL,
  result        TEXT NOT NULL CHECK (result IN ('done', 'reserved', 'refused')),
  code          TEXT,
  actor_kind    TEXT NOT NULL CHECK (actor_kind IN ('operator', 'user', 'link_holder', 'anonymous', 'system')),
  actor_id      TEXT,
  user_id       TEXT,
  call_id       TEXT,
  detail        TEXT,
  detail_hash   BLOB NOT NULL,
  previous_hash BLOB,
  hash          BLOB
);
CREATE INDEX audit_by_user ON audit (user_id, at);
CREATE INDEX audit_by_actor ON audit (actor_id, at);
-- What waits for the sealer: asked once a second, empty nearly always.
CREATE INDEX audit_unchained ON audit (at, id) WHERE seq IS NULL;

-- Overrides of the default numbers; what is not here has its default.
CREATE TABLE policy (
  name       TEXT PRIMARY KEY,
  value      BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- Request ids, so that a retry after an ambiguous commit finds what happened. The digest is keyed: a plain
-- hash of a body that holds four answers could be guessed.
CREATE TABLE requests (
  actor       TEXT NOT NULL,
  request_id  TEXT NOT NULL,
  operation   TEXT NOT NULL,
  body_digest BLOB NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('judging', 'done')),
  kept        TEXT,
  at          BIGINT NOT NULL,
  PRIMARY KEY (actor, request_id)
);
CREATE INDEX requests_by_age ON requests (at);

-- Limits. The key is a keyed hash of whom the limit is about, so that unknown addresses are counted too.
CREATE TABLE counters (
  name         TEXT NOT NULL,
  key_hash     BLOB NOT NULL,
  window_start BIGINT NOT NULL,
  spent        BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  -- Limits over a sliding window: each moment in it, UTC ms, with commas between.
  recent       TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (name, key_hash)
);
CREATE INDEX counters_by_age ON counters (last_at);

-- What desks are told, ids only; read once a second and kept a day.
CREATE TABLE events (
  id          TEXT PRIMARY KEY,
  at          BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  call_id     TEXT,
  user_id     TEXT,
  operator_id TEXT
);
CREATE INDEX events_by_age ON events (at, id);

-- One holder at a time for the sealer and the like; the fence rises with each new holder.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  fence  BIGINT NOT NULL,
  until  BIGINT NOT NULL
);

-- The contract with other applications (docs/auth-database.md): what stands here stays as it is; what has to change
-- becomes a view with the next number beside it.
CREATE VIEW shared_users_v1 AS
  SELECT id AS user_id, company_id, kind, given_name, family_name, email, account, last_sign_in_at, created_at FROM users;
CREATE VIEW shared_two_step_v1 AS
  SELECT user_id, state, changed_at FROM two_step;
CREATE VIEW shared_sessions_v1 AS
  SELECT sessions.id AS session_id, sessions.user_id, sessions.started_at, sessions.last_seen_at, sessions.expires_at,
         sessions.second_step_at
  FROM sessions JOIN users ON users.id = sessions.user_id
  WHERE sessions.ended_at IS NULL AND sessions.epoch = users.security_epoch AND users.account = 'active';
