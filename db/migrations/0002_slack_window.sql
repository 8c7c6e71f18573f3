-- What is still to be read of a Slack channel's history after a time away: posts from `oldest` to before `latest`, newest
-- first. Posts since `since` may be new; older ones may have been edited or deleted.
CREATE TABLE slack_window (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  team text NOT NULL,
  channel text NOT NULL,
  oldest text NOT NULL,
  since text NOT NULL,
  latest text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slack_window_team ON slack_window (team);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_window TO reunite_app;
ALTER TABLE slack_window ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_window USING (current_community() IS NULL);
