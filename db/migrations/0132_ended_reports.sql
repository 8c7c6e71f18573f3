-- What remains of a purged report is forgotten in two steps (db/forgetting.py): when the next one is due.
ALTER TABLE report ADD COLUMN forget_at timestamptz;
UPDATE report SET forget_at = purged_at + interval '30 days' WHERE purged_at IS NOT NULL;
CREATE INDEX report_forgetting ON report (forget_at) WHERE forget_at IS NOT NULL;
GRANT DELETE ON search_change TO reunite_app;

CREATE FUNCTION reports_to_forget(most int, OUT community_id uuid, OUT report_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.community_id, r.id FROM report r WHERE r.forget_at < now() ORDER BY r.forget_at LIMIT most
$$;

-- What a workspace's statistics say of lost reports whose matches are forgotten (db/statistics.py).
CREATE TABLE tally (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE DEFERRABLE,
  workspace_id uuid PRIMARY KEY,
  matches_shown bigint NOT NULL,
  confirmed bigint NOT NULL,
  rejected bigint NOT NULL,
  high bigint NOT NULL,
  high_right bigint NOT NULL,
  lists bigint NOT NULL,
  lists_right bigint NOT NULL,
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE  -- a workspace may move to another community
);
GRANT SELECT, INSERT, UPDATE ON tally TO reunite_app;
ALTER TABLE tally ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON tally USING (community_id = current_community());

-- As before, but the caller says how long everything waits (reunite/reminders.py, reunite/digest.py).
DROP FUNCTION due_reminders;
CREATE FUNCTION due_reminders(at timestamptz, before_end interval, unseen_for interval, accepted_for interval, most int,
  OUT community_id uuid, OUT kind text, OUT subject uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT r.community_id, 'report', r.id FROM report r
   WHERE r.state = 'open' AND NOT r.reminded AND NOT r.sample AND r.purged_at IS NULL
     AND r.expires_at > due_reminders.at AND r.expires_at <= due_reminders.at + before_end
     AND r.expires_at - r.created_at > before_end
   LIMIT most)
  UNION ALL
  (SELECT c.community_id, 'claim', c.id FROM claim c
   WHERE c.state <> 'rejected' AND c.reminded <> c.state
     AND (c.state = 'open' AND c.seen_at IS NULL AND c.at <= due_reminders.at - unseen_for
       OR c.state = 'accepted' AND c.decided_at <= due_reminders.at - accepted_for) LIMIT most)
$$;

CREATE INDEX workspace_digest ON workspace (digested_at) WHERE digest;
DROP FUNCTION due_digests;
CREATE FUNCTION due_digests(at timestamptz, every interval, most int, OUT community_id uuid, OUT workspace_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.community_id, w.id FROM workspace w
  WHERE w.digest AND (w.digested_at IS NULL OR w.digested_at <= due_digests.at - every) LIMIT most
$$;

-- As before, but the caller says how a first reply's key ends (reunite/messages/keys.py).
DROP FUNCTION unanswered_posts;
CREATE FUNCTION unanswered_posts(of_platform platform, first_reply text, OUT community_id uuid, OUT workspace_id uuid,
  OUT external_id text, OUT number bigint, OUT oldest timestamptz, OUT slow_since timestamptz, OUT slow_until timestamptz,
  OUT slow_times int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH unanswered AS (
    SELECT r.id, r.workspace_id, greatest(r.created_at, k.created_at) AS since
    FROM work k JOIN report r ON r.id = k.report_id
    WHERE k.state = 'due' AND NOT r.has_first_reply AND NOT r.quiet AND NOT r.sample
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

-- As before, but communities whose work is all leased or waits for another attempt aren't visited.
CREATE OR REPLACE FUNCTION lease_work(in_flight uuid[], most_each int, lease interval,
  OUT work_id uuid, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT failures int)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE turn uuid;
BEGIN
  FOR turn IN
    WITH RECURSIVE waiting (id) AS (
      (SELECT w.community_id FROM work w WHERE w.state = 'due' AND w.due_at <= now()
         AND (w.leased_until IS NULL OR w.leased_until < now()) ORDER BY w.community_id LIMIT 1)
      UNION ALL
      SELECT (SELECT w.community_id FROM work w WHERE w.state = 'due' AND w.community_id > waiting.id
                AND w.due_at <= now() AND (w.leased_until IS NULL OR w.leased_until < now())
              ORDER BY w.community_id LIMIT 1)
      FROM waiting WHERE waiting.id IS NOT NULL)
    SELECT counted.id FROM
      (SELECT id, (SELECT count(*) FROM unnest(in_flight) AS held (id) WHERE held.id = waiting.id) AS n
       FROM waiting WHERE id IS NOT NULL) AS counted
    WHERE counted.n < most_each ORDER BY counted.n, random()
  LOOP
    RETURN QUERY UPDATE work SET fence = work.fence + 1, leased_until = now() + lease
      WHERE work.id = (SELECT w.id FROM work w WHERE w.community_id = turn AND w.state = 'due' AND w.due_at <= now()
        AND (w.leased_until IS NULL OR w.leased_until < now()) ORDER BY w.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING work.id, work.community_id, work.report_id, work.fence, work.failures;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

-- The application's rights on the new functions.
REVOKE ALL ON FUNCTION reports_to_forget, due_reminders, due_digests, unanswered_posts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reports_to_forget, due_reminders, due_digests, unanswered_posts TO reunite_app;
