-- Samples: a find and a loss that moderators post to see how everything works. They match each other and nothing else,
-- and they count nowhere. They have no words that others' searches could find, and no evidence to learn from.
ALTER TABLE report ADD COLUMN sample boolean NOT NULL DEFAULT false;
CREATE INDEX report_sample ON report (workspace_id) WHERE sample;

CREATE OR REPLACE FUNCTION due_reminders(at timestamptz, most int, OUT community_id uuid, OUT kind text, OUT subject uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT r.community_id, 'report', r.id FROM report r
   WHERE r.state = 'open' AND NOT r.reminded AND NOT r.sample AND r.purged_at IS NULL
     AND r.expires_at > due_reminders.at AND r.expires_at <= due_reminders.at + interval '7 days'
     AND r.expires_at - r.created_at > interval '7 days'
   LIMIT most)
  UNION ALL
  (SELECT c.community_id, 'claim', c.id FROM claim c
   WHERE c.state <> 'rejected' AND c.reminded <> c.state
     AND (c.state = 'open' AND c.seen_at IS NULL AND c.at <= due_reminders.at - interval '24 hours'
       OR c.state = 'accepted' AND c.decided_at <= due_reminders.at - interval '48 hours') LIMIT most)
$$;

CREATE OR REPLACE FUNCTION report_numbers(OUT kind text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.kind::text, r.state::text, count(*) FROM report r WHERE NOT r.sample GROUP BY 1, 2
$$;

CREATE OR REPLACE FUNCTION match_numbers(OUT label text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.label, m.state::text, count(*) FROM match m JOIN report f ON f.id = m.found_id AND NOT f.sample
  WHERE m.label IS NOT NULL GROUP BY 1, 2
$$;
