-- Reminders: each once, and not to those who have switched them off.

ALTER TABLE workspace ADD COLUMN quiet_members text[] NOT NULL DEFAULT '{}';  -- who wants no reminders

ALTER TABLE report ADD COLUMN reminded boolean NOT NULL DEFAULT false;  -- whether its author was reminded of its end
CREATE INDEX report_reminder ON report (expires_at) WHERE state = 'open' AND NOT reminded;

ALTER TABLE claim
  ADD COLUMN seen_at timestamptz,                 -- when the finder or a moderator first looked at it
  ADD COLUMN decided_at timestamptz,
  ADD COLUMN reminded text NOT NULL DEFAULT '';   -- the state of which it was last brought up
CREATE INDEX claim_waiting ON claim (at) WHERE state <> 'rejected' AND reminded <> state;

-- What is to be brought up at a moment: reports that end within a week, claims that nobody has looked at for a day, and
-- accepted ones after two days.
CREATE FUNCTION due_reminders(at timestamptz, most int, OUT community_id uuid, OUT kind text, OUT subject uuid)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  (SELECT r.community_id, 'report', r.id FROM report r
   WHERE r.state = 'open' AND NOT r.reminded AND r.purged_at IS NULL AND r.expires_at > due_reminders.at
     AND r.expires_at <= due_reminders.at + interval '7 days' AND r.expires_at - r.created_at > interval '7 days'
   LIMIT most)
  UNION ALL
  (SELECT c.community_id, 'claim', c.id FROM claim c
   WHERE c.state <> 'rejected' AND c.reminded <> c.state
     AND (c.state = 'open' AND c.seen_at IS NULL AND c.at <= due_reminders.at - interval '24 hours'
       OR c.state = 'accepted' AND c.decided_at <= due_reminders.at - interval '48 hours') LIMIT most)
$$;
REVOKE ALL ON FUNCTION due_reminders FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_reminders TO reunite_app;
