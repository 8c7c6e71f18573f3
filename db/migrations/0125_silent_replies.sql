-- A reply that pings nobody: its reader has an earlier one to answer.
ALTER TABLE outbox ADD COLUMN silent boolean NOT NULL DEFAULT false;
