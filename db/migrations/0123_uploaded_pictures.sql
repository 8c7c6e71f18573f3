-- The pictures that the bot has uploaded to Slack, by reply: they go with its message, or once it shows another. Those of
-- searches without a report have no reply, and go after a while.
CREATE TABLE slack_picture (
  team text NOT NULL,
  key text NOT NULL,                     -- the reply's, as in the outbox
  file text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (team, key, file)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_picture TO reunite_app;
ALTER TABLE slack_picture ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_picture USING (current_community() IS NULL);
