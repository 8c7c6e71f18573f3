-- The reply that was reacted to; none for a button. So a reaction that went while the bot was away can be told.
ALTER TABLE verdict ADD COLUMN message text;
