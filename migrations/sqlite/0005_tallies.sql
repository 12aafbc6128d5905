-- What reports count and nothing else keeps. Anonymous from the start: sums by day, and of a question by four weeks, with
-- no user, call or operator, so that neither an erasure nor a reader of this table has anybody to find. Which answer was
-- right is not among them: a sum that moves by one would tell whoever watches it.
CREATE TABLE tallies (
  -- 'verdict': checks, by which check of its call it was; `part` came out right.
  -- 'question': first checks of a call in which it was asked; in `part` the caller didn't know an answer.
  name   TEXT NOT NULL CHECK (name IN ('verdict', 'question')),
  -- The day, counted from 1970 on the organisation's clock; of a question the number of its four weeks.
  period BIGINT NOT NULL,
  about  TEXT NOT NULL,
  total  BIGINT NOT NULL,
  part   BIGINT NOT NULL,
  PRIMARY KEY (name, period, about),
  CHECK (part BETWEEN 0 AND total)
);
