-- Changes of the search are noted for reports that others can find, indexes for the numbers and the feedback, and old
-- jobs of the API go.

-- A private search is never found, and a report that is deleted has been noted as such: its embeddings say nothing. A
-- report that isn't open yet counts: another transaction may be opening it at this moment.
CREATE OR REPLACE FUNCTION note_embedding_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE changed embedding := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF NOT EXISTS (SELECT FROM report r WHERE r.id = changed.report_id AND r.state <> 'look') THEN RETURN NULL; END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM note_search_change(OLD.community_id, OLD.report_id); END IF;
  IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.community_id <> OLD.community_id) THEN
    PERFORM note_search_change(NEW.community_id, NEW.report_id);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION note_report_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM note_search_change(OLD.community_id, OLD.id);
  IF TG_OP = 'UPDATE' AND NEW.community_id <> OLD.community_id THEN
    PERFORM note_search_change(NEW.community_id, NEW.id);
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER report_search_change ON report;
CREATE TRIGGER report_search_change AFTER UPDATE OF state, sealed, kind, community_id ON report
  FOR EACH ROW WHEN (OLD.state = 'open' OR NEW.state = 'open') EXECUTE FUNCTION note_report_change();
CREATE TRIGGER report_search_deletion AFTER DELETE ON report
  FOR EACH ROW WHEN (OLD.state = 'open') EXECUTE FUNCTION note_report_change();

-- What was noted for others. A process that runs meanwhile may keep closed reports in memory; a search leaves them out.
DELETE FROM search_change c WHERE NOT EXISTS (SELECT FROM report r WHERE r.id = c.report_id AND r.state = 'open');

-- The numbers of `reunite status` and the metrics.
CREATE INDEX report_counted ON report (kind, state);
CREATE INDEX match_counted ON match (label, state) WHERE label IS NOT NULL;

-- The same feedback as before, read from indexes.
CREATE INDEX claim_accepted ON claim (community_id, match_id) WHERE state = 'accepted';
CREATE OR REPLACE VIEW feedback WITH (security_invoker = true) AS
  SELECT judged.*, CASE WHEN is_certain THEN 1.0 ELSE 0.5 END AS weight FROM (
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      CASE WHEN m.state <> 'undecided' THEN m.state = 'confirmed' ELSE NOT m.declined END AS is_right,
      m.state <> 'undecided' OR (accepted.is_there AND NOT m.declined) AS is_certain
    FROM match m CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM claim c WHERE c.match_id = m.id AND c.state = 'accepted') AS is_there) AS accepted
    WHERE m.id IN (
      SELECT said.id FROM match said WHERE said.state <> 'undecided' OR said.declined OR said.picked
      UNION ALL SELECT c.match_id FROM claim c WHERE c.state = 'accepted')) AS judged;

-- Jobs of the HTTP API are kept for 30 days.
CREATE INDEX api_job_created ON api_job (created_at);
CREATE FUNCTION delete_old_jobs() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM api_job WHERE created_at < now() - interval '30 days'
$$;
REVOKE ALL ON FUNCTION delete_old_jobs FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_old_jobs TO reunite_app;
