-- A greeting is due until it was sent (greeted_at), so a restart loses none. Once it was tried, it stays in its channel: it
-- may have arrived there.
ALTER TABLE workspace ADD COLUMN greeting_channel text, ADD COLUMN greeting_tried_at timestamptz;

-- Known workspaces aren't greeted again. On Slack, one that has invited the bot nowhere yet is greeted when it does.
UPDATE workspace w SET greeted_at = now()
WHERE greeted_at IS NULL AND (platform <> 'slack' OR EXISTS (SELECT FROM channel c WHERE c.workspace_id = w.id));

-- As before, except that an author's habits are read from the reports that take part in the search, as the words are:
-- hidden reports change nothing that members see.
CREATE OR REPLACE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_hidden boolean,
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
        WHERE w.community_id = current_community() AND o.author_id = author AND o.kind = of_kind AND o.state = 'open'
          AND NOT o.sample AND (with_hidden OR NOT (o.sealed OR o.private) OR EXISTS (SELECT FROM match m
            WHERE m.found_id = o.id AND m.lost_id = searching AND m.released))) AS n
      FROM unnest(held.authors) AS used (author) WHERE held.n <= most GROUP BY author HAVING count(*) > 1
    ) AS counted) AS habits
  WHERE held.n > 0
$$;

-- As before, without sealed reports that no moderator has released: a community's weights decide what members see.
CREATE OR REPLACE VIEW feedback WITH (security_invoker = true) AS
  SELECT judged.*, CASE WHEN is_certain THEN 1.0 ELSE 0.5 END AS weight FROM (
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      CASE WHEN m.state <> 'undecided' THEN m.state = 'confirmed' ELSE NOT m.declined END AS is_right,
      m.state <> 'undecided' OR (accepted.is_there AND NOT m.declined) AS is_certain
    FROM match m JOIN report f ON f.id = m.found_id AND (m.released OR NOT f.sealed)
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM claim c WHERE c.match_id = m.id AND c.state = 'accepted') AS is_there) AS accepted
    WHERE m.id IN (
      SELECT said.id FROM match said WHERE said.state <> 'undecided' OR said.declined OR said.picked
      UNION ALL SELECT c.match_id FROM claim c WHERE c.state = 'accepted')) AS judged;
