-- Moderators reject matches; what was called "refused" is called that everywhere now, in sent replies too.
ALTER TYPE match_state RENAME VALUE 'refused' TO 'rejected';
ALTER TYPE verdict_kind RENAME VALUE 'refuse' TO 'reject';

CREATE FUNCTION pg_temp.renamed(reply jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT replace(replace(replace(reply::text,
    '"kind": "refused"', '"kind": "rejected"'),
    '"action": "refuse"', '"action": "reject"'),
    '"action": "secret"', '"action": "proof_question"')::jsonb
$$;
UPDATE outbox SET reply = pg_temp.renamed(reply) WHERE reply <> pg_temp.renamed(reply);
UPDATE web_message SET reply = pg_temp.renamed(reply) WHERE reply <> pg_temp.renamed(reply);

-- The numbers of `reunite status` and the metrics, without samples, read from indexes alone.
DROP INDEX report_counted, match_counted;
CREATE INDEX report_counted ON report (kind, state) WHERE NOT sample;
CREATE INDEX match_counted ON match (label, state) INCLUDE (found_id) WHERE label IS NOT NULL;

CREATE OR REPLACE FUNCTION match_numbers(OUT label text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.label, m.state::text, count(*) FROM match m
  WHERE m.label IS NOT NULL AND m.found_id NOT IN (SELECT r.id FROM report r WHERE r.sample)
  GROUP BY 1, 2
$$;
