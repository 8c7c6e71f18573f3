-- Who accepted or rejected a claim: the board's log shows it beside the verdicts. Not known of earlier decisions.
-- Append-only, as the verdicts are.
CREATE TABLE claim_decision (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL,
  member_id text NOT NULL,
  member_name text NOT NULL,             -- empty: forgotten
  state text NOT NULL CHECK (state IN ('accepted', 'rejected')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE  -- a workspace may move to another community
);
CREATE INDEX claim_decision_match ON claim_decision (match_id);
GRANT SELECT, INSERT ON claim_decision TO reunite_app;
ALTER TABLE claim_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON claim_decision USING (community_id = current_community());

-- A member who wants to be forgotten stays in both logs as a number only.
CREATE OR REPLACE FUNCTION forget_moderator(member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member AND community_id = current_community();
  UPDATE claim_decision SET member_name = '' WHERE member_id = member AND community_id = current_community()
$$;
