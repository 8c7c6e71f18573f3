-- Statistics ask which of a community's matches were shown in a thread: without this, all its replies were read.
CREATE INDEX outbox_shown ON outbox (community_id, match_id) WHERE audience = 'thread';
