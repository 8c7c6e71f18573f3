-- Claims that wait from before their moderators had a channel; the caller says how the keys of their cards go on.
CREATE INDEX claim_open ON claim (at) WHERE state = 'open';
CREATE FUNCTION unshown_claims(card text, most int, OUT community_id uuid, OUT claim_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.community_id, c.id FROM claim c JOIN match m ON m.id = c.match_id
    JOIN report lost ON lost.id = m.lost_id JOIN report found ON found.id = m.found_id
  WHERE c.state = 'open' AND m.state = 'undecided' AND lost.state = 'open' AND found.state = 'open' AND EXISTS (
    SELECT FROM workspace w
    WHERE w.id IN (found.workspace_id, lost.workspace_id) AND w.log_channel IS NOT NULL AND NOT EXISTS (
      SELECT FROM outbox o WHERE o.community_id = c.community_id
        AND o.key = c.id::text || card || CASE w.id WHEN found.workspace_id THEN 'found' ELSE 'lost' END))
  ORDER BY c.at LIMIT most
$$;
REVOKE ALL ON FUNCTION unshown_claims FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unshown_claims TO reunite_app;
