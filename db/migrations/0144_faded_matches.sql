-- Whether a match had a label that a later search has taken away: its cards say so.
ALTER TABLE match ADD COLUMN faded boolean NOT NULL DEFAULT false;
