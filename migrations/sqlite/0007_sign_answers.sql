-- What a company's billing users answer to the signs of a shared log-in. The signs that were there stand beside it, by name: a
-- further one is a further question. A remark about a hint: nothing of the account depends on it. A member who goes to another
-- company takes no answer along.
CREATE TABLE sign_answers (
  user_id     TEXT PRIMARY KEY REFERENCES users (id),
  company_id  TEXT NOT NULL REFERENCES companies (id),
  answer      TEXT NOT NULL CHECK (answer IN ('one_person', 'splitting', 'later')),
  signs       TEXT NOT NULL,
  answered_by TEXT NOT NULL REFERENCES users (id),
  answered_at BIGINT NOT NULL
);

-- A review keeps the answer as it stood: whoever signs has seen it. The name is not kept twice, so that an erasure finds it.
ALTER TABLE team_review_rows ADD COLUMN sign_answer TEXT;
ALTER TABLE team_review_rows ADD COLUMN answered_signs TEXT;
ALTER TABLE team_review_rows ADD COLUMN answered_by TEXT;
ALTER TABLE team_review_rows ADD COLUMN answered_at BIGINT;
