-- Who decided something is told apart by platform, workspace and id: elsewhere in a community, the same id may be another
-- person's. The workspace is the platform's id: empty on Discord, where a member has the same id in all servers, and null
-- where it isn't known. That of earlier verdicts is known from the card that was reacted to, or if there is only one.
ALTER TABLE verdict ADD COLUMN workspace text;
UPDATE verdict v SET workspace = CASE WHEN v.platform = 'discord' THEN '' ELSE coalesce(
  (SELECT min(w.external_id) FROM outbox o JOIN report r ON r.id = o.report_id JOIN workspace w ON w.id = r.workspace_id
   WHERE o.match_id = v.match_id AND o.sent_message = v.message AND w.platform = v.platform HAVING count(DISTINCT w.id) = 1),
  (SELECT min(w.external_id) FROM workspace w WHERE w.community_id = v.community_id AND w.platform = v.platform
   HAVING count(*) = 1)) END
WHERE v.platform IS NOT NULL;
UPDATE verdict v SET platform = w.platform, workspace = CASE WHEN w.platform = 'discord' THEN '' ELSE w.external_id END
FROM workspace w
WHERE v.platform IS NULL AND w.community_id = v.community_id AND NOT EXISTS (
  SELECT FROM workspace other WHERE other.community_id = v.community_id AND other.id <> w.id);

ALTER TABLE claim_decision ADD COLUMN platform platform, ADD COLUMN workspace text;
UPDATE claim_decision d SET platform = w.platform, workspace = CASE WHEN w.platform = 'discord' THEN '' ELSE w.external_id END
FROM workspace w
WHERE w.community_id = d.community_id AND NOT EXISTS (
  SELECT FROM workspace other WHERE other.community_id = d.community_id AND other.id <> w.id);

CREATE INDEX verdict_moderator ON verdict (community_id, moderator_id);
CREATE INDEX claim_decision_member ON claim_decision (community_id, member_id);

-- As before, of one account. A name that may be theirs, because its workspace isn't known, goes too.
DROP FUNCTION forget_moderator(text);
CREATE FUNCTION forget_moderator(of_platform platform, of_workspace text, member text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE verdict SET moderator_name = '' WHERE moderator_id = member AND community_id = current_community()
    AND coalesce(platform, of_platform) = of_platform AND coalesce(workspace, of_workspace) = of_workspace;
  UPDATE claim_decision SET member_name = '' WHERE member_id = member AND community_id = current_community()
    AND coalesce(platform, of_platform) = of_platform AND coalesce(workspace, of_workspace) = of_workspace
$$;

-- The members whom a reply names, by their ids, as `quotes` has the reports. In the same round, replies name labels as the
-- table `match` does: until now, the words that English readers see were stored.
CREATE FUNCTION relabelled(reply jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT replace(replace(reply::text, '"label": "High confidence"', '"label": "high"'),
    '"label": "Possible match"', '"label": "possible"')::jsonb
$$;
ALTER TABLE outbox ADD COLUMN people text[] NOT NULL DEFAULT '{}';
UPDATE outbox SET reply = relabelled(reply), people = ARRAY(SELECT DISTINCT jsonb_array_elements_text(
  jsonb_path_query_array(reply, '$.lines[*][*] ? (@.is == "person").member.id')));
UPDATE web_message SET reply = relabelled(reply) WHERE reply IS NOT NULL;
UPDATE match SET label = CASE label WHEN 'High confidence' THEN 'high' ELSE 'possible' END WHERE label IS NOT NULL;
DROP FUNCTION relabelled;
CREATE INDEX outbox_people ON outbox USING gin (people);

-- The replies that name a member. Row-level security would keep the query from the index: @> is not leakproof.
CREATE FUNCTION replies_naming(member text) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 10 SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT seq FROM outbox WHERE people @> ARRAY[member] AND community_id = current_community()
$$;

-- The application's rights on the new functions.
REVOKE ALL ON FUNCTION forget_moderator, replies_naming FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_moderator, replies_naming TO reunite_app;

-- A photo behind a spoiler, which only Discord has: until now, its name said so.
ALTER TABLE photo ADD COLUMN hidden boolean NOT NULL DEFAULT false;
UPDATE photo p SET hidden = true FROM report r JOIN workspace w ON w.id = r.workspace_id
WHERE r.id = p.report_id AND w.platform = 'discord' AND starts_with(p.name, 'SPOILER_');
