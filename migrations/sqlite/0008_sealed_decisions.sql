-- An approval of an unlock e-mail is looked at again when the e-mail is sent: who gave it, and when, is sealed like what was
-- asked for.
ALTER TABLE approvals ADD COLUMN decision_seal BLOB;
