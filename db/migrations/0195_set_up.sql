-- Whether a workspace's settings were ever saved: from then on, no channel's name decides its language.
-- Of the workspaces that are there already this isn't known, so they keep theirs.
ALTER TABLE workspace ADD COLUMN is_set_up boolean NOT NULL DEFAULT true;
ALTER TABLE workspace ALTER COLUMN is_set_up SET DEFAULT false;
