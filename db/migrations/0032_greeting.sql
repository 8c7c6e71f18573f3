-- A workspace is greeted once; those that know the bot already are not.
ALTER TABLE workspace ADD COLUMN greeted_at timestamptz;
UPDATE workspace SET greeted_at = now();
