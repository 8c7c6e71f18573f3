-- The moderators' board: a link that signs a moderator in, once, and the session that it begins. Only the link's hash is
-- kept. A session belongs to its moderator's workspace, and moves with it.
CREATE TABLE board_session (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  member_id text NOT NULL,
  member_name text NOT NULL,
  language text NOT NULL,
  link_hash text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  began_at timestamptz,                  -- when the link was used
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX board_session_member ON board_session (community_id, workspace_id, member_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON board_session TO reunite_app;
ALTER TABLE board_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON board_session USING (community_id = current_community());

-- When an item was returned, for the numbers on the board.
ALTER TABLE report ADD COLUMN returned_at timestamptz;
UPDATE report r SET returned_at = (SELECT max(v.at) FROM verdict v JOIN match m ON m.id = v.match_id
  WHERE m.state = 'confirmed' AND r.id IN (m.lost_id, m.found_id)) WHERE r.state = 'returned';

CREATE FUNCTION note_returned() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state = 'returned' THEN
    NEW.returned_at := now();
  ELSIF NEW.state IN ('pending', 'open') THEN
    NEW.returned_at := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER report_returned BEFORE UPDATE OF state ON report FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_returned();

-- Across communities -------------------------------------------------------------------------------------------------

-- Begin the session of a link that is at most 10 minutes old and wasn't used. What is over is deleted.
CREATE FUNCTION begin_board_session(link text, OUT id uuid)
RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM board_session s
    WHERE coalesce(s.began_at + interval '12 hours', s.created_at + interval '10 minutes') <= now();
  RETURN QUERY UPDATE board_session s SET began_at = now() WHERE s.link_hash = link AND s.began_at IS NULL
    RETURNING s.id;
END $$;

-- Whose session this is; it ends after 12 hours.
CREATE FUNCTION find_board_session(session uuid,
  OUT community_id uuid, OUT platform text, OUT workspace text, OUT workspace_name text, OUT timezone text,
  OUT member_id text, OUT member_name text, OUT language text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.community_id, w.platform::text, w.external_id, w.name, w.timezone, s.member_id, s.member_name, s.language
  FROM board_session s JOIN workspace w ON w.id = s.workspace_id
  WHERE s.id = session AND s.began_at > now() - interval '12 hours'
$$;

REVOKE ALL ON FUNCTION begin_board_session, find_board_session, note_returned FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_board_session, find_board_session TO reunite_app;
