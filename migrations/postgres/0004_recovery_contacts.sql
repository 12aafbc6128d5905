-- What a company asks for before an unlock link opens an account of its users: the link (and its call code), or a code
-- beside it that goes to the company's billing user as recovery contact.
ALTER TABLE companies ADD COLUMN recovery TEXT NOT NULL DEFAULT 'link'
  CHECK (recovery IN ('link', 'link_and_contact_code'));

-- What stands beside an unlock link: the contact code with the billing user it went to, as they were then, or the
-- approval that took its place, or both. An approval serves one link. No address stands here: whoever changes it has
-- another security epoch.
CREATE TABLE unlock_proofs (
  link_id       TEXT PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
  code_id       TEXT UNIQUE REFERENCES codes (id) ON DELETE CASCADE,
  contact_id    TEXT REFERENCES users (id),
  contact_epoch BIGINT,
  approval_id   TEXT UNIQUE REFERENCES approvals (id),
  CHECK ((code_id IS NULL) = (contact_id IS NULL)),
  CHECK ((code_id IS NULL) = (contact_epoch IS NULL)),
  CHECK (code_id IS NOT NULL OR approval_id IS NOT NULL)
);
CREATE INDEX unlock_proofs_by_contact ON unlock_proofs (contact_id);
