-- Fragments of the part of an address before the @, for a look-up whose words begin nothing. An index of triples of
-- letters without positions or a copy of the text; what it finds is looked at again in `users`. Numbers of rows of
-- `users` may change when the file is copied by VACUUM, so fragments have numbers of their own.
CREATE TABLE user_fragments (
  number  INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE fragments USING fts5 (local_part, content = '', columnsize = 0, detail = none, tokenize = 'trigram');
-- What is taken out is taken out for good: an erased user leaves no triple behind.
INSERT INTO fragments (fragments, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER fragments_of_a_new_user AFTER INSERT ON users BEGIN
  INSERT INTO user_fragments (user_id) VALUES (new.id);
  INSERT INTO fragments (rowid, local_part)
    SELECT number, substr(new.email_fold, 1, instr(new.email_fold, '@') - 1) FROM user_fragments WHERE user_id = new.id;
END;
CREATE TRIGGER fragments_of_a_changed_address AFTER UPDATE OF email_fold ON users
WHEN new.email_fold <> old.email_fold BEGIN
  INSERT INTO fragments (fragments, rowid, local_part)
    SELECT 'delete', number, substr(old.email_fold, 1, instr(old.email_fold, '@') - 1) FROM user_fragments WHERE user_id = old.id;
  INSERT INTO fragments (rowid, local_part)
    SELECT number, substr(new.email_fold, 1, instr(new.email_fold, '@') - 1) FROM user_fragments WHERE user_id = new.id;
END;
CREATE TRIGGER fragments_of_a_user_gone BEFORE DELETE ON users BEGIN
  INSERT INTO fragments (fragments, rowid, local_part)
    SELECT 'delete', number, substr(old.email_fold, 1, instr(old.email_fold, '@') - 1) FROM user_fragments WHERE user_id = old.id;
END;

-- Users that were here before.
INSERT INTO user_fragments (user_id) SELECT id FROM users;
INSERT INTO fragments (rowid, local_part)
  SELECT n.number, substr(u.email_fold, 1, instr(u.email_fold, '@') - 1)
  FROM user_fragments n JOIN users u ON u.id = n.user_id;
