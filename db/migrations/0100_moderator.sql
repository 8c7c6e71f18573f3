-- Where a moderator gave a verdict, so that their name is shown as there. Not known of earlier ones.

ALTER TABLE verdict ADD COLUMN platform platform;

-- Who is signed in to the board from a platform's workspaces: their bots ask now and then whether they still moderate.
CREATE FUNCTION board_sessions_on(of_platform platform, OUT id uuid,
  OUT community_id uuid, OUT platform text, OUT workspace text, OUT workspace_name text, OUT timezone text,
  OUT member_id text, OUT member_name text, OUT language text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.community_id, w.platform::text, w.external_id, w.name, w.timezone, s.member_id, s.member_name, s.language
  FROM board_session s JOIN workspace w ON w.id = s.workspace_id
  WHERE w.platform = of_platform AND coalesce(s.began_at + interval '12 hours', s.created_at + interval '10 minutes') > now()
  ORDER BY s.id
$$;
REVOKE ALL ON FUNCTION board_sessions_on FROM PUBLIC;
GRANT EXECUTE ON FUNCTION board_sessions_on TO reunite_app;
