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
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE CASCADE DEFERRABLE
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

-- A workspace's decisions move with it.
CREATE OR REPLACE FUNCTION move_community(old uuid, new uuid, moved uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SET CONSTRAINTS ALL DEFERRED;
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  PERFORM FROM report WHERE workspace_id = moved ORDER BY id FOR UPDATE;
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved); -- what came before the reports were locked
  UPDATE outbox SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE verdict SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = moved);
  UPDATE claim SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = moved);
  UPDATE claim_decision SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = moved);
  UPDATE match SET community_id = new WHERE community_id = old
    AND lost_id IN (SELECT id FROM report WHERE workspace_id = moved);
  DELETE FROM photo_details WHERE community_id = old AND (lost_id IN (SELECT id FROM report WHERE workspace_id = moved)
    OR found_id IN (SELECT id FROM report WHERE workspace_id = moved));
  UPDATE embedding SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE photo SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE report SET community_id = new WHERE workspace_id = moved;
  UPDATE channel SET community_id = new WHERE workspace_id = moved;
  UPDATE workspace SET community_id = new WHERE id = moved;
END $$;
