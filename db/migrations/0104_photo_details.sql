-- How many details of two photos match, for pairs that were worth comparing.
CREATE TABLE photo_details (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  lost_id uuid NOT NULL,
  found_id uuid NOT NULL,
  lost_photo uuid NOT NULL,
  found_photo uuid NOT NULL,
  details real NOT NULL CHECK (details >= 0),
  PRIMARY KEY (lost_photo, found_photo),
  FOREIGN KEY (community_id, lost_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, lost_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX photo_details_lost ON photo_details (lost_id);
CREATE INDEX photo_details_found ON photo_details (found_id, found_photo);
GRANT SELECT, INSERT, UPDATE, DELETE ON photo_details TO reunite_app;
ALTER TABLE photo_details ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON photo_details USING (community_id = current_community());

-- As before, and what was compared is compared again where it is needed.
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
