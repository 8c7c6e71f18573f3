-- Answers that take too long: a platform's bot tells a workspace's moderators once when that begins and once when it ends.

ALTER TABLE workspace
  ADD COLUMN slow_since timestamptz,           -- when its moderators were told; null while answers come in time
  ADD COLUMN slow_until timestamptz,           -- when they were last told that it's over
  ADD COLUMN slow_times int NOT NULL DEFAULT 0; -- how often it was over: a part of the messages' keys

-- The workspaces of a platform that have a moderators' channel, and the posts there that have no answer yet.
CREATE FUNCTION unanswered_posts(of_platform platform, OUT community_id uuid, OUT workspace_id uuid, OUT external_id text,
  OUT number bigint, OUT oldest timestamptz, OUT slow_since timestamptz, OUT slow_until timestamptz, OUT slow_times int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH unanswered AS (
    SELECT r.id, r.workspace_id, r.created_at FROM work k JOIN report r ON r.id = k.report_id
    WHERE k.state = 'due' AND NOT r.has_first_reply AND NOT r.quiet AND NOT r.sample
      AND r.state IN ('pending', 'open') AND r.purged_at IS NULL
    UNION
    SELECT r.id, r.workspace_id, r.created_at FROM outbox o JOIN report r ON r.id = o.report_id
    WHERE o.platform = of_platform AND o.state = 'queued' AND o.task = 'send' AND o.key = r.id::text || ':first'
      AND NOT r.sample
  )
  SELECT w.community_id, w.id, w.external_id, count(u.id), min(u.created_at), w.slow_since, w.slow_until, w.slow_times
  FROM workspace w LEFT JOIN unanswered u ON u.workspace_id = w.id
  WHERE w.platform = of_platform AND w.log_channel IS NOT NULL
  GROUP BY w.id HAVING count(u.id) > 0 OR w.slow_since IS NOT NULL
$$;
REVOKE ALL ON FUNCTION unanswered_posts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unanswered_posts TO reunite_app;
