-- Who deleted somebody else's report: the board's log shows it beside the verdicts. Not known of earlier deletions.
-- Its lines are never changed; they go with what else remains of the report.
CREATE TABLE report_deletion (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  member_id text NOT NULL,
  member_name text NOT NULL,             -- empty: forgotten
  platform platform NOT NULL,
  workspace text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE  -- a workspace may move to another community
);
CREATE INDEX report_deletion_report ON report_deletion (report_id);
CREATE INDEX report_deletion_newest ON report_deletion (community_id, at DESC, seq DESC);
CREATE INDEX report_deletion_member ON report_deletion (community_id, member_id);
GRANT SELECT, INSERT, DELETE ON report_deletion TO reunite_app;
ALTER TABLE report_deletion ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON report_deletion USING (community_id = current_community());

-- As before, in this log too.
CREATE OR REPLACE FUNCTION forget_moderator(of_platform platform, of_workspace text, member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member AND community_id = current_community()
    AND coalesce(platform, of_platform) = of_platform AND coalesce(workspace, of_workspace) = of_workspace;
  UPDATE claim_decision SET member_name = '' WHERE member_id = member AND community_id = current_community()
    AND coalesce(platform, of_platform) = of_platform AND coalesce(workspace, of_workspace) = of_workspace;
  UPDATE report_deletion SET member_name = '' WHERE member_id = member AND community_id = current_community()
    AND platform = of_platform AND workspace = of_workspace
$$;
