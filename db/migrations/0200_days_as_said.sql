-- The day on which it happened if its author named no time: the same for everyone, whatever their time zone.
ALTER TABLE report ADD COLUMN happened_on date;
