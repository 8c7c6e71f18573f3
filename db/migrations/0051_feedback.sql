-- What people say about matches, from which a community's calibration learns: scores only.

-- Whether the owner picked it from a gallery.
ALTER TABLE match ADD COLUMN picked boolean NOT NULL DEFAULT false;
CREATE INDEX match_feedback ON match (community_id) WHERE state <> 'undecided' OR declined OR picked;

-- Matches that somebody has judged. A moderator's verdict counts before the owner's word, and an accepted claim before a
-- pick; verdicts and accepted claims are certain, and count twice as much.
CREATE VIEW feedback WITH (security_invoker = true) AS
  SELECT judged.*, CASE WHEN is_certain THEN 1.0 ELSE 0.5 END AS weight FROM (
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      CASE WHEN m.state <> 'undecided' THEN m.state = 'confirmed' ELSE NOT m.declined END AS is_right,
      m.state <> 'undecided' OR (accepted.is_there AND NOT m.declined) AS is_certain
    FROM match m CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM claim c WHERE c.match_id = m.id AND c.state = 'accepted') AS is_there) AS accepted
    WHERE m.state <> 'undecided' OR m.declined OR m.picked OR accepted.is_there) AS judged;
GRANT SELECT ON feedback TO reunite_app;

-- Communities with enough feedback about matches that were scored by the weights of now, in no order.
CREATE FUNCTION communities_to_teach(enough int, of_each int, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.community_id FROM feedback f JOIN embedding_model e ON e.id = f.model_id AND e.live
  WHERE f.evidence <> '{}' AND f.created_at > coalesce((
    SELECT c.created_at FROM calibration c
    WHERE c.model_version = e.version AND (c.community_id = f.community_id OR c.community_id IS NULL)
    ORDER BY c.community_id IS NULL, c.seq DESC LIMIT 1), '-infinity')
  GROUP BY f.community_id
  HAVING count(*) >= enough AND LEAST(count(*) FILTER (WHERE is_right), count(*) FILTER (WHERE NOT is_right)) >= of_each
  ORDER BY random() LIMIT most
$$;
REVOKE ALL ON FUNCTION communities_to_teach FROM PUBLIC;
GRANT EXECUTE ON FUNCTION communities_to_teach TO reunite_app;
