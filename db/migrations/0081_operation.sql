-- What an operator sees: running processes, and numbers across communities. Numbers only, and ids where work has failed.

CREATE TABLE process (
  id uuid PRIMARY KEY,
  role text NOT NULL,                    -- worker, api, or bot and its platform
  host text NOT NULL,
  pid int NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON process TO reunite_app;
ALTER TABLE process ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON process USING (current_community() IS NULL);

CREATE INDEX work_failed ON work (created_at) WHERE state = 'failed';
CREATE INDEX outbox_failed ON outbox (platform) WHERE state = 'failed';

-- Work that isn't done, and since when the oldest of it has been due.
CREATE FUNCTION work_numbers(OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN w.state = 'due' AND w.leased_until > now() THEN 'in progress' ELSE w.state END, count(*),
    min(w.created_at)
  FROM work w WHERE w.state IN ('due', 'failed') GROUP BY 1
$$;

CREATE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, o.state, count(*), min(o.created_at)
  FROM outbox o WHERE o.state IN ('queued', 'failed') GROUP BY 1, 2
$$;

CREATE FUNCTION report_numbers(OUT kind text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.kind::text, r.state::text, count(*) FROM report r GROUP BY 1, 2
$$;

-- How often each label was right: labelled matches by what the moderators say.
CREATE FUNCTION match_numbers(OUT label text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.label, m.state::text, count(*) FROM match m WHERE m.label IS NOT NULL GROUP BY 1, 2
$$;

-- The latest work that has failed for good, and why.
CREATE FUNCTION failed_work(most int, OUT community_id uuid, OUT report_id uuid, OUT problem text, OUT created_at timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.community_id, w.report_id, w.problem, w.created_at FROM work w WHERE w.state = 'failed'
  ORDER BY w.created_at DESC LIMIT most
$$;

REVOKE ALL ON FUNCTION work_numbers, outbox_numbers, report_numbers, match_numbers, failed_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION work_numbers, outbox_numbers, report_numbers, match_numbers, failed_work TO reunite_app;
