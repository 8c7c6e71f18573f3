-- When work was done: how long each piece takes says how long a new report will wait.
ALTER TABLE work ADD COLUMN done_at timestamptz;
CREATE INDEX work_done ON work (community_id, done_at DESC) WHERE state = 'done' AND done_at IS NOT NULL;
