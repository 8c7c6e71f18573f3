-- What was said about matches, of one community and newest first: learning asks for that.
CREATE INDEX match_feedback_newest ON match (community_id, created_at) WHERE state <> 'undecided' OR declined OR picked;
