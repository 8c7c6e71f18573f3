-- Searches that leave private losses out, and the age of replies that wait.

DROP FUNCTION reports_with_words;

-- As before, but private losses are left out like sealed finds unless `with_hidden`.
CREATE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_hidden boolean,
  OUT word text, OUT reports uuid[], OUT authors text[])
RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT given.word, CASE WHEN held.n <= most THEN held.reports END, CASE WHEN held.n <= most THEN held.authors END
  FROM unnest(wanted) AS given (word) CROSS JOIN LATERAL (
    SELECT count(*) AS n, array_agg(id) AS reports, array_agg(author_id) AS authors FROM (
      SELECT r.id, r.author_id FROM report r
      WHERE r.state = 'open' AND r.kind = of_kind AND r.community_id = current_community()
        AND word_keys(r.community_id, r.words) @> word_keys(current_community(), ARRAY[given.word])
        AND r.words @> ARRAY[given.word]
        AND (with_hidden OR NOT (r.sealed OR r.private) OR EXISTS (SELECT FROM match m
          WHERE m.found_id = r.id AND m.lost_id = searching AND m.released))
      LIMIT most + 1) AS first_ones) AS held
  WHERE held.n > 0
$$;
REVOKE ALL ON FUNCTION reports_with_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reports_with_words TO reunite_app;

DROP TRIGGER report_search_change ON report;
CREATE TRIGGER report_search_change AFTER UPDATE OF state, sealed, private, kind, community_id ON report
  FOR EACH ROW EXECUTE FUNCTION note_report_change();

-- A reply that was never sent waits since it was written; one to be edited or removed, since that is due.
CREATE OR REPLACE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, o.state, count(*),
    min(CASE WHEN o.sent_message IS NULL AND o.task <> 'remove' THEN o.created_at ELSE least(o.due_at, now()) END)
  FROM outbox o WHERE o.state IN ('queued', 'failed') GROUP BY 1, 2
$$;
