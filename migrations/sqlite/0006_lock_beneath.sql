-- What an administrator locks may have been locked before, by its owner (This wasn't me among them) or by failed recovery. That
-- lock stands on beneath the administrator's: one administrator alone doesn't open what the owner shut (D10.16).
ALTER TABLE users ADD COLUMN lock_beneath TEXT CHECK (lock_beneath IN ('recovery', 'owner'));

-- Former addresses that their owner can still take back: nobody else gets them meanwhile.
CREATE INDEX email_changes_confirmed ON email_changes (confirmed_at) WHERE confirmed_at IS NOT NULL AND stopped_at IS NULL;
