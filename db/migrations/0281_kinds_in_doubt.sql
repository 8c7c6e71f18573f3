-- A post whose words say another kind of report than its channel: until its author answers, nobody is pinged about it.
-- A report becomes of the other kind once at most.
ALTER TABLE report ADD COLUMN kind_in_doubt boolean NOT NULL DEFAULT false, ADD COLUMN turned_at timestamptz;
CREATE INDEX report_in_doubt ON report (created_at) WHERE kind_in_doubt;

-- What was removed from a turned report's thread gives its key free; its platform knows it by that key all the same.
ALTER TABLE outbox ADD COLUMN sent_key text;

-- Advice to seal a find comes once its kind is told, which may be long after its photos were seen.
ALTER TABLE photo ADD COLUMN sensitive text;  -- what was seen on it: 'card' or 'face'

CREATE FUNCTION silent_kinds(before timestamptz, most int, OUT community_id uuid, OUT report_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.community_id, r.id FROM report r
  WHERE r.kind_in_doubt AND r.created_at <= before AND r.state IN ('pending', 'open') ORDER BY r.created_at LIMIT most
$$;
REVOKE ALL ON FUNCTION silent_kinds FROM PUBLIC;
GRANT EXECUTE ON FUNCTION silent_kinds TO reunite_app;
