-- Since when the platform says that the bot is no longer in a workspace. Such a workspace is deleted after a while, as if
-- the bot had been there when it was removed.
ALTER TABLE workspace ADD COLUMN absent_since timestamptz;

CREATE FUNCTION known_workspaces(of_platform platform,
  OUT workspace_id uuid, OUT community_id uuid, OUT external_id text, OUT absent_since timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.community_id, w.external_id, w.absent_since FROM workspace w WHERE w.platform = of_platform
$$;
REVOKE ALL ON FUNCTION known_workspaces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION known_workspaces TO reunite_app;
