-- Giving an item back: where it is kept, what its owner and its finder say, and the conversation of the two.

ALTER TABLE workspace ADD COLUMN returned_by text NOT NULL DEFAULT 'both'  -- whose word counts besides a moderator's
  CHECK (returned_by IN ('both', 'either', 'moderators'));

ALTER TABLE report
  ADD COLUMN kept_at text NOT NULL DEFAULT '',     -- where a find was handed in; empty: its finder has it
  ADD COLUMN kept_code text NOT NULL DEFAULT '';   -- the code on its label there

ALTER TABLE match
  ADD COLUMN got_back boolean NOT NULL DEFAULT false,     -- says the owner
  ADD COLUMN handed_over boolean NOT NULL DEFAULT false,  -- says the finder
  ADD COLUMN returned boolean NOT NULL DEFAULT false;     -- these words count as much as a moderator's

ALTER TABLE outbox DROP CONSTRAINT outbox_audience_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_audience_check CHECK (audience IN ('thread', 'moderators', 'pair'));
