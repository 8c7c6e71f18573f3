-- Led by the community, the key was read from its first to its last change where the planner had no statistics, or those
-- of an empty table.
ALTER TABLE search_change DROP CONSTRAINT search_change_pkey, ADD PRIMARY KEY (report_id, community_id);
