-- Past posts: reports that are read from a channel's history, and how far each channel has been read.

ALTER TABLE report ADD COLUMN quiet boolean NOT NULL DEFAULT false; -- nothing is said in its thread for now

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
REVOKE ALL ON FUNCTION open_backfills FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_backfills TO reunite_app;
