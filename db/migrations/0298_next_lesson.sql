-- When a community may learn again whose feedback changed nothing. Until then, it's others' turn.
ALTER TABLE community ADD COLUMN next_lesson_at timestamptz;

-- As before, but without those.
CREATE OR REPLACE FUNCTION communities_to_teach(enough int, of_each int, newest int, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id FROM embedding_model e
  CROSS JOIN (SELECT id FROM community WHERE next_lesson_at IS NULL OR next_lesson_at <= now() ORDER BY random()) AS c
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
