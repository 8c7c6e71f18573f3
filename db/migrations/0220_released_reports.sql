-- As before, except that a sealed report takes part in no search that members see, not even once it has been released:
-- by changing a lost report, its author could find out what the sealed one is.
DROP FUNCTION reports_with_words;
CREATE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, with_hidden boolean,
  OUT word text, OUT reports uuid[], OUT authors text[], OUT repeated text[], OUT repeats bigint[])
RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$ -- the same for any words: planning takes as long as looking them up
  SELECT given.word, CASE WHEN held.n <= most THEN held.reports END, CASE WHEN held.n <= most THEN held.authors END,
    habits.authors, habits.counts
  FROM unnest(wanted) AS given (word) CROSS JOIN LATERAL (
    SELECT count(*) AS n, array_agg(first_ones.id) AS reports, array_agg(first_ones.author_id) AS members,
      array_agg(account_key(w.platform, w.external_id, first_ones.author_id)) AS authors
    FROM (
      SELECT r.id, r.workspace_id, r.author_id FROM report r
      WHERE r.state = 'open' AND r.kind = of_kind AND r.community_id IS NOT DISTINCT FROM current_community()
        AND word_keys(r.community_id, r.words) @> word_keys(current_community(), ARRAY[given.word])
        AND r.words @> ARRAY[given.word] AND (with_hidden OR NOT (r.sealed OR r.private))
      LIMIT most + 1) AS first_ones JOIN workspace w ON w.id = first_ones.workspace_id) AS held
  CROSS JOIN LATERAL (
    SELECT array_agg(author) AS authors, array_agg(n) AS counts FROM (
      SELECT author, (SELECT count(*) FROM workspace w JOIN report o ON o.workspace_id = w.id
        WHERE w.community_id = current_community() AND o.author_id = member AND o.kind = of_kind AND o.state = 'open'
          AND account_key(w.platform, w.external_id, o.author_id) = author
          AND NOT o.sample AND (with_hidden OR NOT (o.sealed OR o.private))) AS n
      FROM unnest(held.authors, held.members) AS used (author, member) WHERE held.n <= most
      GROUP BY author, member HAVING count(*) > 1
    ) AS counted) AS habits
  WHERE held.n > 0
$$;
REVOKE ALL ON FUNCTION reports_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reports_with_words TO reunite_app;
