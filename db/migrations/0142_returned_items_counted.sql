-- How many found items were returned, of reports whose rows are deleted: the number may not fall as time passes.
ALTER TABLE tally ADD COLUMN returned bigint NOT NULL DEFAULT 0, ADD COLUMN returned_sealed bigint NOT NULL DEFAULT 0,
  ALTER COLUMN matches_shown SET DEFAULT 0, ALTER COLUMN confirmed SET DEFAULT 0, ALTER COLUMN rejected SET DEFAULT 0,
  ALTER COLUMN high SET DEFAULT 0, ALTER COLUMN high_right SET DEFAULT 0,
  ALTER COLUMN lists SET DEFAULT 0, ALTER COLUMN lists_right SET DEFAULT 0;

-- A report that was returned counts as such also after it has ended.
CREATE INDEX report_returns ON report (community_id, returned_at) WHERE kind = 'found' AND returned_at IS NOT NULL;
