-- The weekly digest, for workspaces that want it: what still waits for its owner, in the channel for found items.

ALTER TABLE workspace
  ADD COLUMN digest boolean NOT NULL DEFAULT false,
  ADD COLUMN digested_at timestamptz;

ALTER TABLE outbox DROP CONSTRAINT outbox_audience_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_audience_check CHECK (audience IN ('thread', 'moderators', 'pair', 'channel'));

CREATE FUNCTION due_digests(at timestamptz, most int, OUT community_id uuid, OUT workspace_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.community_id, w.id FROM workspace w
  WHERE w.digest AND (w.digested_at IS NULL OR w.digested_at <= due_digests.at - interval '7 days') LIMIT most
$$;
REVOKE ALL ON FUNCTION due_digests FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_digests TO reunite_app;
