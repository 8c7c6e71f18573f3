-- A report ends with its time: what is known of it is deleted, whether its thing came back or not.

ALTER TABLE report ADD COLUMN purged_at timestamptz;
UPDATE report SET purged_at = now() WHERE state = 'withdrawn';
CREATE INDEX report_expiry ON report (expires_at) WHERE purged_at IS NULL;

CREATE FUNCTION expired_reports(n int, OUT community_id uuid, OUT report_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.community_id, r.id FROM report r WHERE r.purged_at IS NULL AND r.expires_at < now() ORDER BY r.expires_at LIMIT n
$$;
REVOKE ALL ON FUNCTION expired_reports FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expired_reports TO reunite_app;
