-- The schema, subject by subject; later files change it. It took the place of 33 migrations, the last of them 0111, that
-- came before the first release (docs/decisions/0062-baseline.md).
--
-- Every table that holds a community's data carries its community_id, and row-level security lets the application's role
-- see one community at a time: the one in the setting `reunite.community`. Functions that say SECURITY DEFINER run as the
-- owner. Most of them see across communities, and return ids and numbers rather than what people wrote. Foreign keys
-- include the community, so that no row can refer to another community's. They are deferrable or ON UPDATE CASCADE,
-- because a workspace may move to another community with everything in it.
--
-- The application may execute all functions but those listed at the end.

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

CREATE TYPE platform AS ENUM ('discord', 'slack', 'web', 'api', 'webhook');
CREATE TYPE report_kind AS ENUM ('lost', 'found');
-- A look is a private search of the open found reports: a row like a lost report's that no other search considers.
CREATE TYPE report_state AS ENUM ('look', 'pending', 'open', 'returned', 'withdrawn', 'expired');
CREATE TYPE photo_state AS ENUM ('pending', 'stored', 'failed');
CREATE TYPE match_state AS ENUM ('undecided', 'confirmed', 'rejected');
CREATE TYPE verdict_kind AS ENUM ('confirm', 'reject');

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

-- A Discord server, a Slack workspace, the local page, the HTTP API or a chat of the operator's own, with its settings.
CREATE TABLE workspace (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  platform platform NOT NULL,
  external_id text NOT NULL,
  name text NOT NULL,
  language text NOT NULL DEFAULT 'en',
  timezone text NOT NULL DEFAULT '',     -- its name in the IANA database; empty: unknown
  found_channels text[] NOT NULL DEFAULT '{}',  -- empty: chosen by the channels' names
  lost_channels text[] NOT NULL DEFAULT '{}',
  log_channel text,                      -- the moderators' channel
  moderators text[] NOT NULL DEFAULT '{}',
  private_reports boolean NOT NULL DEFAULT false,
  sealed_categories text[] NOT NULL DEFAULT '{id,card,keys,phone}',
  keep_days int NOT NULL DEFAULT 60 CHECK (keep_days BETWEEN 1 AND 365),
  returned_by text NOT NULL DEFAULT 'both'  -- whose word counts besides a moderator's
    CHECK (returned_by IN ('both', 'either', 'moderators')),
  quiet_members text[] NOT NULL DEFAULT '{}',  -- who wants no reminders
  greeted_at timestamptz,
  digest boolean NOT NULL DEFAULT false,
  digested_at timestamptz,
  absent_since timestamptz,              -- since when the platform says that the bot isn't there any more
  slow_since timestamptz,                -- when its moderators were told of late answers; null while they come in time
  slow_until timestamptz,                -- when they were last told that it's over
  slow_times int NOT NULL DEFAULT 0,     -- how often it was over: a part of the messages' keys
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

-- The time zones that members have chosen, by their names in the IANA database.
CREATE TABLE member_zone (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE DEFERRABLE,
  workspace_id uuid NOT NULL,
  member_id text NOT NULL,
  zone text NOT NULL,
  PRIMARY KEY (workspace_id, member_id),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE -- a workspace may move to another community
);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_zone TO reunite_app;
ALTER TABLE member_zone ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON member_zone USING (community_id = current_community());

-- Two workspaces become one community by a code that is used once. Only the code's hash is kept.
CREATE TABLE link_code (
  hash text PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes'
);
GRANT SELECT, INSERT, DELETE ON link_code TO reunite_app;
ALTER TABLE link_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON link_code USING (community_id = current_community());

CREATE FUNCTION all_communities() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT id FROM community $$;

CREATE FUNCTION find_workspace(of_platform platform, external text, OUT workspace_id uuid, OUT community_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.community_id FROM workspace w WHERE w.platform = of_platform AND w.external_id = external
$$;

-- A workspace from which the bot is absent for long is deleted, as if the bot had seen that it was removed.
CREATE FUNCTION known_workspaces(of_platform platform,
  OUT workspace_id uuid, OUT community_id uuid, OUT external_id text, OUT absent_since timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.id, w.community_id, w.external_id, w.absent_since FROM workspace w WHERE w.platform = of_platform
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

-- Reports ------------------------------------------------------------------------------------------------------------

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
  quiet boolean NOT NULL DEFAULT false,  -- nothing is said in its thread for now
  sample boolean NOT NULL DEFAULT false, -- posted by a moderator to see how it works: matches samples only, counts nowhere
  category text NOT NULL DEFAULT 'other',
  proof_question text NOT NULL DEFAULT '',  -- what the finder asks the owner, or knows and doesn't show
  kept_at text NOT NULL DEFAULT '',      -- where the item was handed in; empty: its finder has it
  kept_code text NOT NULL DEFAULT '',    -- the code on its label there
  channel text NOT NULL,
  message text,                          -- the thread's root; null until the bot has posted it itself
  has_first_reply boolean NOT NULL DEFAULT false,
  question jsonb,                        -- {"aspect", "options", "sources"}; null: none was asked
  question_answer text,                  -- one of the options; empty: not sure; null: not answered
  created_at timestamptz NOT NULL DEFAULT now(),
  returned_at timestamptz,               -- for the board's numbers
  expires_at timestamptz NOT NULL,
  reminded boolean NOT NULL DEFAULT false,  -- whether its author was reminded of its end
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
CREATE INDEX report_sample ON report (workspace_id) WHERE sample;
CREATE INDEX report_expiry ON report (expires_at) WHERE purged_at IS NULL;
CREATE INDEX report_reminder ON report (expires_at) WHERE state = 'open' AND NOT reminded;
CREATE INDEX report_counted ON report (kind, state) WHERE NOT sample;  -- the numbers of `reunite status` and the metrics
GRANT SELECT, INSERT, UPDATE, DELETE ON report TO reunite_app;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON report USING (community_id = current_community());

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

CREATE FUNCTION expired_reports(most int, OUT community_id uuid, OUT report_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.community_id, r.id FROM report r WHERE r.purged_at IS NULL AND r.expires_at < now()
  ORDER BY r.expires_at LIMIT most
$$;

-- Photos -------------------------------------------------------------------------------------------------------------

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
  shows text[] NOT NULL DEFAULT '{}',    -- what it clearly shows, as English nouns that the encoder knows
  stale_since timestamptz,               -- its link has expired: the bot of its platform fetches its post again
  refreshed boolean NOT NULL DEFAULT false,  -- its post was fetched again: that is done once
  added_by text,                         -- idempotency key of the press that added it to its report
  UNIQUE (report_id, position),
  CHECK ((state = 'stored') = (copy IS NOT NULL)),
  CHECK (state = 'pending' OR (url IS NULL AND upload IS NULL)),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE
);
-- Photos are compressed already: PostgreSQL's attempt took 6 ms of processor time for each, and saved nothing.
ALTER TABLE photo ALTER COLUMN upload SET STORAGE EXTERNAL, ALTER COLUMN copy SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, UPDATE, DELETE ON photo TO reunite_app;
ALTER TABLE photo ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON photo USING (community_id = current_community());

CREATE FUNCTION stale_photos(of_platform platform, most int, OUT community_id uuid, OUT photo_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.community_id, f.id FROM photo f JOIN report r ON r.id = f.report_id JOIN workspace w ON w.id = r.workspace_id
  WHERE f.stale_since IS NOT NULL AND f.state = 'pending' AND w.platform = of_platform ORDER BY f.stale_since LIMIT most
$$;

-- How many details of two photos match, for pairs that were worth comparing.
CREATE TABLE photo_details (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  lost_id uuid NOT NULL,
  found_id uuid NOT NULL,
  lost_photo uuid NOT NULL,
  found_photo uuid NOT NULL,
  details real NOT NULL CHECK (details >= 0),
  PRIMARY KEY (lost_photo, found_photo),
  FOREIGN KEY (community_id, lost_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, lost_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_photo) REFERENCES photo (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX photo_details_lost ON photo_details (lost_id);
CREATE INDEX photo_details_found ON photo_details (found_id);
CREATE INDEX photo_details_found_photo ON photo_details (found_photo);
GRANT SELECT, INSERT, UPDATE, DELETE ON photo_details TO reunite_app;
ALTER TABLE photo_details ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON photo_details USING (community_id = current_community());

-- A photo that moves to another community leaves what was compared with it: it's compared again where that is needed.
CREATE FUNCTION forget_photo_details() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM photo_details WHERE lost_photo = old.id OR found_photo = old.id;
  RETURN new;
END $$;
CREATE TRIGGER forget_photo_details BEFORE UPDATE OF community_id ON photo
  FOR EACH ROW WHEN (old.community_id <> new.community_id) EXECUTE FUNCTION forget_photo_details();

-- Encoders and embeddings --------------------------------------------------------------------------------------------

-- Encoders are the deployment's: every community sees them.
CREATE TABLE embedding_model (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  encoder text NOT NULL,                 -- clip or concept: what was chosen, and is kept at a later start
  version text NOT NULL UNIQUE,
  spaces jsonb NOT NULL,                 -- name → dimension
  live boolean NOT NULL DEFAULT false,   -- the one that is searched
  calibration_problem text,              -- why the open set couldn't be used, for `reunite doctor`
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX embedding_model_live ON embedding_model (live) WHERE live;
GRANT SELECT, INSERT, UPDATE ON embedding_model TO reunite_app;

-- One untyped column for every model and space (docs/decisions/0002-vectors.md).
CREATE TABLE embedding (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  photo_id uuid,                         -- null: the report's text
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
CREATE INDEX embedding_photo ON embedding (photo_id) WHERE photo_id IS NOT NULL;  -- else deleting a photo reads them all
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding TO reunite_app;
ALTER TABLE embedding ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON embedding USING (community_id = current_community());

-- Matches and verdicts -----------------------------------------------------------------------------------------------

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
  photo_id uuid,                         -- the found report's photo that matched
  state match_state NOT NULL DEFAULT 'undecided',  -- by a moderator
  picked boolean NOT NULL DEFAULT false,    -- by the owner, from a gallery
  declined boolean NOT NULL DEFAULT false,  -- by the owner
  released boolean NOT NULL DEFAULT false,  -- by a moderator: the owner may know of a sealed found report
  got_back boolean NOT NULL DEFAULT false,     -- says the owner
  handed_over boolean NOT NULL DEFAULT false,  -- says the finder
  returned boolean NOT NULL DEFAULT false,     -- these words count as much as a moderator's
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (lost_id, found_id),
  UNIQUE (community_id, id),
  FOREIGN KEY (community_id, lost_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, found_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE,
  FOREIGN KEY (community_id, photo_id) REFERENCES photo (community_id, id) ON DELETE SET NULL (photo_id) DEFERRABLE
);
CREATE INDEX match_found ON match (found_id);
CREATE INDEX match_photo ON match (photo_id) WHERE photo_id IS NOT NULL;  -- else deleting a photo reads them all
CREATE INDEX match_feedback ON match (community_id) WHERE state <> 'undecided' OR declined OR picked;
CREATE INDEX match_counted ON match (label, state) INCLUDE (found_id) WHERE label IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON match TO reunite_app;
ALTER TABLE match ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON match USING (community_id = current_community());

-- Append-only: the application may add lines and read them, nothing else.
CREATE TABLE verdict (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL,
  moderator_id text NOT NULL,
  moderator_name text NOT NULL,          -- empty: forgotten
  platform platform,                     -- where it was given, so that the name is shown as there; null: unknown
  kind verdict_kind NOT NULL,
  given boolean NOT NULL,                -- false: withdrawn
  message text,                          -- the reply that was reacted to; null for a button
  press text,                            -- idempotency key of the button's press
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX verdict_match ON verdict (match_id);
GRANT SELECT, INSERT ON verdict TO reunite_app;
ALTER TABLE verdict ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON verdict USING (community_id = current_community());

-- Claims -------------------------------------------------------------------------------------------------------------

-- A member says that a found item is theirs. Each claim is an attempt, and attempts are counted, also withdrawn ones.
CREATE TABLE claim (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  match_id uuid NOT NULL,
  member_id text NOT NULL,
  member_name text NOT NULL,
  proof text NOT NULL,                   -- empty: deleted
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz,                   -- when the finder or a moderator first looked at it
  decided_at timestamptz,
  reminded text NOT NULL DEFAULT '',     -- the state of which it was last brought up
  FOREIGN KEY (community_id, match_id) REFERENCES match (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX claim_match ON claim (match_id);
CREATE INDEX claim_accepted ON claim (community_id, match_id) WHERE state = 'accepted';
CREATE INDEX claim_waiting ON claim (at) WHERE state <> 'rejected' AND reminded <> state;
GRANT SELECT, INSERT, UPDATE, DELETE ON claim TO reunite_app;
ALTER TABLE claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON claim USING (community_id = current_community());

-- A member who wants to be forgotten stays in the log as a number only. It runs as the owner, because the application
-- can't change the log.
CREATE FUNCTION forget_moderator(member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member AND community_id = current_community()
$$;

-- Search -------------------------------------------------------------------------------------------------------------

-- A process keeps the vectors that it searches in memory (docs/decisions/0045-searched-in-memory.md). This says what has
-- changed since it read them: the transaction in which a report last began or ceased to be found, or its embeddings
-- changed. A row stays when its report is deleted or moves to another community: that is a change, too.
CREATE TABLE search_change (
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,
  changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (community_id, report_id)
);
CREATE INDEX search_change_newest ON search_change (community_id, changed);
GRANT SELECT, INSERT, UPDATE ON search_change TO reunite_app;
ALTER TABLE search_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON search_change USING (community_id = current_community());

-- A community that is being deleted needs no changes.
CREATE FUNCTION note_search_change(community uuid, report uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  INSERT INTO search_change (community_id, report_id)
  SELECT c.id, report FROM community c WHERE c.id = note_search_change.community
  ON CONFLICT (community_id, report_id) DO UPDATE SET changed = excluded.changed
    WHERE search_change.changed <> excluded.changed
$$;

-- A private search is never found, and a report that is deleted has been noted as such: its embeddings say nothing. A
-- report that isn't open yet counts: another transaction may be opening it at this moment.
CREATE FUNCTION note_embedding_change() RETURNS trigger
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
CREATE TRIGGER embedding_search_change AFTER INSERT OR UPDATE OR DELETE ON embedding
  FOR EACH ROW EXECUTE FUNCTION note_embedding_change();

CREATE FUNCTION note_report_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM note_search_change(OLD.community_id, OLD.id);
  IF TG_OP = 'UPDATE' AND NEW.community_id <> OLD.community_id THEN
    PERFORM note_search_change(NEW.community_id, NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER report_search_change AFTER UPDATE OF state, sealed, private, kind, community_id ON report
  FOR EACH ROW WHEN (OLD.state = 'open' OR NEW.state = 'open') EXECUTE FUNCTION note_report_change();
CREATE TRIGGER report_search_deletion AFTER DELETE ON report
  FOR EACH ROW WHEN (OLD.state = 'open') EXECUTE FUNCTION note_report_change();

-- Reports count from when they are open, also those without vectors.
CREATE FUNCTION note_new_report() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM note_search_change(NEW.community_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER report_search_arrival AFTER INSERT ON report
  FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION note_new_report();

-- A report's words as numbers that differ between communities: a look-up touches no row of another one.
CREATE FUNCTION word_keys(community uuid, words text[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(hashtextextended(word, uuid_hash_extended(community, 0))) FROM unnest(words) AS given (word)
$$;
CREATE INDEX report_word_keys ON report USING gin (word_keys(community_id, words)) WITH (fastupdate = off)
  WHERE state = 'open';

-- The open reports that take part in a report's search and have one of some words, with their authors. If more than `most`
-- have a word, neither is returned. Sealed and private reports are left out unless `with_hidden`, or unless a moderator has
-- released them to the report that searches. Also: how many open reports each author has who used a word more than once.
-- Row-level security would keep the query from the index: @> is not leakproof. The words' keys already contain the
-- community, whose own index would only be read in addition: IS NOT DISTINCT FROM keeps the planner from that.
CREATE FUNCTION reports_with_words(wanted text[], of_kind report_kind, most int, searching uuid, with_hidden boolean,
  OUT word text, OUT reports uuid[], OUT authors text[], OUT repeated text[], OUT repeats bigint[])
RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$ -- the same for any words: planning takes as long as looking them up
  SELECT given.word, CASE WHEN held.n <= most THEN held.reports END, CASE WHEN held.n <= most THEN held.authors END,
    habits.authors, habits.counts
  FROM unnest(wanted) AS given (word) CROSS JOIN LATERAL (
    SELECT count(*) AS n, array_agg(id) AS reports, array_agg(author_id) AS authors FROM (
      SELECT r.id, r.author_id FROM report r
      WHERE r.state = 'open' AND r.kind = of_kind AND r.community_id IS NOT DISTINCT FROM current_community()
        AND word_keys(r.community_id, r.words) @> word_keys(current_community(), ARRAY[given.word])
        AND r.words @> ARRAY[given.word]
        AND (with_hidden OR NOT (r.sealed OR r.private) OR EXISTS (SELECT FROM match m
          WHERE m.found_id = r.id AND m.lost_id = searching AND m.released))
      LIMIT most + 1) AS first_ones) AS held
  CROSS JOIN LATERAL (
    SELECT array_agg(author) AS authors, array_agg(n) AS counts FROM (
      SELECT author, (SELECT count(*) FROM workspace w JOIN report o ON o.workspace_id = w.id
        WHERE w.community_id = current_community() AND o.author_id = author AND o.kind = of_kind AND o.state = 'open') AS n
      FROM unnest(held.authors) AS used (author) WHERE held.n <= most GROUP BY author HAVING count(*) > 1
    ) AS counted) AS habits
  WHERE held.n > 0
$$;

-- Calibration, and learning from feedback ----------------------------------------------------------------------------

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

-- Adds the deployment's weights of an encoder that has none: a worker, which has the application's role, fits them to the
-- open set. Only the owner may replace them, and nobody may add them in the name of a community.
CREATE FUNCTION add_first_calibration(version text, fitted jsonb, about jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF current_community() IS NOT NULL THEN RETURN false; END IF;
  INSERT INTO calibration (community_id, model_version, parameters, summary)
    SELECT NULL, version, fitted, about WHERE EXISTS (SELECT FROM embedding_model m WHERE m.version = add_first_calibration.version)
      AND NOT EXISTS (SELECT FROM calibration c WHERE c.community_id IS NULL
        AND c.model_version = add_first_calibration.version AND c.parameters -> 'format' = fitted -> 'format');
  RETURN FOUND;
END $$;

-- What people say about matches, from which a community's calibration learns: scores only. A moderator's verdict counts
-- before the owner's word, and an accepted claim before a pick; verdicts and accepted claims are certain, and count twice
-- as much. The condition on ids lets PostgreSQL read them from indexes.
CREATE VIEW feedback WITH (security_invoker = true) AS
  SELECT judged.*, CASE WHEN is_certain THEN 1.0 ELSE 0.5 END AS weight FROM (
    SELECT m.id, m.community_id, m.lost_id, m.found_id, m.model_id, m.label, m.probability, m.evidence, m.created_at,
      CASE WHEN m.state <> 'undecided' THEN m.state = 'confirmed' ELSE NOT m.declined END AS is_right,
      m.state <> 'undecided' OR (accepted.is_there AND NOT m.declined) AS is_certain
    FROM match m CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM claim c WHERE c.match_id = m.id AND c.state = 'accepted') AS is_there) AS accepted
    WHERE m.id IN (
      SELECT said.id FROM match said WHERE said.state <> 'undecided' OR said.declined OR said.picked
      UNION ALL SELECT c.match_id FROM claim c WHERE c.state = 'accepted')) AS judged;
GRANT SELECT ON feedback TO reunite_app;

-- Communities with enough feedback about matches that were scored with the present weights, in no order.
CREATE FUNCTION communities_to_teach(enough int, of_each int, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT f.community_id FROM feedback f JOIN embedding_model e ON e.id = f.model_id AND e.live
  WHERE f.evidence <> '{}' AND f.created_at > coalesce((
    SELECT c.created_at FROM calibration c
    WHERE c.model_version = e.version AND (c.community_id = f.community_id OR c.community_id IS NULL)
    ORDER BY c.community_id IS NULL, c.seq DESC LIMIT 1), '-infinity')
  GROUP BY f.community_id
  HAVING count(*) >= enough AND LEAST(count(*) FILTER (WHERE is_right), count(*) FILTER (WHERE NOT is_right)) >= of_each
  ORDER BY random() LIMIT most
$$;

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
  done_at timestamptz,                   -- how long each piece takes says how long a new report will wait
  FOREIGN KEY (community_id, report_id) REFERENCES report (community_id, id) ON DELETE CASCADE DEFERRABLE
);
CREATE INDEX work_due ON work (due_at) WHERE state = 'due';
CREATE INDEX work_turns ON work (community_id, due_at) WHERE state = 'due';
CREATE INDEX work_done ON work (community_id, done_at DESC) WHERE state = 'done' AND done_at IS NOT NULL;
CREATE INDEX work_failed ON work (created_at) WHERE state = 'failed';
CREATE INDEX work_report ON work (report_id);  -- else deleting a report reads the whole table
GRANT SELECT, INSERT, UPDATE, DELETE ON work TO reunite_app;
ALTER TABLE work ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON work USING (community_id = current_community());

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

-- Outbox -------------------------------------------------------------------------------------------------------------

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order within a thread
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  report_id uuid NOT NULL,               -- whose thread it goes to
  platform platform NOT NULL,
  key text NOT NULL,                     -- idempotency key (reunite.messages.keys)
  audience text NOT NULL DEFAULT 'thread' CHECK (audience IN ('thread', 'moderators', 'pair', 'channel')),
  reply jsonb NOT NULL,
  opens_thread boolean NOT NULL DEFAULT false,  -- the post that the bot writes for a report
  quotes uuid[] NOT NULL DEFAULT '{}',   -- the reports that it quotes or is about: it goes with each of them
  match_id uuid,                         -- a match may go before its cards are removed from threads
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
CREATE INDEX outbox_failed ON outbox (platform) WHERE state = 'failed';
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

-- The replies that quote a report. Row-level security would keep the query from the index: @> is not leakproof.
CREATE FUNCTION replies_quoting(report uuid) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT seq FROM outbox WHERE quotes @> ARRAY[report] AND community_id = current_community()
$$;

-- Reminders and digests ----------------------------------------------------------------------------------------------

-- What is to be brought up at a moment: reports that end within a week, claims that nobody has looked at for a day, and
-- accepted ones after two days.
CREATE FUNCTION due_reminders(at timestamptz, most int, OUT community_id uuid, OUT kind text, OUT subject uuid)
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

-- Workspaces that are due for the weekly digest: what still waits for its owner, in the channel for found items.
CREATE FUNCTION due_digests(at timestamptz, most int, OUT community_id uuid, OUT workspace_id uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.community_id, w.id FROM workspace w
  WHERE w.digest AND (w.digested_at IS NULL OR w.digested_at <= due_digests.at - interval '7 days') LIMIT most
$$;

-- Past posts ---------------------------------------------------------------------------------------------------------

-- A channel whose past posts are to be read, newest first. Its bot does that; the counts are for those who asked.
CREATE TABLE backfill (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  platform platform NOT NULL,
  workspace text NOT NULL,               -- the platform's id, as channel is
  channel text NOT NULL,
  name text NOT NULL,                    -- the channel's
  request uuid NOT NULL,                 -- the same for channels that were asked for together
  since timestamptz NOT NULL,
  until timestamptz NOT NULL,
  reached timestamptz NOT NULL,          -- the time of the oldest post read
  cursor text NOT NULL DEFAULT '',       -- where to go on, in the adapter's terms
  answers boolean NOT NULL,              -- whether the old threads are answered
  tell text NOT NULL DEFAULT '' CHECK (tell IN ('', 'start', 'end')), -- what the moderators' channel is told next
  messages int NOT NULL DEFAULT 0,
  reports int NOT NULL DEFAULT 0,
  photos int NOT NULL DEFAULT 0,
  skipped jsonb NOT NULL DEFAULT '{}',   -- how many for each reason
  problem text NOT NULL DEFAULT '',      -- why the channel can't be read to the end
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX backfill_once ON backfill (workspace_id, channel) WHERE ended_at IS NULL;
CREATE INDEX backfill_open ON backfill (platform) WHERE ended_at IS NULL OR tell <> '';
GRANT SELECT, INSERT, UPDATE, DELETE ON backfill TO reunite_app;
ALTER TABLE backfill ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON backfill USING (community_id = current_community());

-- What a platform's bot has to do: channels to read, and moderators to tell.
CREATE FUNCTION open_backfills(of_platform platform) RETURNS SETOF backfill
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM backfill b WHERE b.platform = of_platform AND (b.ended_at IS NULL OR b.tell <> '')
  ORDER BY b.created_at, b.name, b.id
$$;

-- The local page -----------------------------------------------------------------------------------------------------

-- The local chat page keeps its messages here, as Discord and Slack keep theirs. Photos and verdicts are the core's.
CREATE TABLE web_message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  channel text NOT NULL,
  root_id bigint,                        -- the post whose thread it is in
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

-- Slack --------------------------------------------------------------------------------------------------------------

-- These tables know teams, not communities: a token comes before its community. Nothing that is done for a community reads
-- them, least of all the tokens of others.

-- Workspaces that installed the app by OAuth.
CREATE TABLE slack_installation (
  team text PRIMARY KEY,
  name text NOT NULL,
  bot_user text NOT NULL,
  bot_token text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_installation TO reunite_app;
ALTER TABLE slack_installation ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_installation USING (current_community() IS NULL);

-- Installations that were begun in a browser and not finished yet.
CREATE TABLE slack_oauth_state (
  state text PRIMARY KEY,
  expires_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_oauth_state TO reunite_app;
ALTER TABLE slack_oauth_state ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_oauth_state USING (current_community() IS NULL);

-- Events that were handled: Slack sends one again where it missed the acknowledgement.
CREATE TABLE slack_event (
  id text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slack_event_at ON slack_event (at);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_event TO reunite_app;
ALTER TABLE slack_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_event USING (current_community() IS NULL);

-- Until when the bot has heard of everything in a workspace.
CREATE TABLE slack_presence (
  team text PRIMARY KEY,
  heard_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_presence TO reunite_app;
ALTER TABLE slack_presence ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_presence USING (current_community() IS NULL);

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
GRANT SELECT, INSERT, UPDATE, DELETE ON slack_reaction TO reunite_app;
ALTER TABLE slack_reaction ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON slack_reaction USING (current_community() IS NULL);

-- What is still to be read of a channel's history after a time away: posts from `oldest` to before `latest`, newest first.
-- Posts since `since` may be new; older ones may have been edited or deleted.
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

-- The HTTP API -------------------------------------------------------------------------------------------------------

-- A token opens one community to a program. Only its hash is kept. It belongs to the API's workspace in the community,
-- and moves with it.
CREATE TABLE api_token (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL CHECK (scopes <@ '{read,write,moderate}' AND scopes <> '{}'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  used_at timestamptz,
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX api_token_community ON api_token (community_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_token TO reunite_app;
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON api_token USING (community_id = current_community());

-- The valid token with this hash. Its last use is noted, at most once a minute.
CREATE FUNCTION use_api_token(token_hash text,
  OUT id uuid, OUT community_id uuid, OUT workspace_id uuid, OUT workspace text, OUT name text, OUT scopes text[])
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE api_token t SET used_at = now() WHERE t.hash = token_hash AND (t.expires_at IS NULL OR t.expires_at > now())
    AND (t.used_at IS NULL OR t.used_at < now() - interval '1 minute');
  RETURN QUERY SELECT t.id, t.community_id, t.workspace_id, w.external_id, t.name, t.scopes
    FROM api_token t JOIN workspace w ON w.id = t.workspace_id
    WHERE t.hash = token_hash AND (t.expires_at IS NULL OR t.expires_at > now());
END $$;

-- Many items posted at once. Their progress is that of their reports.
CREATE TABLE api_job (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  key text NOT NULL,                     -- idempotency key
  reports uuid[] NOT NULL DEFAULT '{}',  -- in the order of the items; null where an item was refused
  refused jsonb NOT NULL DEFAULT '[]',   -- [{"position", "detail"}]
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (workspace_id, key),
  FOREIGN KEY (community_id, workspace_id) REFERENCES workspace (community_id, id)
    ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX api_job_created ON api_job (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON api_job TO reunite_app;
ALTER TABLE api_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON api_job USING (community_id = current_community());

CREATE FUNCTION delete_old_jobs() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM api_job WHERE created_at < now() - interval '30 days'
$$;

-- Texts and photos that a process without an encoder has embedded by a worker. A row lives for one request: who asked
-- deletes it with the answer, and the workers delete what was left.
CREATE TABLE embedding_request (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  community_id uuid NOT NULL REFERENCES community ON DELETE CASCADE,
  texts text[] NOT NULL DEFAULT '{}',
  photos bytea[] NOT NULL DEFAULT '{}',
  answer jsonb,
  taken_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE embedding_request ALTER COLUMN photos SET STORAGE EXTERNAL; -- compressed already, as in the table photo
CREATE INDEX embedding_request_created ON embedding_request (created_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON embedding_request TO reunite_app;
ALTER TABLE embedding_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_community ON embedding_request USING (community_id = current_community());

CREATE FUNCTION announce_embedding_request() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_notify('reunite_embedding', '');
  RETURN NULL;
END $$;
CREATE TRIGGER embedding_request_added AFTER INSERT ON embedding_request
  FOR EACH STATEMENT EXECUTE FUNCTION announce_embedding_request();

-- The oldest request that no worker is busy with; requests that nobody waits for any more are deleted.
CREATE FUNCTION take_embedding_request(lease interval, lifetime interval, OUT id uuid, OUT community_id uuid)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM embedding_request r WHERE r.created_at < now() - lifetime;
  RETURN QUERY UPDATE embedding_request SET taken_until = now() + lease
    WHERE embedding_request.id = (SELECT r.id FROM embedding_request r
      WHERE r.answer IS NULL AND (r.taken_until IS NULL OR r.taken_until < now())
      ORDER BY r.created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING embedding_request.id, embedding_request.community_id;
END $$;

-- The moderators' board ----------------------------------------------------------------------------------------------

-- A link that signs a moderator in, once, and the session that it begins. Only the link's hash is kept. A session belongs
-- to its moderator's workspace, and moves with it.
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

-- Begins the session of a link that is at most 10 minutes old and wasn't used. What is over is deleted.
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

-- Who is signed in to the board from a platform's workspaces: their bots ask now and then whether they still moderate.
CREATE FUNCTION board_sessions_on(of_platform platform, OUT id uuid,
  OUT community_id uuid, OUT platform text, OUT workspace text, OUT workspace_name text, OUT timezone text,
  OUT member_id text, OUT member_name text, OUT language text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.community_id, w.platform::text, w.external_id, w.name, w.timezone, s.member_id, s.member_name, s.language
  FROM board_session s JOIN workspace w ON w.id = s.workspace_id
  WHERE w.platform = of_platform AND coalesce(s.began_at + interval '12 hours', s.created_at + interval '10 minutes') > now()
  ORDER BY s.id
$$;

-- Monitoring ---------------------------------------------------------------------------------------------------------

-- What an operator sees: running processes, and numbers across communities. Numbers only, and ids where work has failed.

CREATE TABLE process (
  id uuid PRIMARY KEY,
  role text NOT NULL,                    -- worker, api, or bot and its platform
  host text NOT NULL,
  pid int NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON process TO reunite_app;
ALTER TABLE process ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON process USING (current_community() IS NULL);

-- Work that isn't done, and since when the oldest of it has been due.
CREATE FUNCTION work_numbers(OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN w.state = 'due' AND w.leased_until > now() THEN 'in progress' ELSE w.state END, count(*),
    min(w.created_at)
  FROM work w WHERE w.state IN ('due', 'failed') GROUP BY 1
$$;

-- The latest work that has failed for good, and why.
CREATE FUNCTION failed_work(most int, OUT community_id uuid, OUT report_id uuid, OUT problem text, OUT created_at timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT w.community_id, w.report_id, w.problem, w.created_at FROM work w WHERE w.state = 'failed'
  ORDER BY w.created_at DESC LIMIT most
$$;

-- A reply that was never sent waits since it was written; one to be edited or removed, since that is due.
CREATE FUNCTION outbox_numbers(OUT platform text, OUT state text, OUT number bigint, OUT oldest timestamptz)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.platform::text, o.state, count(*),
    min(CASE WHEN o.sent_message IS NULL AND o.task <> 'remove' THEN o.created_at ELSE least(o.due_at, now()) END)
  FROM outbox o WHERE o.state IN ('queued', 'failed') GROUP BY 1, 2
$$;

CREATE FUNCTION report_numbers(OUT kind text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.kind::text, r.state::text, count(*) FROM report r WHERE NOT r.sample GROUP BY 1, 2
$$;

-- How often each label was right: labelled matches by what the moderators say.
CREATE FUNCTION match_numbers(OUT label text, OUT state text, OUT number bigint)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.label, m.state::text, count(*) FROM match m
  WHERE m.label IS NOT NULL AND m.found_id NOT IN (SELECT r.id FROM report r WHERE r.sample)
  GROUP BY 1, 2
$$;

-- The workspaces of a platform that have a moderators' channel, and the posts there that have no answer yet: a platform's
-- bot tells the moderators once when answers begin to take too long, and once when that ends. A post waits since its work
-- came: one that was read later, or was quiet, isn't older than that.
CREATE FUNCTION unanswered_posts(of_platform platform, OUT community_id uuid, OUT workspace_id uuid,
  OUT external_id text, OUT number bigint, OUT oldest timestamptz, OUT slow_since timestamptz, OUT slow_until timestamptz,
  OUT slow_times int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH unanswered AS (
    SELECT r.id, r.workspace_id, greatest(r.created_at, k.created_at) AS since
    FROM work k JOIN report r ON r.id = k.report_id
    WHERE k.state = 'due' AND NOT r.has_first_reply AND NOT r.quiet AND NOT r.sample
      AND r.state IN ('pending', 'open') AND r.purged_at IS NULL
    UNION ALL
    SELECT r.id, r.workspace_id, o.created_at FROM outbox o JOIN report r ON r.id = o.report_id
    WHERE o.platform = of_platform AND o.state = 'queued' AND o.task = 'send' AND o.key = r.id::text || ':first'
      AND NOT r.sample
  )
  SELECT w.community_id, w.id, w.external_id, count(DISTINCT u.id), min(u.since), w.slow_since, w.slow_until, w.slow_times
  FROM workspace w LEFT JOIN unanswered u ON u.workspace_id = w.id
  WHERE w.platform = of_platform AND w.log_channel IS NOT NULL
  GROUP BY w.id HAVING count(u.id) > 0 OR w.slow_since IS NOT NULL
$$;

-- Keys ---------------------------------------------------------------------------------------------------------------

-- Something known, encrypted with the deployment's key: whether the key fits is known before it is needed.
CREATE TABLE key_check (
  is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  token text NOT NULL
);
GRANT SELECT, INSERT ON key_check TO reunite_app;
ALTER TABLE key_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY outside ON key_check USING (current_community() IS NULL);

-- Workspaces that are linked, unlinked or left -----------------------------------------------------------------------

-- Moves all that belongs to a workspace. Writers lock work or reports first, so these locks wait for what is under way
-- and keep off what comes. Foreign keys are checked at the end, when all has moved. What was compared of photos isn't
-- moved: it's compared again where it is needed.
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
  DELETE FROM photo_details WHERE community_id = old AND (lost_id IN (SELECT id FROM report WHERE workspace_id = moved)
    OR found_id IN (SELECT id FROM report WHERE workspace_id = moved));
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

-- The application's rights on functions ------------------------------------------------------------------------------

-- A function that a later migration adds needs its own REVOKE and GRANT.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reunite_app;
REVOKE ALL ON FUNCTION move_community FROM reunite_app;
REVOKE ALL ON FUNCTION -- of triggers, which run them without that right
  note_returned, forget_photo_details, note_embedding_change, note_report_change, note_new_report, announce_outbox,
  announce_embedding_request FROM reunite_app;
