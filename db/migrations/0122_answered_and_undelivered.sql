-- Whether a report by command has been answered: if its answer fails, the same report sent again is this one.
ALTER TABLE report ADD COLUMN answered boolean NOT NULL DEFAULT true;

-- As before, but the age is that of work for which somebody waits: not past posts that are read quietly, nor what
-- programs post and operators import.
CREATE OR REPLACE FUNCTION work_numbers(OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN k.state = 'due' AND k.leased_until > now() THEN 'in progress' ELSE k.state END, count(*),
    coalesce(min(k.created_at) FILTER (WHERE k.state = 'failed' OR NOT r.quiet AND w.platform <> 'api'), now())
  FROM work k JOIN report r ON r.id = k.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE k.state IN ('due', 'failed') GROUP BY 1
$$;

-- As before, but replies that failed and that nobody has seen are told from other failures: those of reports that aren't
-- withdrawn or over. A conversation that can't be opened is mentioned in its threads.
CREATE OR REPLACE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, CASE WHEN o.state = 'failed' AND o.sent_message IS NULL AND o.task <> 'remove'
      AND o.audience <> 'pair' AND r.state NOT IN ('withdrawn', 'expired') THEN 'undelivered' ELSE o.state END,
    count(*),
    min(CASE WHEN o.sent_message IS NULL AND o.task <> 'remove' THEN o.created_at ELSE least(o.due_at, now()) END)
  FROM outbox o JOIN report r ON r.id = o.report_id WHERE o.state IN ('queued', 'failed') GROUP BY 1, 2
$$;
