-- Since when a channel has its kind of report: older posts in it aren't new. Null if it has always had it, as far as we
-- know.
ALTER TABLE channel ADD COLUMN since timestamptz;
