-- As before, but IN became OR: PostgreSQL finds a state by an index that has only this state, and two such only for OR.
-- Each process counts whenever its metrics are read, and would read all that was ever done or sent.
CREATE OR REPLACE FUNCTION work_numbers(OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN k.state = 'due' AND k.leased_until > now() THEN 'in progress' ELSE k.state END, count(*),
    coalesce(min(k.created_at) FILTER (WHERE k.state = 'failed'
      OR NOT r.quiet AND w.platform <> 'api' AND NOT (k.due_at > now() AND k.failures > 0)), now())
  FROM work k JOIN report r ON r.id = k.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE (k.state = 'due' OR k.state = 'failed') GROUP BY 1
$$;

CREATE OR REPLACE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, CASE WHEN o.state = 'failed' AND o.sent_message IS NULL AND o.task <> 'remove'
      AND o.audience <> 'pair' AND r.state NOT IN ('withdrawn', 'expired') AND NOT r.sample
    THEN 'undelivered' ELSE o.state END,
    count(*),
    min(CASE WHEN o.sent_message IS NULL AND o.task <> 'remove' THEN o.created_at ELSE least(o.due_at, now()) END)
  FROM outbox o JOIN report r ON r.id = o.report_id WHERE (o.state = 'queued' OR o.state = 'failed') GROUP BY 1, 2
$$;

-- What waits in each community, for `reunite status`: which of them is noisy.
CREATE FUNCTION waiting_by_community(OUT community_id uuid, OUT reports bigint, OUT replies bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT waiting.community_id, count(*) FILTER (WHERE is_report), count(*) FILTER (WHERE NOT is_report) FROM (
    SELECT k.community_id, true AS is_report FROM work k WHERE k.state = 'due'
    UNION ALL
    SELECT o.community_id, false FROM outbox o WHERE o.state = 'queued' AND o.platform <> 'api') AS waiting
  GROUP BY 1
$$;
REVOKE ALL ON FUNCTION waiting_by_community FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting_by_community TO reunite_app;

-- Why work and replies are tried again, for `reunite status`: the problems that most of them have. Of what PostgreSQL
-- says, only the first line: the others name processes, so that no two would be the same.
CREATE FUNCTION tried_again(most int, OUT platform text, OUT problem text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT '', split_part(k.problem, E'\n', 1), count(*) FROM work k WHERE k.state = 'due' AND k.problem IS NOT NULL
   GROUP BY 2 ORDER BY count(*) DESC LIMIT most)
  UNION ALL
  (SELECT o.platform::text, split_part(o.problem, E'\n', 1), count(*) FROM outbox o
   WHERE o.state = 'queued' AND o.problem IS NOT NULL
   GROUP BY 1, 2 ORDER BY count(*) DESC LIMIT most)
$$;
REVOKE ALL ON FUNCTION tried_again FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tried_again TO reunite_app;
