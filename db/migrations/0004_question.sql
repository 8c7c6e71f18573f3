-- The one question that the author of a lost report may be asked, and what they said.
ALTER TABLE report
  ADD COLUMN question jsonb,             -- {"aspect", "options"}; null: not asked
  ADD COLUMN said text,                  -- one of the options; empty: not sure; null: not answered
  ADD CONSTRAINT said_when_asked CHECK (said IS NULL OR question IS NOT NULL);
