-- While a workspace moves from one community to another, nothing may be written into the one that it leaves.

-- All that a post needs to know of its workspace, in one look; until the post is written, the workspace stays.
CREATE OR REPLACE FUNCTION workspace_named(p platform, e text) RETURNS SETOF workspace
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM workspace WHERE platform = p AND external_id = e FOR KEY SHARE
$$;

CREATE OR REPLACE FUNCTION move_community(old uuid, new uuid, only_workspace uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- Whoever writes locks work or reports first, so these wait for what is under way and keep off what comes.
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  PERFORM FROM report WHERE workspace_id = only_workspace ORDER BY id FOR UPDATE;
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace); -- what came before the reports were locked
  UPDATE outbox SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  UPDATE verdict SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = only_workspace);
  UPDATE claim SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = only_workspace);
  UPDATE match SET community_id = new WHERE community_id = old
    AND lost_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  UPDATE embedding SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  UPDATE photo SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  UPDATE report SET community_id = new WHERE workspace_id = only_workspace;
  UPDATE channel SET community_id = new WHERE workspace_id = only_workspace;
  UPDATE workspace SET community_id = new WHERE id = only_workspace;
END $$;

-- Joins the caller's workspace, with all that it is linked with, to the community that the code was made in; false where
-- the code is unknown, over, or its own.
CREATE OR REPLACE FUNCTION link_workspace(w uuid, code_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := nullif(current_setting('reunite.community', true), '')::uuid;
  other uuid;
  moved uuid;
BEGIN
  PERFORM FROM workspace WHERE community_id = own ORDER BY id FOR UPDATE; -- posts wait from here on
  IF NOT EXISTS (SELECT FROM workspace WHERE id = w AND community_id = own) THEN RETURN false; END IF;
  DELETE FROM link_code WHERE hash = code_hash AND expires_at > now() AND community_id <> own
    RETURNING community_id INTO other;
  IF other IS NULL THEN RETURN false; END IF;
  FOR moved IN SELECT id FROM workspace WHERE community_id = own LOOP
    PERFORM move_community(own, other, moved);
  END LOOP;
  DELETE FROM community WHERE id = own;
  RETURN true;
END $$;
