-- A greeting is due until it was sent (greeted_at), so a restart loses none. It goes to one place: it may have arrived there.
ALTER TABLE workspace ADD COLUMN greeting_channel text;

-- Known workspaces aren't greeted again. On Slack, one that has invited the bot nowhere yet is greeted when it does.
UPDATE workspace w SET greeted_at = now()
WHERE greeted_at IS NULL AND (platform <> 'slack' OR EXISTS (SELECT FROM channel c WHERE c.workspace_id = w.id));
