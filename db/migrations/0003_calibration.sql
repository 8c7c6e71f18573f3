-- What evidence is worth, fitted to answers that are known: numbers only, never words. The newest row counts, a community's
-- own before the deployment's. The deployment's (community_id null) are read by every community and written by the owner
-- alone: no community can change how another's matches are judged.

CREATE TABLE calibration (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid REFERENCES community ON DELETE CASCADE,
  model_version text NOT NULL,           -- the encoder's version whose similarities these are
  parameters jsonb NOT NULL,
  summary jsonb NOT NULL,                -- what it was fitted to and how it did
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX calibration_newest ON calibration (model_version, community_id, seq);

GRANT SELECT, INSERT ON calibration TO reunite_app;
ALTER TABLE calibration ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_or_shared ON calibration FOR SELECT
  USING (community_id IS NULL OR community_id = nullif(current_setting('reunite.community', true), '')::uuid);
CREATE POLICY own ON calibration FOR INSERT
  WITH CHECK (community_id = nullif(current_setting('reunite.community', true), '')::uuid);
