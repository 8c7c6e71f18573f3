-- Where a moderator gave a verdict, so that their name is shown as there. Not known of earlier ones.

ALTER TABLE verdict ADD COLUMN platform platform;
