-- All communities with their workspaces, and their numbers, for `reunite communities` and `reunite status`: a transaction
-- for each community took seconds with hundreds of them.
CREATE FUNCTION named_communities(OUT id uuid, OUT name text, OUT platforms platform[], OUT workspaces text[])
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, c.name, array_agg(w.platform ORDER BY w.platform, w.name) FILTER (WHERE w.id IS NOT NULL),
    array_agg(w.name ORDER BY w.platform, w.name) FILTER (WHERE w.id IS NOT NULL)
  FROM community c LEFT JOIN workspace w ON w.community_id = c.id GROUP BY c.id
$$;
REVOKE ALL ON FUNCTION named_communities FROM PUBLIC;
GRANT EXECUTE ON FUNCTION named_communities TO reunite_app;

-- As moderators may count (db/counts.py).
CREATE FUNCTION numbers_by_community(OUT community_id uuid, OUT photos bigint, OUT texts bigint, OUT open_lost bigint,
  OUT open_found bigint, OUT returned bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, coalesce(p.photos, 0), coalesce(r.texts, 0), coalesce(r.open_lost, 0), coalesce(r.open_found, 0),
    coalesce(r.returned, 0) + coalesce(t.returned, 0)
  FROM community c
  LEFT JOIN (SELECT r.community_id, count(*) FILTER (WHERE r.text <> '' AND r.purged_at IS NULL) AS texts,
      count(*) FILTER (WHERE r.kind = 'lost' AND r.state = 'open') AS open_lost,
      count(*) FILTER (WHERE r.kind = 'found' AND r.state = 'open') AS open_found,
      count(*) FILTER (WHERE r.kind = 'found' AND r.returned_at IS NOT NULL) AS returned
    FROM report r WHERE r.state <> 'look' AND NOT r.sample GROUP BY 1) AS r ON r.community_id = c.id
  LEFT JOIN (SELECT p.community_id, count(*) AS photos FROM photo p JOIN report r ON r.id = p.report_id
    WHERE p.state = 'stored' AND r.state <> 'look' AND NOT r.sample GROUP BY 1) AS p ON p.community_id = c.id
  LEFT JOIN (SELECT t.community_id, sum(t.returned + t.returned_sealed)::bigint AS returned FROM tally t GROUP BY 1) AS t
    ON t.community_id = c.id
$$;
REVOKE ALL ON FUNCTION numbers_by_community FROM PUBLIC;
GRANT EXECUTE ON FUNCTION numbers_by_community TO reunite_app;
