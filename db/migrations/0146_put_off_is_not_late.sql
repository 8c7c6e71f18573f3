-- As before, but work that was put off because of an error, such as a photo whose host is in trouble, isn't late: no
-- other worker would do it sooner.
CREATE OR REPLACE FUNCTION work_numbers(OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN k.state = 'due' AND k.leased_until > now() THEN 'in progress' ELSE k.state END, count(*),
    coalesce(min(k.created_at) FILTER (WHERE k.state = 'failed'
      OR NOT r.quiet AND w.platform <> 'api' AND NOT (k.due_at > now() AND k.failures > 0)), now())
  FROM work k JOIN report r ON r.id = k.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE k.state IN ('due', 'failed') GROUP BY 1
$$;

CREATE OR REPLACE FUNCTION unanswered_posts(of_platform platform, first_reply text, OUT community_id uuid,
  OUT workspace_id uuid, OUT external_id text, OUT number bigint, OUT oldest timestamptz, OUT slow_since timestamptz,
  OUT slow_until timestamptz, OUT slow_times int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH unanswered AS (
    SELECT r.id, r.workspace_id, greatest(r.created_at, k.created_at) AS since
    FROM work k JOIN report r ON r.id = k.report_id
    WHERE k.state = 'due' AND NOT (k.due_at > now() AND k.failures > 0)
      AND NOT r.has_first_reply AND NOT r.quiet AND NOT r.sample
      AND r.state IN ('pending', 'open') AND r.purged_at IS NULL
    UNION ALL
    SELECT r.id, r.workspace_id, o.created_at FROM outbox o JOIN report r ON r.id = o.report_id
    WHERE o.platform = of_platform AND o.state = 'queued' AND o.task = 'send' AND o.key = r.id::text || first_reply
      AND NOT r.sample
  )
  SELECT w.community_id, w.id, w.external_id, count(DISTINCT u.id), min(u.since), w.slow_since, w.slow_until, w.slow_times
  FROM workspace w LEFT JOIN unanswered u ON u.workspace_id = w.id
  WHERE w.platform = of_platform AND w.log_channel IS NOT NULL
  GROUP BY w.id HAVING count(u.id) > 0 OR w.slow_since IS NOT NULL
$$;
