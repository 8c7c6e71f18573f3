-- The address of a workspace's own site on its platform, for links to its posts; empty: unknown, or not needed.
ALTER TABLE workspace ADD COLUMN address text NOT NULL DEFAULT '';
