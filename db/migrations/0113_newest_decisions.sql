-- The board's log lists a community's newest verdicts and decisions on claims without reading the older ones.
CREATE INDEX verdict_newest ON verdict (community_id, at DESC, seq DESC);
CREATE INDEX claim_decision_newest ON claim_decision (community_id, at DESC, seq DESC);
