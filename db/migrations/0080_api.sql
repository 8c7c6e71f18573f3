-- The HTTP API: a platform of its own, whose "threads" are read by request; its tokens, its jobs, and the embedding of
-- queries by a worker.

ALTER TYPE platform ADD VALUE 'api';

-- A token opens one community to a program. Only its hash is kept. It belongs to the API's workspace in the community,
-- and moves with it.
CREATE TABLE api_token (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL CHECK (scopes <@ '{read,write,moderate}' AND scopes <> '{}'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  used_at timestamptz,
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX api_token_community ON api_token (community_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_token TO reunite_app;
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON api_token USING (community_id = current_community());

-- Many items posted at once. Their progress is that of their reports.
CREATE TABLE api_job (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  key text NOT NULL,                     -- idempotency key
  reports uuid[] NOT NULL DEFAULT '{}',  -- in the order of the items; null where an item was refused
  refused jsonb NOT NULL DEFAULT '[]',   -- [{"position", "detail"}]
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (workspace_id, key),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_job TO reunite_app;
ALTER TABLE api_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON api_job USING (community_id = current_community());

-- Texts and photos that a process without an encoder has embedded by a worker. A row lives for one request: who asked
-- deletes it with the answer, and the workers delete what was left.
CREATE TABLE embedding_request (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  texts text[] NOT NULL DEFAULT '{}',
  photos bytea[] NOT NULL DEFAULT '{}',
  answer jsonb,
  taken_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX embedding_request_created ON embedding_request (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_request TO reunite_app;
ALTER TABLE embedding_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON embedding_request USING (community_id = current_community());

CREATE FUNCTION announce_embedding_request() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('reunite_embedding', '');
  RETURN NULL;
END $$;
CREATE TRIGGER embedding_request_added AFTER INSERT ON embedding_request
  FOR EACH STATEMENT EXECUTE FUNCTION announce_embedding_request();

-- Across communities -------------------------------------------------------------------------------------------------

-- The valid token with this hash. Its last use is noted, at most once a minute.
CREATE FUNCTION use_api_token(token_hash text,
  OUT id uuid, OUT community_id uuid, OUT workspace_id uuid, OUT workspace text, OUT name text, OUT scopes text[])
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE api_token t SET used_at = now() WHERE t.hash = token_hash AND (t.expires_at IS NULL OR t.expires_at > now())
    AND (t.used_at IS NULL OR t.used_at < now() - interval '1 minute');
  RETURN QUERY SELECT t.id, t.community_id, t.workspace_id, w.external_id, t.name, t.scopes
    FROM api_token t JOIN workspace w ON w.id = t.workspace_id
    WHERE t.hash = token_hash AND (t.expires_at IS NULL OR t.expires_at > now());
END $$;

-- The oldest request that no worker is busy with; requests that nobody waits for any more are deleted.
CREATE FUNCTION take_embedding_request(lease interval, lifetime interval, OUT id uuid, OUT community_id uuid)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM embedding_request r WHERE r.created_at < now() - lifetime;
  RETURN QUERY UPDATE embedding_request SET taken_until = now() + lease
    WHERE embedding_request.id = (SELECT r.id FROM embedding_request r
      WHERE r.answer IS NULL AND (r.taken_until IS NULL OR r.taken_until < now())
      ORDER BY r.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING embedding_request.id, embedding_request.community_id;
END $$;

REVOKE ALL ON FUNCTION use_api_token, take_embedding_request, announce_embedding_request FROM PUBLIC;
GRANT EXECUTE ON FUNCTION use_api_token, take_embedding_request TO reunite_app;
