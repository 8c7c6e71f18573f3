-- How many leases of the work expired unreturned: their workers died, or couldn't reach the database.
ALTER TABLE work ADD COLUMN deaths int NOT NULL DEFAULT 0;

-- As before, but it counts them. Work that is handed back has no `leased_until`.
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
    RETURN QUERY UPDATE work SET fence = work.fence + 1, leased_until = now() + lease,
        deaths = work.deaths + (work.leased_until IS NOT NULL)::int
      WHERE work.id = (SELECT w.id FROM work w WHERE w.community_id = turn AND w.state = 'due' AND w.due_at <= now()
        AND (w.leased_until IS NULL OR w.leased_until < now()) ORDER BY w.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING work.id, work.community_id, work.report_id, work.fence, work.failures;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

-- Apart from `lease_work`, whose columns running processes have prepared. VOLATILE, to see what that has just counted.
CREATE FUNCTION deaths_over(work_id uuid) RETURNS int
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.deaths FROM work w WHERE w.id = work_id
$$;
REVOKE ALL ON FUNCTION deaths_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION deaths_over TO reunite_app;
