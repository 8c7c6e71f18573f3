-- Everything a community owns carries its community_id and is guarded by row-level security. The application's role sees
-- across communities only through the few functions at the end, which run as the owner and answer with ids.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TYPE platform AS ENUM ('discord', 'slack', 'web');
CREATE TYPE report_kind AS ENUM ('lost', 'found');
CREATE TYPE report_state AS ENUM ('pending', 'open', 'returned', 'withdrawn', 'expired');
CREATE TYPE photo_state AS ENUM ('pending', 'stored', 'failed');
CREATE TYPE match_state AS ENUM ('undecided', 'confirmed', 'refused');
CREATE TYPE verdict_kind AS ENUM ('confirm', 'refuse');

-- Models are the deployment's, not a community's: the one place without a community_id.
CREATE TABLE model (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  encoder text NOT NULL,                 -- clip or concept: what was chosen, and is kept at a later start
  version text NOT NULL UNIQUE,
  spaces jsonb NOT NULL,                 -- name → dimension
  live boolean NOT NULL DEFAULT false,   -- the one that is searched
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX model_live ON model (live) WHERE live;

CREATE TABLE community (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  language text NOT NULL DEFAULT 'en',
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE workspace (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  platform platform NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  UNIQUE (platform, external_id)
);

CREATE TABLE channel (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
  external_id text NOT NULL,
  name text NOT NULL,
  role report_kind,
  PRIMARY KEY (workspace_id, external_id)
);

CREATE TABLE report (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
  source_key text NOT NULL,              -- idempotency key: the platform's message or interaction id
  kind report_kind NOT NULL,
  state report_state NOT NULL DEFAULT 'pending',
  author_id text NOT NULL,
  author_name text NOT NULL,
  text text NOT NULL DEFAULT '',
  words text[] NOT NULL DEFAULT '{}',    -- the text's tokens, as reunite.matching.words makes them
  place text NOT NULL DEFAULT '',
  happened_at timestamptz,
  channel text NOT NULL,
  message text,                          -- the thread's root; null until the bot has posted it itself
  answered boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  UNIQUE (workspace_id, source_key)
);
CREATE INDEX report_open ON report (community_id, kind) WHERE state = 'open';
CREATE INDEX report_message ON report (workspace_id, channel, message);
CREATE INDEX report_words ON report USING gin (words) WHERE state = 'open';

CREATE TABLE photo (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,
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
  UNIQUE (report_id, position),
  CHECK ((state = 'stored') = (copy IS NOT NULL)),
  CHECK (state = 'pending' OR (url IS NULL AND upload IS NULL))
);

-- One untyped column for every model and space (docs/decisions/0002-vectors.md).
CREATE TABLE embedding (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,
  photo_id uuid REFERENCES photo ON DELETE CASCADE,  -- null: the report's text
  model_id int NOT NULL REFERENCES model ON DELETE CASCADE,
  space text NOT NULL,
  source text NOT NULL CHECK (source = CASE WHEN photo_id IS NULL THEN 'text' ELSE 'photo' END),
  vector halfvec NOT NULL,
  UNIQUE NULLS NOT DISTINCT (report_id, model_id, space, photo_id)
);
CREATE INDEX embedding_search ON embedding (community_id, model_id, space, source);

-- The record of work: what is due, who has it until when. Redis only carries hints to it.
CREATE TABLE work (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed')),
  hints int NOT NULL DEFAULT 0,          -- number of the last hint, part of its job id
  failures int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,          -- grows with each lease: a lease that was overtaken can't write
  due_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  hinted_at timestamptz,
  problem text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX work_due ON work (due_at) WHERE state = 'due';

CREATE TABLE match (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  lost_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,
  found_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,
  model_id int NOT NULL REFERENCES model,
  probability real NOT NULL,
  label text,
  why jsonb NOT NULL,
  evidence jsonb NOT NULL,
  state match_state NOT NULL DEFAULT 'undecided',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (lost_id, found_id)
);
CREATE INDEX match_found ON match (found_id);

-- Append-only: the application may add lines and read them, nothing else.
CREATE TABLE verdict (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL REFERENCES match ON DELETE CASCADE,
  moderator_id text NOT NULL,
  moderator_name text NOT NULL,
  kind verdict_kind NOT NULL,
  given boolean NOT NULL,                -- false: taken back
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX verdict_match ON verdict (match_id);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order within a thread
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL REFERENCES report ON DELETE CASCADE,  -- whose thread it goes to
  platform platform NOT NULL,
  key text NOT NULL,                     -- idempotency key
  reply jsonb NOT NULL,
  match_id uuid REFERENCES match ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
  attempts int NOT NULL DEFAULT 0,
  fence int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  leased_until timestamptz,
  sent_channel text,
  sent_message text,
  problem text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (community_id, key)
);
CREATE INDEX outbox_queued ON outbox (report_id, seq) WHERE state = 'queued';
CREATE INDEX outbox_sent ON outbox (sent_channel, sent_message) WHERE sent_message IS NOT NULL;

-- The application's role ---------------------------------------------------------------------------------------------

DO $$ BEGIN
  CREATE ROLE reunite_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- unique_violation: another database's migration, just now
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO reunite_app;
GRANT SELECT, INSERT, UPDATE ON model TO reunite_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON community, workspace, channel, report, photo, embedding, work, match, outbox TO reunite_app;
GRANT SELECT, INSERT ON verdict TO reunite_app;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['workspace', 'channel', 'report', 'photo', 'embedding', 'work', 'match', 'verdict', 'outbox'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format($p$CREATE POLICY own_community ON %I
      USING (community_id = nullif(current_setting('reunite.community', true), '')::uuid)$p$, name);
  END LOOP;
END $$;
ALTER TABLE community ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON community USING (id = nullif(current_setting('reunite.community', true), '')::uuid);

-- Across communities -------------------------------------------------------------------------------------------------

CREATE FUNCTION find_workspace(p platform, e text, OUT workspace_id uuid, OUT community_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.community_id FROM workspace w WHERE w.platform = p AND w.external_id = e
$$;

CREATE FUNCTION join_workspace(p platform, e text, n text, OUT workspace_id uuid, OUT community_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(p::text || ':' || e, 0)); -- two processes may join at once
  SELECT w.id, w.community_id INTO workspace_id, community_id FROM workspace w WHERE w.platform = p AND w.external_id = e;
  IF NOT FOUND THEN
    INSERT INTO community (name) VALUES (n) RETURNING id INTO community_id;
    INSERT INTO workspace (community_id, platform, external_id, name) VALUES (join_workspace.community_id, p, e, n)
      RETURNING id INTO workspace_id;
  END IF;
END $$;

CREATE FUNCTION all_communities() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM community $$;

-- What is due and has not been hinted at for a while; each gets the number of a new hint.
CREATE FUNCTION hint_due_work(quiet interval, n int, OUT work_id uuid, OUT hint int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE work SET hints = hints + 1, hinted_at = now() WHERE id IN (
    SELECT id FROM work WHERE state = 'due' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
      AND (hinted_at IS NULL OR hinted_at < now() - quiet)
    ORDER BY due_at LIMIT n FOR UPDATE SKIP LOCKED)
  RETURNING id, hints
$$;

CREATE FUNCTION hint_work(w uuid) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE work SET hints = hints + 1, hinted_at = now() WHERE id = w AND state = 'due' RETURNING hints
$$;

CREATE FUNCTION lease_work(w uuid, lease interval, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT failures int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE work SET fence = work.fence + 1, leased_until = now() + lease
  WHERE id = w AND state = 'due' AND due_at <= now() AND (leased_until IS NULL OR leased_until < now())
  RETURNING work.community_id, work.report_id, work.fence, work.failures
$$;

-- The first unsent reply of each thread, where it is due: a thread's replies go one after the other, threads side by side.
CREATE FUNCTION lease_outbox(p platform, n int, lease interval,
  OUT seq bigint, OUT community_id uuid, OUT report_id uuid, OUT fence int, OUT attempts int)
RETURNS SETOF record LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE outbox SET fence = outbox.fence + 1, attempts = outbox.attempts + 1, leased_until = now() + lease
  WHERE outbox.seq IN (
    SELECT o.seq FROM outbox o
    WHERE o.platform = p AND o.state = 'queued' AND o.due_at <= now() AND (o.leased_until IS NULL OR o.leased_until < now())
      AND NOT EXISTS (SELECT FROM outbox earlier
        WHERE earlier.report_id = o.report_id AND earlier.seq < o.seq AND earlier.state = 'queued')
    ORDER BY o.due_at, o.seq LIMIT n FOR UPDATE OF o SKIP LOCKED)
  RETURNING outbox.seq, outbox.community_id, outbox.report_id, outbox.fence, outbox.attempts
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reunite_app;

-- A bot process sleeps until there is something to say.
CREATE FUNCTION announce_outbox() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('reunite_outbox', NEW.platform::text);
  RETURN NULL;
END $$;
CREATE TRIGGER outbox_announced AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION announce_outbox();
