-- Searches that answer from memory (docs/decisions/0045-searched-in-memory.md).

-- As before, and how many open reports each author has who used a word more than once. The words' keys already contain the
-- community, whose own index would only be read in addition: IS NOT DISTINCT FROM keeps the planner from that.
DROP FUNCTION reports_with_words;
CREATE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_hidden boolean,
  OUT word text, OUT reports uuid[], OUT authors text[], OUT repeated text[], OUT repeats bigint[])
RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$ -- the same for any words: planning takes as long as looking them up
  SELECT given.word, CASE WHEN held.n <= most THEN held.reports END, CASE WHEN held.n <= most THEN held.authors END,
    habits.authors, habits.counts
  FROM unnest(wanted) AS given (word) CROSS JOIN LATERAL (
    SELECT count(*) AS n, array_agg(id) AS reports, array_agg(author_id) AS authors FROM (
      SELECT r.id, r.author_id FROM report r
      WHERE r.state = 'open' AND r.kind = of_kind AND r.community_id IS NOT DISTINCT FROM current_community()
        AND word_keys(r.community_id, r.words) @> word_keys(current_community(), ARRAY[given.word])
        AND r.words @> ARRAY[given.word]
        AND (with_hidden OR NOT (r.sealed OR r.private) OR EXISTS (SELECT FROM match m
          WHERE m.found_id = r.id AND m.lost_id = searching AND m.released))
      LIMIT most + 1) AS first_ones) AS held
  CROSS JOIN LATERAL (
    SELECT array_agg(author) AS authors, array_agg(n) AS counts FROM (
      SELECT author, (SELECT count(*) FROM workspace w JOIN report o ON o.workspace_id = w.id
        WHERE w.community_id = current_community() AND o.author_id = author AND o.kind = of_kind AND o.state = 'open') AS n
      FROM unnest(held.authors) AS used (author) WHERE held.n <= most GROUP BY author HAVING count(*) > 1
    ) AS counted) AS habits
  WHERE held.n > 0
$$;
REVOKE ALL ON FUNCTION reports_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reports_with_words TO reunite_app;

-- Reports count from when they are open, also those without vectors.
CREATE FUNCTION note_new_report() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM note_search_change(NEW.community_id, NEW.id);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION note_new_report FROM PUBLIC;
CREATE TRIGGER report_search_arrival AFTER INSERT ON report
  FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION note_new_report();
