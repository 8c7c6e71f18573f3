-- What was added to a report's post by button: a change of the post does not take it away.
ALTER TABLE report ADD COLUMN details text NOT NULL DEFAULT '';
-- The press by which a verdict was given or taken back: one that comes twice counts once.
ALTER TABLE verdict ADD COLUMN press text;
