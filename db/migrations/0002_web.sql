-- The local chat page keeps its posts here, as Discord and Slack keep theirs. Photos and verdicts are read from the core.

CREATE TABLE web_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  channel text NOT NULL,
  root_id bigint REFERENCES web_message ON DELETE CASCADE,  -- the post in whose thread this stands
  key text NOT NULL,                     -- idempotency key: the page's for a post, the outbox's for a reply
  author_id text,                        -- null: the bot
  author_name text,
  text text NOT NULL DEFAULT '',
  reply jsonb,                           -- what the bot says
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (community_id, key),
  CHECK ((author_id IS NULL) = (author_name IS NULL)),
  CHECK ((author_id IS NULL) = (reply IS NOT NULL))
);
CREATE INDEX web_message_posts ON web_message (community_id, id) WHERE root_id IS NULL;
CREATE INDEX web_message_thread ON web_message (root_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON web_message TO reunite_app;
ALTER TABLE web_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON web_message
  USING (community_id = nullif(current_setting('reunite.community', true), '')::uuid);
