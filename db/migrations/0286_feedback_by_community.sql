-- As before, in two parts, each of which a community reads from an index: what was said about matches, by time, and
-- accepted claims. As one list of ids, all communities' were read first.
CREATE OR REPLACE VIEW feedback WITH (security_invoker = true) AS
  SELECT judged.*, CASE WHEN is_certain THEN 1.0 ELSE 0.5 END AS weight FROM (
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      CASE WHEN m.state <> 'undecided' THEN m.state = 'confirmed' ELSE NOT m.declined END AS is_right,
      m.state <> 'undecided' OR (NOT m.declined
        AND EXISTS (SELECT FROM claim c WHERE c.match_id = m.id AND c.state = 'accepted')) AS is_certain
    FROM match m JOIN report f ON f.id = m.found_id AND (m.released OR NOT f.sealed)
    WHERE m.state <> 'undecided' OR m.declined OR m.picked
    UNION ALL
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      true, true
    FROM match m JOIN report f ON f.id = m.found_id AND (m.released OR NOT f.sealed)
    WHERE NOT (m.state <> 'undecided' OR m.declined OR m.picked)
      AND m.id IN (SELECT c.match_id FROM claim c WHERE c.state = 'accepted' AND c.community_id = m.community_id)
  ) AS judged;

-- As before, but communities are looked at one by one until there are `most`, and of each only the newest feedback, which
-- is all that learning reads (db/learning.py). The one with three arguments stays: workers of the version before, which run
-- until they are replaced, call it.
CREATE FUNCTION communities_to_teach(enough int, of_each int, newest int, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id FROM embedding_model e CROSS JOIN (SELECT id FROM community ORDER BY random()) AS c
  CROSS JOIN LATERAL (
    SELECT count(*) AS n, count(*) FILTER (WHERE is_right) AS n_right FROM (
      SELECT f.is_right FROM feedback f
      WHERE f.community_id = c.id AND f.model_id = e.id AND f.evidence <> '{}' AND f.created_at > coalesce((
        SELECT l.created_at FROM calibration l
        WHERE l.model_version = e.version AND (l.community_id = c.id OR l.community_id IS NULL)
        ORDER BY l.community_id IS NULL, l.seq DESC LIMIT 1), '-infinity')
      ORDER BY f.created_at DESC LIMIT newest) AS taught) AS counted
  WHERE e.live AND n >= enough AND LEAST(n_right, n - n_right) >= of_each
  LIMIT most
$$;
REVOKE ALL ON FUNCTION communities_to_teach(int, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION communities_to_teach(int, int, int, int) TO reunite_app;
