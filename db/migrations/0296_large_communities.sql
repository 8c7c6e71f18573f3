-- A report's embeddings, as the foreign key looks for them. With a large community among many small ones, the key of
-- embeddings and the index of a community's were read for each report, all of the community's embeddings every time.
CREATE INDEX embedding_report ON embedding (report_id, community_id);

-- When a community's feedback last changed nothing: fitting it again waits for as much new feedback as a first lesson.
ALTER TABLE community ADD COLUMN learned_nothing_at timestamptz;

-- As before (0286), but of communities whose feedback changed nothing, only those with enough that is newer. They were
-- tried again every ten minutes, and those with something to learn waited behind them.
CREATE OR REPLACE FUNCTION communities_to_teach(enough int, of_each int, newest int, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id FROM embedding_model e
  CROSS JOIN (SELECT id, coalesce(learned_nothing_at, '-infinity') AS tried_at FROM community ORDER BY random()) AS c
  CROSS JOIN LATERAL (
    SELECT count(*) AS n, count(*) FILTER (WHERE is_right) AS n_right,
      count(*) FILTER (WHERE created_at > c.tried_at) AS n_untried
    FROM (
      SELECT f.is_right, f.created_at FROM feedback f
      WHERE f.community_id = c.id AND f.model_id = e.id AND f.evidence <> '{}' AND f.created_at > coalesce((
        SELECT l.created_at FROM calibration l
        WHERE l.model_version = e.version AND (l.community_id = c.id OR l.community_id IS NULL)
        ORDER BY l.community_id IS NULL, l.seq DESC LIMIT 1), '-infinity')
      ORDER BY f.created_at DESC LIMIT newest) AS taught) AS counted
  WHERE e.live AND n_untried >= enough AND LEAST(n_right, n - n_right) >= of_each
  LIMIT most
$$;
