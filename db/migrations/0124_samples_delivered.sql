-- As before, but nobody waits for the replies to samples.
CREATE OR REPLACE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, CASE WHEN o.state = 'failed' AND o.sent_message IS NULL AND o.task <> 'remove'
      AND o.audience <> 'pair' AND r.state NOT IN ('withdrawn', 'expired') AND NOT r.sample
    THEN 'undelivered' ELSE o.state END,
    count(*),
    min(CASE WHEN o.sent_message IS NULL AND o.task <> 'remove' THEN o.created_at ELSE least(o.due_at, now()) END)
  FROM outbox o JOIN report r ON r.id = o.report_id WHERE o.state IN ('queued', 'failed') GROUP BY 1, 2
$$;
