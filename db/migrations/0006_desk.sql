-- How a workspace wants it.
ALTER TABLE workspace
  ADD COLUMN language text NOT NULL DEFAULT 'en',
  ADD COLUMN found_channels text[] NOT NULL DEFAULT '{}',  -- none: by the channels' names
  ADD COLUMN lost_channels text[] NOT NULL DEFAULT '{}',
  ADD COLUMN log_channel text,
  ADD COLUMN moderators text[] NOT NULL DEFAULT '{}',
  ADD COLUMN private_reports boolean NOT NULL DEFAULT false,
  ADD COLUMN sealed_categories text[] NOT NULL DEFAULT '{id,card,keys,phone}',
  ADD COLUMN keep_days int NOT NULL DEFAULT 60 CHECK (keep_days BETWEEN 1 AND 365);

ALTER TABLE report
  ADD COLUMN sealed boolean NOT NULL DEFAULT false,
  ADD COLUMN private boolean NOT NULL DEFAULT false,
  ADD COLUMN category text NOT NULL DEFAULT 'other',
  ADD COLUMN secret text NOT NULL DEFAULT '';  -- what the finder asks the owner, or knows and doesn't show
CREATE INDEX report_sealed ON report (community_id) WHERE sealed AND state = 'open';
CREATE INDEX report_author ON report (workspace_id, author_id);

ALTER TABLE match
  ADD COLUMN percent boolean NOT NULL DEFAULT false,  -- whether the probability is fit to be shown
  ADD COLUMN declined boolean NOT NULL DEFAULT false,
  ADD COLUMN released boolean NOT NULL DEFAULT false;

-- A member says that a find is theirs. Each answer is an attempt, and those are counted.
CREATE TABLE claim (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL REFERENCES match ON DELETE CASCADE,
  member_id text NOT NULL,
  member_name text NOT NULL,
  answer text NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX claim_match ON claim (match_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON claim TO reunite_app;
ALTER TABLE claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON claim USING (community_id = nullif(current_setting('reunite.community', true), '')::uuid);

-- What is said may be changed or taken away again, and moderators hear of matches in a channel of their own.
ALTER TABLE outbox
  ADD COLUMN task text NOT NULL DEFAULT 'send' CHECK (task IN ('send', 'edit', 'remove')),
  ADD COLUMN audience text NOT NULL DEFAULT 'thread' CHECK (audience IN ('thread', 'moderators')),
  ADD COLUMN version int NOT NULL DEFAULT 0,  -- grows with each change: what was sent may be an older one
  DROP CONSTRAINT outbox_match_id_fkey,
  -- A match may go before its cards are taken away from the threads of others.
  ADD CONSTRAINT outbox_match_id_fkey FOREIGN KEY (match_id) REFERENCES match ON DELETE SET NULL;
DROP FUNCTION lease_outbox;
-- The next task of each thread, and of each report among the moderators: one after the other, all others side by side.
CREATE FUNCTION lease_outbox(p platform, n int, lease interval,
  OUT seq bigint, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT attempts int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE outbox SET fence = outbox.fence + 1, attempts = outbox.attempts + 1, leased_until = now() + lease
  WHERE outbox.seq IN (
    SELECT o.seq FROM outbox o
    WHERE o.platform = p AND o.state = 'queued' AND o.due_at <= now() AND (o.leased_until IS NULL OR o.leased_until < now())
      AND NOT EXISTS (SELECT FROM outbox earlier WHERE earlier.report_id = o.report_id
        AND earlier.audience = o.audience AND earlier.seq < o.seq AND earlier.state = 'queued')
    ORDER BY o.due_at, o.seq LIMIT n FOR UPDATE OF o SKIP LOCKED)
  RETURNING outbox.seq, outbox.community_id, outbox.report_id, outbox.fence, outbox.attempts
$$;
CREATE INDEX outbox_report ON outbox (report_id);
CREATE INDEX outbox_match ON outbox (match_id) WHERE match_id IS NOT NULL;
CREATE TRIGGER outbox_changed AFTER UPDATE OF version ON outbox FOR EACH ROW EXECUTE FUNCTION announce_outbox();

-- New work comes with its first hint, so that nothing has to be asked or written for it.
DROP FUNCTION hint_work;
ALTER TABLE work ALTER COLUMN hints SET DEFAULT 1, ALTER COLUMN hinted_at SET DEFAULT now();

-- All that a post needs to know of its workspace, in one look.
CREATE FUNCTION workspace_named(p platform, e text) RETURNS SETOF workspace
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM workspace WHERE platform = p AND external_id = e
$$;

-- A photo whose link has expired: the bot of its platform fetches its post again.
ALTER TABLE photo
  ADD COLUMN stale_since timestamptz,
  ADD COLUMN refreshed boolean NOT NULL DEFAULT false,  -- its post was looked at again: a link is fetched anew once
  ADD COLUMN added_by text;              -- idempotency key of the press that added it to its report
CREATE FUNCTION stale_photos(p platform, n int, OUT community_id uuid, OUT photo_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.community_id, f.id FROM photo f JOIN report r ON r.id = f.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE f.stale_since IS NOT NULL AND f.state = 'pending' AND w.platform = p ORDER BY f.stale_since LIMIT n
$$;

-- Two workspaces become one community by a code that is used once. Only the code's hash is kept.
CREATE TABLE link_code (
  hash text PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes'
);
GRANT SELECT, INSERT, DELETE ON link_code TO reunite_app;
ALTER TABLE link_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON link_code
  USING (community_id = nullif(current_setting('reunite.community', true), '')::uuid);

-- Tables whose rows follow their workspace into another community.
CREATE FUNCTION move_community(old uuid, new uuid, only_workspace uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
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
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = only_workspace);
  UPDATE report SET community_id = new WHERE workspace_id = only_workspace;
  UPDATE channel SET community_id = new WHERE workspace_id = only_workspace;
  UPDATE workspace SET community_id = new WHERE id = only_workspace;
END $$;

-- Joins the caller's workspace to the community that the code was made in; false where the code is unknown or over.
CREATE FUNCTION link_workspace(w uuid, code_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := nullif(current_setting('reunite.community', true), '')::uuid;
  other uuid;
  moved uuid;
BEGIN
  PERFORM FROM workspace WHERE id = w AND community_id = own FOR UPDATE;
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM link_code WHERE hash = code_hash AND expires_at > now() RETURNING community_id INTO other;
  IF other IS NULL THEN RETURN false; END IF;
  IF other = own THEN RETURN true; END IF;
  FOR moved IN SELECT id FROM workspace WHERE community_id = own LOOP
    PERFORM move_community(own, other, moved);
  END LOOP;
  DELETE FROM community WHERE id = own;
  RETURN true;
END $$;

-- Gives a workspace a community of its own again. Matches with the other workspaces must have been ended before.
CREATE FUNCTION unlink_workspace(w uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := nullif(current_setting('reunite.community', true), '')::uuid;
  fresh uuid;
BEGIN
  PERFORM FROM workspace WHERE id = w AND community_id = own FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM workspace WHERE community_id = own AND id <> w) THEN RETURN own; END IF;
  INSERT INTO community (name) SELECT name FROM workspace WHERE id = w RETURNING id INTO fresh;
  PERFORM move_community(own, fresh, w);
  RETURN fresh;
END $$;

-- A member who wants to be forgotten stays in the log of verdicts as a number only.
CREATE FUNCTION forget_moderator(member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member
    AND community_id = nullif(current_setting('reunite.community', true), '')::uuid
$$;

-- Ends a workspace that has removed the bot, with everything of it.
CREATE FUNCTION leave_workspace(w uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE own uuid := nullif(current_setting('reunite.community', true), '')::uuid;
BEGIN
  DELETE FROM workspace WHERE id = w AND community_id = own;
  IF NOT EXISTS (SELECT FROM workspace WHERE community_id = own) THEN
    DELETE FROM community WHERE id = own;
  END IF;
END $$;

REVOKE ALL ON FUNCTION workspace_named, lease_outbox, stale_photos, move_community, link_workspace, unlink_workspace, forget_moderator, leave_workspace
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workspace_named, lease_outbox, stale_photos, link_workspace, unlink_workspace, forget_moderator, leave_workspace
  TO reunite_app;
