-- The schema. Every table that holds a community's data carries its community_id, and row-level security lets the
-- application's role see one community at a time: the one in the setting `reunite.community`. The few functions at the
-- end see across communities; they run as the owner and return ids. Foreign keys include the community, so that no row
-- can refer to another community's.

CREATE EXTENSION IF NOT EXISTS vector;

-- The application's role ---------------------------------------------------------------------------------------------

DO $$ BEGIN
  CREATE ROLE reunite_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- unique_violation: another database's migration, just now
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO reunite_app;

-- The community that a transaction is in; null outside one, which matches no row.
CREATE FUNCTION current_community() RETURNS uuid
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('reunite.community', true), '')::uuid $$;

-- Kinds and states ---------------------------------------------------------------------------------------------------

CREATE TYPE platform AS ENUM ('discord', 'slack', 'web');
CREATE TYPE report_kind AS ENUM ('lost', 'found');
CREATE TYPE report_state AS ENUM ('pending', 'open', 'returned', 'withdrawn', 'expired');
CREATE TYPE photo_state AS ENUM ('pending', 'stored', 'failed');
CREATE TYPE match_state AS ENUM ('undecided', 'confirmed', 'refused');
CREATE TYPE verdict_kind AS ENUM ('confirm', 'refuse');

-- Communities and their workspaces -----------------------------------------------------------------------------------

CREATE TABLE community (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  language text NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON community TO reunite_app;
ALTER TABLE community ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON community USING (id = current_community());

-- A Discord guild, a Slack workspace or the local page, with its settings.
CREATE TABLE workspace (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  platform platform NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  language text NOT NULL DEFAULT 'en',
  found_channels text[] NOT NULL DEFAULT '{}',  -- empty: chosen by the channels' names
  lost_channels text[] NOT NULL DEFAULT '{}',
  log_channel text,                      -- the moderators' channel
  moderators text[] NOT NULL DEFAULT '{}',
  private_reports boolean NOT NULL DEFAULT false,
  sealed_categories text[] NOT NULL DEFAULT '{id,card,keys,phone}',
  keep_days int NOT NULL DEFAULT 60 CHECK (keep_days BETWEEN 1 AND 365),
  UNIQUE (platform, external_id),
  UNIQUE (community_id, id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace TO reunite_app;
ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON workspace USING (community_id = current_community());

CREATE TABLE channel (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  workspace_id uuid NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  role report_kind,
  PRIMARY KEY (workspace_id, external_id),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id) ON DELETE CASCADE DEFERRABLE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON channel TO reunite_app;
ALTER TABLE channel ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON channel USING (community_id = current_community());

-- Two workspaces become one community by a code that is used once. Only the code's hash is kept.
CREATE TABLE link_code (
  hash text PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes'
);
GRANT SELECT, INSERT, DELETE ON link_code TO reunite_app;
ALTER TABLE link_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON link_code USING (community_id = current_community());

-- Reports and their photos -------------------------------------------------------------------------------------------

CREATE TABLE report (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  workspace_id uuid NOT NULL,
  source_key text NOT NULL,              -- idempotency key: the platform's message or interaction id
  kind report_kind NOT NULL,
  state report_state NOT NULL DEFAULT 'pending',
  author_id text NOT NULL,
  author_name text NOT NULL,
  text text NOT NULL DEFAULT '',         -- the post's words, and the details
  details text NOT NULL DEFAULT '',      -- what was added by button: editing the post keeps it
  words text[] NOT NULL DEFAULT '{}',    -- the text's tokens, as reunite.text.words makes them
  place text NOT NULL DEFAULT '',
  happened_at timestamptz,               -- as its author says
  posted_at timestamptz,                 -- when its author posted it, if known: it happened then or before
  sealed boolean NOT NULL DEFAULT false,
  private boolean NOT NULL DEFAULT false,
  category text NOT NULL DEFAULT 'other',
  proof_question text NOT NULL DEFAULT '',  -- what the finder asks the owner, or knows and doesn't show
  channel text NOT NULL,
  message text,                          -- the thread's root; null until the bot has posted it itself
  has_first_reply boolean NOT NULL DEFAULT false,
  question jsonb,                        -- {"aspect", "options", "sources"}; null: none was asked
  question_answer text,                  -- one of the options; empty: not sure; null: not answered
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  purged_at timestamptz,                 -- when what was known of it was deleted
  UNIQUE (workspace_id, source_key),
  CHECK (question_answer IS NULL OR question IS NOT NULL),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX report_open ON report (community_id, kind) WHERE state = 'open';
CREATE INDEX report_sealed ON report (community_id) WHERE sealed AND state = 'open';
CREATE INDEX report_message ON report (workspace_id, channel, message);
CREATE INDEX report_author ON report (workspace_id, author_id);
CREATE INDEX report_words ON report USING gin (words) WHERE state = 'open';
CREATE INDEX report_expiry ON report (expires_at) WHERE purged_at IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON report TO reunite_app;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON report USING (community_id = current_community());

CREATE TABLE photo (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  position int NOT NULL,
  name text NOT NULL,
  url text,                              -- where to fetch it …
  upload bytea,                          -- … or what was uploaded; both go once the stored copy is made or refused
  state photo_state NOT NULL DEFAULT 'pending',
  problem text,                          -- key of the sentence that says what was wrong
  copy bytea,                            -- the stored copy: JPEG, upright, no metadata, at most 512 px
  sha256 text,
  width int,
  height int,
  colours real[] NOT NULL DEFAULT '{}',  -- shares of the named colours
  stale_since timestamptz,               -- its link has expired: the bot of its platform fetches its post again
  refreshed boolean NOT NULL DEFAULT false,  -- its post was fetched again: that is done once
  added_by text,                         -- idempotency key of the press that added it to its report
  UNIQUE (report_id, position),
  CHECK ((state = 'stored') = (copy IS NOT NULL)),
  CHECK (state = 'pending' OR (url IS NULL AND upload IS NULL)),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON photo TO reunite_app;
ALTER TABLE photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON photo USING (community_id = current_community());

-- Encoders and embeddings --------------------------------------------------------------------------------------------

-- Encoders are the deployment's: every community sees them.
CREATE TABLE embedding_model (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  encoder text NOT NULL,                 -- clip or concept: what was chosen, and is kept at a later start
  version text NOT NULL UNIQUE,
  spaces jsonb NOT NULL,                 -- name → dimension
  live boolean NOT NULL DEFAULT false,   -- the one that is searched
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX embedding_model_live ON embedding_model (live) WHERE live;
GRANT SELECT, INSERT, UPDATE ON embedding_model TO reunite_app;

-- One untyped column for every model and space (docs/decisions/0002-vectors.md).
CREATE TABLE embedding (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  photo_id uuid,  -- null: the report's text
  model_id int NOT NULL REFERENCES embedding_model ON DELETE CASCADE,
  space text NOT NULL,
  source text NOT NULL CHECK (source = CASE WHEN photo_id IS NULL THEN 'text' ELSE 'photo' END),
  part smallint NOT NULL DEFAULT 0,      -- a text about several things has an embedding for each of them
  vector halfvec NOT NULL,
  UNIQUE NULLS NOT DISTINCT (report_id, model_id, space, photo_id, part),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, photo_id) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE
);
ALTER TABLE embedding ALTER COLUMN vector SET STORAGE PLAIN; -- inline: a search reads every vector of its kind
CREATE INDEX embedding_search ON embedding (community_id, model_id, space, source);
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding TO reunite_app;
ALTER TABLE embedding ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON embedding USING (community_id = current_community());

-- What evidence is worth, fitted to known answers: numbers only, never words. The newest row counts, a community's own
-- before the deployment's (community_id null). Every community reads the deployment's, only the owner writes them: no
-- community can change how another's matches are scored.
CREATE TABLE calibration (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid REFERENCES community ON DELETE CASCADE,
  model_version text NOT NULL,           -- the encoder's version whose similarities these are
  parameters jsonb NOT NULL,
  summary jsonb NOT NULL,                -- what it was fitted to and how it did
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX calibration_newest ON calibration (model_version, community_id, seq);
GRANT SELECT, INSERT ON calibration TO reunite_app;
ALTER TABLE calibration ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_or_shared ON calibration FOR SELECT USING (community_id IS NULL OR community_id = current_community());
CREATE POLICY own ON calibration FOR INSERT WITH CHECK (community_id = current_community());

-- Work ---------------------------------------------------------------------------------------------------------------

-- What is due, and who has it until when. Redis only carries hints to it. New work comes with its first hint.
CREATE TABLE work (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed')),
  hints int NOT NULL DEFAULT 1,          -- number of the last hint, part of its job id
  hinted_at timestamptz DEFAULT now(),
  failures int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,          -- grows with each lease: an expired lease can't write
  alone int NOT NULL DEFAULT 0,          -- times begun with nothing beside it, since the last success or failure
  due_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  problem text,
  created_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX work_due ON work (due_at) WHERE state = 'due';
CREATE INDEX work_turns ON work (community_id, due_at) WHERE state = 'due';
GRANT SELECT, INSERT, UPDATE, DELETE ON work TO reunite_app;
ALTER TABLE work ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON work USING (community_id = current_community());

-- Matches, verdicts and claims ---------------------------------------------------------------------------------------

CREATE TABLE match (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  lost_id uuid NOT NULL,
  found_id uuid NOT NULL,
  model_id int NOT NULL REFERENCES embedding_model,
  probability real NOT NULL,
  percent boolean NOT NULL DEFAULT false,  -- whether the probability may be shown
  label text,
  why jsonb NOT NULL,
  evidence jsonb NOT NULL,
  state match_state NOT NULL DEFAULT 'undecided',
  declined boolean NOT NULL DEFAULT false,  -- by the owner
  released boolean NOT NULL DEFAULT false,  -- by a moderator: the owner may know of a sealed find
  photo_id uuid,  -- the found report's photo that matched
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (lost_id, found_id),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, lost_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, photo_id) REFERENCES photo (community_id, id) ON DELETE SET NULL (photo_id) DEFERRABLE
);
CREATE INDEX match_found ON match (found_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON match TO reunite_app;
ALTER TABLE match ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON match USING (community_id = current_community());

-- Append-only: the application may add lines and read them, nothing else.
CREATE TABLE verdict (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL,
  moderator_id text NOT NULL,
  moderator_name text NOT NULL,
  kind verdict_kind NOT NULL,
  given boolean NOT NULL,                -- false: taken back
  message text,                          -- the reply that was reacted to; null for a button
  press text,                            -- idempotency key of the button's press
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX verdict_match ON verdict (match_id);
GRANT SELECT, INSERT ON verdict TO reunite_app;
ALTER TABLE verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON verdict USING (community_id = current_community());

-- A member says that a found item is theirs. Each claim is an attempt, and attempts are counted.
CREATE TABLE claim (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL,
  member_id text NOT NULL,
  member_name text NOT NULL,
  proof text NOT NULL,                   -- empty: deleted
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX claim_match ON claim (match_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON claim TO reunite_app;
ALTER TABLE claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON claim USING (community_id = current_community());

-- Replies ------------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order within a thread
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,  -- whose thread it goes to
  platform platform NOT NULL,
  key text NOT NULL,                     -- idempotency key (reunite.messages.keys)
  audience text NOT NULL DEFAULT 'thread' CHECK (audience IN ('thread', 'moderators')),
  reply jsonb NOT NULL,
  opens_thread boolean NOT NULL DEFAULT false,  -- the post that the bot writes for a report
  quotes uuid[] NOT NULL DEFAULT '{}',   -- the reports that it quotes or is about: it goes with each of them
  match_id uuid,  -- a match may go before its cards are removed from threads
  task text NOT NULL DEFAULT 'send' CHECK (task IN ('send', 'edit', 'remove')),
  version int NOT NULL DEFAULT 0,        -- grows with each change: what was sent may be an older one
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  sent_channel text,
  sent_message text,
  problem text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (community_id, key),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE SET NULL (match_id) DEFERRABLE
);
CREATE INDEX outbox_queued ON outbox (report_id, seq) WHERE state = 'queued';
CREATE INDEX outbox_turns ON outbox (platform, community_id, due_at, seq) WHERE state = 'queued';
CREATE INDEX outbox_report ON outbox (report_id);
CREATE INDEX outbox_match ON outbox (match_id) WHERE match_id IS NOT NULL;
CREATE INDEX outbox_sent ON outbox (sent_channel, sent_message) WHERE sent_message IS NOT NULL;
CREATE INDEX outbox_quotes ON outbox USING gin (quotes);
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO reunite_app;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON outbox USING (community_id = current_community());

-- A bot process sleeps until there is something to send.
CREATE FUNCTION announce_outbox() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('reunite_outbox', NEW.platform::text);
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_added AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION announce_outbox();
CREATE TRIGGER outbox_changed AFTER UPDATE OF version ON outbox FOR EACH ROW EXECUTE FUNCTION announce_outbox();

-- The local chat page keeps its messages here, as Discord and Slack keep theirs. Photos and verdicts are the core's.
CREATE TABLE web_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  channel text NOT NULL,
  root_id bigint,  -- the post whose thread it is in
  key text NOT NULL,                     -- idempotency key: the page's for a post, the outbox's for a reply
  author_id text,                        -- null: the bot
  author_name text,
  text text NOT NULL DEFAULT '',
  reply jsonb,                           -- the bot's message
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (community_id, key),
  CHECK ((author_id IS NULL) = (author_name IS NULL)),
  CHECK ((author_id IS NULL) = (reply IS NOT NULL)),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, root_id) REFERENCES web_message (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX web_message_posts ON web_message (community_id, id) WHERE root_id IS NULL;
CREATE INDEX web_message_thread ON web_message (root_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON web_message TO reunite_app;
ALTER TABLE web_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON web_message USING (community_id = current_community());

-- Slack, before and beside communities -------------------------------------------------------------------------------

-- Workspaces that installed the app by OAuth: a token comes before its community.
CREATE TABLE slack_installation (
  team text PRIMARY KEY,
  name text NOT NULL,
  bot_user text NOT NULL,
  bot_token text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);

-- Installations that were begun in a browser and not finished yet.
CREATE TABLE slack_oauth_state (
  state text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Events that were handled: Slack sends one again where it missed the acknowledgement.
CREATE TABLE slack_event (
  id text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slack_event_at ON slack_event (at);

-- Until when the bot has heard of everything in a workspace.
CREATE TABLE slack_presence (
  team text PRIMARY KEY,
  heard_at timestamptz NOT NULL
);

-- Reactions that were taken as verdicts: after a pause, this shows which of them were removed.
CREATE TABLE slack_reaction (
  team text NOT NULL,
  channel text NOT NULL,
  message text NOT NULL,
  reaction text NOT NULL,
  member text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (team, channel, message, reaction, member)
);
GRANT SELECT, INSERT, UPDATE, DELETE
  ON slack_installation, slack_oauth_state, slack_event, slack_presence, slack_reaction TO reunite_app;

-- Nothing that is done for a community reads these tables, least of all the tokens of others.
ALTER TABLE slack_installation ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_installation USING (current_community() IS NULL);
ALTER TABLE slack_oauth_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_oauth_state USING (current_community() IS NULL);
ALTER TABLE slack_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_event USING (current_community() IS NULL);
ALTER TABLE slack_presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_presence USING (current_community() IS NULL);
ALTER TABLE slack_reaction ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_reaction USING (current_community() IS NULL);

-- What is still to be read of a Slack channel's history after a time away: posts from `oldest` to before `latest`, newest
-- first. Posts since `since` may be new; older ones may have been edited or deleted.
CREATE TABLE slack_window (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  team text NOT NULL,
  channel text NOT NULL,
  oldest text NOT NULL,
  since text NOT NULL,
  latest text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slack_window_team ON slack_window (team);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_window TO reunite_app;
ALTER TABLE slack_window ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_window USING (current_community() IS NULL);

-- Across communities: workspaces -------------------------------------------------------------------------------------

CREATE FUNCTION find_workspace(of_platform platform, external text, OUT workspace_id uuid, OUT community_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.community_id FROM workspace w WHERE w.platform = of_platform AND w.external_id = external
$$;

-- All that a post needs to know of its workspace, in one query; the lock keeps the workspace in its community until the
-- post is written.
CREATE FUNCTION enter_workspace(of_platform platform, external text) RETURNS SETOF workspace
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM workspace WHERE platform = of_platform AND external_id = external FOR KEY SHARE
$$;

CREATE FUNCTION join_workspace(of_platform platform, external text, named text, OUT workspace_id uuid, OUT community_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(of_platform::text || ':' || external, 0)); -- two processes may join at once
  SELECT w.id, w.community_id INTO workspace_id, community_id FROM workspace w
    WHERE w.platform = of_platform AND w.external_id = external;
  IF NOT FOUND THEN
    INSERT INTO community (name) VALUES (named) RETURNING id INTO community_id;
    INSERT INTO workspace (community_id, platform, external_id, name)
      VALUES (join_workspace.community_id, of_platform, external, named) RETURNING id INTO workspace_id;
  END IF;
END $$;

-- Moves all that belongs to a workspace. Writers lock work or reports first, so these locks wait for what is under way
-- and keep off what comes. Foreign keys are checked at the end, when all has moved.
CREATE FUNCTION move_community(old uuid, new uuid, moved uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SET CONSTRAINTS ALL DEFERRED;
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  PERFORM FROM report WHERE workspace_id = moved ORDER BY id FOR UPDATE;
  UPDATE work SET community_id = new, fence = fence + 1, leased_until = NULL, hinted_at = NULL WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved); -- what came before the reports were locked
  UPDATE outbox SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE verdict SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = moved);
  UPDATE claim SET community_id = new WHERE community_id = old AND match_id IN (SELECT m.id FROM match m
    JOIN report r ON r.id = m.lost_id WHERE r.workspace_id = moved);
  UPDATE match SET community_id = new WHERE community_id = old
    AND lost_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE embedding SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE photo SET community_id = new WHERE community_id = old
    AND report_id IN (SELECT id FROM report WHERE workspace_id = moved);
  UPDATE report SET community_id = new WHERE workspace_id = moved;
  UPDATE channel SET community_id = new WHERE workspace_id = moved;
  UPDATE workspace SET community_id = new WHERE id = moved;
END $$;

-- Joins the caller's workspace, with all that it is linked with, to the community that the code was made in; false where
-- the code is unknown, has expired, or is its own.
CREATE FUNCTION link_workspace(workspace uuid, code_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := current_community();
  other uuid;
  moved uuid;
BEGIN
  PERFORM FROM public.workspace w WHERE w.community_id = own ORDER BY w.id FOR UPDATE; -- posts wait from here on
  IF NOT EXISTS (SELECT FROM public.workspace w WHERE w.id = link_workspace.workspace AND w.community_id = own) THEN
    RETURN false;
  END IF;
  DELETE FROM link_code WHERE hash = code_hash AND expires_at > now() AND community_id <> own
    RETURNING community_id INTO other;
  IF other IS NULL THEN RETURN false; END IF;
  FOR moved IN SELECT w.id FROM public.workspace w WHERE w.community_id = own LOOP
    PERFORM move_community(own, other, moved);
  END LOOP;
  DELETE FROM community WHERE id = own;
  RETURN true;
END $$;

-- Gives the caller's workspace a community of its own again. Its matches with the others must have been deleted before.
CREATE FUNCTION unlink_workspace(workspace uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  own uuid := current_community();
  fresh uuid;
BEGIN
  PERFORM FROM public.workspace w WHERE w.id = unlink_workspace.workspace AND w.community_id = own FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS
    (SELECT FROM public.workspace w WHERE w.community_id = own AND w.id <> unlink_workspace.workspace) THEN RETURN own;
  END IF;
  INSERT INTO community (name) SELECT w.name FROM public.workspace w WHERE w.id = unlink_workspace.workspace
    RETURNING id INTO fresh;
  PERFORM move_community(own, fresh, unlink_workspace.workspace);
  RETURN fresh;
END $$;

-- Deletes the caller's workspace, which has removed the bot, with everything of it.
CREATE FUNCTION leave_workspace(workspace uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE own uuid := current_community();
BEGIN
  DELETE FROM public.workspace w WHERE w.id = leave_workspace.workspace AND w.community_id = own;
  IF NOT EXISTS (SELECT FROM public.workspace w WHERE w.community_id = own) THEN
    DELETE FROM community WHERE id = own;
  END IF;
END $$;

CREATE FUNCTION all_communities() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM community $$;

-- Across communities: what is due ------------------------------------------------------------------------------------

CREATE FUNCTION expired_reports(most int, OUT community_id uuid, OUT report_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.community_id, r.id FROM report r WHERE r.purged_at IS NULL AND r.expires_at < now()
  ORDER BY r.expires_at LIMIT most
$$;

CREATE FUNCTION stale_photos(of_platform platform, most int, OUT community_id uuid, OUT photo_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.community_id, f.id FROM photo f JOIN report r ON r.id = f.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE f.stale_since IS NOT NULL AND f.state = 'pending' AND w.platform = of_platform ORDER BY f.stale_since LIMIT most
$$;

-- What is due and has not been hinted at for a while; each gets the number of a new hint.
CREATE FUNCTION hint_due_work(quiet interval, most int, OUT work_id uuid, OUT hint int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE work SET hints = hints + 1, hinted_at = now() WHERE id IN (
    SELECT id FROM work WHERE state = 'due' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
      AND (hinted_at IS NULL OR hinted_at < now() - quiet)
    ORDER BY due_at LIMIT most FOR UPDATE SKIP LOCKED)
  RETURNING id, hints
$$;

-- The next work in turn: of the community with the least in flight at the caller, who names the community of each piece
-- that it has, and takes `most_each` of one. Between equals chance decides, so that nobody always comes last. The
-- communities are read from the index one by one: a flood costs no more than a single piece.
CREATE FUNCTION lease_work(in_flight uuid[], most_each int, lease interval,
  OUT work_id uuid, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT failures int)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE turn uuid;
BEGIN
  FOR turn IN
    WITH RECURSIVE waiting (id) AS (
      (SELECT w.community_id FROM work w WHERE w.state = 'due' ORDER BY w.community_id LIMIT 1)
      UNION ALL
      SELECT (SELECT w.community_id FROM work w WHERE w.state = 'due' AND w.community_id > waiting.id
              ORDER BY w.community_id LIMIT 1)
      FROM waiting WHERE waiting.id IS NOT NULL)
    SELECT counted.id FROM
      (SELECT id, (SELECT count(*) FROM unnest(in_flight) AS held (id) WHERE held.id = waiting.id) AS n
       FROM waiting WHERE id IS NOT NULL) AS counted
    WHERE counted.n < most_each ORDER BY counted.n, random()
  LOOP
    RETURN QUERY UPDATE work SET fence = work.fence + 1, leased_until = now() + lease
      WHERE work.id = (SELECT w.id FROM work w WHERE w.community_id = turn AND w.state = 'due' AND w.due_at <= now()
        AND (w.leased_until IS NULL OR w.leased_until < now()) ORDER BY w.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING work.id, work.community_id, work.report_id, work.fence, work.failures;
    IF FOUND THEN RETURN; END IF;
  END LOOP;
END $$;

-- The next task of each thread, and of each report among the moderators: one after the other, all others side by side.
-- Communities take turns as they do for work: `most_each` of one, with what the caller has in flight.
CREATE FUNCTION lease_outbox(of_platform platform, most int, in_flight uuid[], most_each int, lease interval,
  OUT seq bigint, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT attempts int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH RECURSIVE waiting (id) AS (
    (SELECT o.community_id FROM outbox o WHERE o.platform = of_platform AND o.state = 'queued'
     ORDER BY o.community_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.community_id FROM outbox o WHERE o.platform = of_platform AND o.state = 'queued'
              AND o.community_id > waiting.id ORDER BY o.community_id LIMIT 1)
    FROM waiting WHERE waiting.id IS NOT NULL
  ), counted AS (
    SELECT id, (SELECT count(*) FROM unnest(in_flight) AS held (id) WHERE held.id = waiting.id) AS n
    FROM waiting WHERE id IS NOT NULL
  ), due AS (
    SELECT head.seq FROM counted CROSS JOIN LATERAL (
      SELECT o.seq, row_number() OVER (ORDER BY o.due_at, o.seq) AS nth FROM outbox o
      WHERE o.platform = of_platform AND o.community_id = counted.id AND o.state = 'queued' AND o.due_at <= now()
        AND (o.leased_until IS NULL OR o.leased_until < now())
        AND NOT EXISTS (SELECT FROM outbox earlier WHERE earlier.report_id = o.report_id
          AND earlier.audience = o.audience AND earlier.seq < o.seq AND earlier.state = 'queued')
      ORDER BY o.due_at, o.seq LIMIT greatest(most_each - counted.n, 0)) AS head
    ORDER BY counted.n + head.nth, random() LIMIT most
  )
  UPDATE outbox SET fence = outbox.fence + 1, attempts = outbox.attempts + 1, leased_until = now() + lease
  WHERE outbox.seq IN (
    SELECT o.seq FROM outbox o WHERE o.seq IN (SELECT due.seq FROM due)
      AND o.state = 'queued' AND (o.leased_until IS NULL OR o.leased_until < now()) FOR UPDATE SKIP LOCKED)
  RETURNING outbox.seq, outbox.community_id, outbox.report_id, outbox.fence, outbox.attempts
$$;

-- Within a community, with more rights than the application's role ----------------------------------------------------

-- The replies that quote a report. Row-level security would keep the query from the index: @> is not leakproof.
CREATE FUNCTION replies_quoting(report uuid) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT seq FROM outbox WHERE quotes @> ARRAY[report] AND community_id = current_community()
$$;

-- A member who wants to be forgotten stays in the log of verdicts as a number only.
CREATE FUNCTION forget_moderator(member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member AND community_id = current_community()
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reunite_app;
REVOKE ALL ON FUNCTION move_community, announce_outbox FROM reunite_app;
