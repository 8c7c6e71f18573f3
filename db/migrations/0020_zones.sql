-- Time zones: of a workspace, and of members who have told theirs. Names of the IANA database; empty: not known.
ALTER TABLE workspace ADD COLUMN timezone text NOT NULL DEFAULT '';
CREATE TABLE member_zone (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE DEFERRABLE,
  workspace_id uuid NOT NULL,
  member_id text NOT NULL,
  zone text NOT NULL,
  PRIMARY KEY (workspace_id, member_id),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE -- a workspace may move to another community
);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_zone TO reunite_app;
ALTER TABLE member_zone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON member_zone USING (community_id = current_community());
