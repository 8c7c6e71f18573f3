-- A post whose words say another kind of report than its channel: until its author answers, nobody is pinged about it.
ALTER TABLE report ADD COLUMN kind_in_doubt boolean NOT NULL DEFAULT false;
