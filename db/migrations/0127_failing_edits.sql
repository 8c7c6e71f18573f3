-- A new reply doesn't wait for the edit or removal of an earlier one that has failed or is tried again: it may fail for
-- hours.
CREATE OR REPLACE FUNCTION lease_outbox(of_platform platform, most int, in_flight uuid[], most_each int,
  lease interval, OUT seq bigint, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT attempts int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE waiting (id) AS (
    (SELECT o.community_id FROM outbox o WHERE o.platform = of_platform AND o.state = 'queued'
     ORDER BY o.community_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.community_id FROM outbox o WHERE o.platform = of_platform AND o.state = 'queued'
              AND o.community_id > waiting.id ORDER BY o.community_id LIMIT 1)
    FROM waiting WHERE waiting.id IS NOT NULL
  ), counted AS (
    SELECT id, greatest(most_each - held.n, 0) AS room, held.n FROM waiting
    CROSS JOIN LATERAL (SELECT count(*) AS n FROM unnest(in_flight) AS one (id) WHERE one.id = waiting.id) AS held
    WHERE waiting.id IS NOT NULL
  ), due AS (
    SELECT head.seq FROM counted CROSS JOIN LATERAL (
      SELECT turn.seq, row_number() OVER (ORDER BY turn.at, turn.seq) AS nth FROM (
        SELECT o.seq, o.due_at + kind.wait AS at
        FROM (VALUES (false, interval '0'), (true, interval '2 minutes')) AS kind (is_edit, wait)
        CROSS JOIN LATERAL (
          SELECT o.seq, o.due_at FROM outbox o
          WHERE o.platform = of_platform AND o.community_id = counted.id AND o.state = 'queued'
            AND (o.task = 'edit') = kind.is_edit AND o.due_at <= now()
            AND (o.leased_until IS NULL OR o.leased_until < now())
            AND NOT EXISTS (SELECT FROM outbox earlier WHERE earlier.report_id = o.report_id
              AND earlier.audience = o.audience AND earlier.seq < o.seq AND earlier.state = 'queued'
              AND (o.task <> 'send' OR earlier.task = 'send' OR earlier.sent_message IS NULL
                OR (earlier.problem IS NULL AND earlier.attempts < 2)))
          ORDER BY o.due_at, o.seq LIMIT counted.room) AS o) AS turn
      ORDER BY turn.at, turn.seq LIMIT counted.room) AS head
    ORDER BY counted.n + head.nth, random() LIMIT most
  )
  UPDATE outbox SET fence = outbox.fence + 1, attempts = outbox.attempts + 1, leased_until = now() + lease
  WHERE outbox.seq IN (
    SELECT o.seq FROM outbox o WHERE o.seq IN (SELECT due.seq FROM due)
      AND o.state = 'queued' AND (o.leased_until IS NULL OR o.leased_until < now()) FOR UPDATE SKIP LOCKED)
  RETURNING outbox.seq, outbox.community_id, outbox.report_id, outbox.fence, outbox.attempts
$$;
