-- Until when a bot has heard of everything in a workspace, on any platform.
ALTER TABLE workspace ADD COLUMN heard_at timestamptz;
UPDATE workspace w SET heard_at = p.heard_at FROM slack_presence p
  WHERE w.platform = 'slack' AND w.external_id = p.team;
DROP TABLE slack_presence;

-- One statement for all guilds of a bot. It waits for none that is being changed: the next record follows soon.
CREATE FUNCTION note_heard(of_platform platform, externals text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE workspace SET heard_at = now() WHERE id IN (
    SELECT id FROM workspace WHERE platform = of_platform AND external_id = ANY (externals)
      FOR NO KEY UPDATE SKIP LOCKED)
$$;
CREATE FUNCTION heard_at(of_platform platform, external text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT heard_at FROM workspace WHERE platform = of_platform AND external_id = external
$$;
REVOKE ALL ON FUNCTION note_heard, heard_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_heard, heard_at TO reunite_app;
