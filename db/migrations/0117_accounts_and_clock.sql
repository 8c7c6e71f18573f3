-- What tells people apart, as text: elsewhere in a community, the same id may be another person's. On Discord, a member has
-- the same id in all servers.
CREATE FUNCTION account_key(of_platform platform, of_workspace text, member text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT of_platform::text || ' ' || CASE WHEN of_platform = 'discord' THEN '' ELSE of_workspace END || ' ' || member
$$;

-- As before, except that authors are compared by their accounts.
CREATE OR REPLACE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_hidden boolean,
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
        AND r.words @> ARRAY[given.word]
        AND (with_hidden OR NOT (r.sealed OR r.private) OR EXISTS (SELECT FROM match m
          WHERE m.found_id = r.id AND m.lost_id = searching AND m.released))
      LIMIT most + 1) AS first_ones JOIN workspace w ON w.id = first_ones.workspace_id) AS held
  CROSS JOIN LATERAL (
    SELECT array_agg(author) AS authors, array_agg(n) AS counts FROM (
      SELECT author, (SELECT count(*) FROM workspace w JOIN report o ON o.workspace_id = w.id
        WHERE w.community_id = current_community() AND o.author_id = member AND o.kind = of_kind AND o.state = 'open'
          AND account_key(w.platform, w.external_id, o.author_id) = author
          AND NOT o.sample AND (with_hidden OR NOT (o.sealed OR o.private) OR EXISTS (SELECT FROM match m
            WHERE m.found_id = o.id AND m.lost_id = searching AND m.released))) AS n
      FROM unnest(held.authors, held.members) AS used (author, member) WHERE held.n <= most
      GROUP BY author, member HAVING count(*) > 1
    ) AS counted) AS habits
  WHERE held.n > 0
$$;

-- The latest moment that this database has known: a process notes it at each heartbeat.
CREATE TABLE clock (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  latest timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE clock ENABLE ROW LEVEL SECURITY;

-- Note the time. If the clock was set back, what was written before would be due, or leased, in a future that is farther away
-- by as much: bring it back by that, and return how much it was. Two minutes or less don't matter, and tell the leases from
-- before, which end later than that, from those since: no lease is that long.
CREATE FUNCTION note_time() RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE back interval;
BEGIN
  INSERT INTO clock DEFAULT VALUES ON CONFLICT DO NOTHING;
  SELECT latest - now() INTO back FROM clock FOR UPDATE; -- once, if several processes notice it
  UPDATE clock SET latest = now() WHERE back NOT BETWEEN interval '0' AND interval '2 minutes';
  IF back <= interval '2 minutes' THEN RETURN NULL; END IF;
  UPDATE process SET seen_at = now() WHERE seen_at > now();
  UPDATE work SET due_at = due_at - back WHERE state = 'due' AND due_at > now();
  UPDATE work SET hinted_at = NULL WHERE state = 'due' AND hinted_at > now();
  UPDATE work SET leased_until = leased_until - back WHERE state = 'due' AND leased_until > now() + interval '2 minutes';
  UPDATE outbox SET due_at = due_at - back WHERE state = 'queued' AND due_at > now();
  UPDATE outbox SET leased_until = leased_until - back WHERE state = 'queued' AND leased_until > now() + interval '2 minutes';
  UPDATE embedding_request SET taken_until = NULL WHERE taken_until > now() + interval '2 minutes';
  RETURN back;
END $$;

-- The application's rights on the new functions.
REVOKE ALL ON FUNCTION account_key, note_time FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_key, note_time TO reunite_app;
