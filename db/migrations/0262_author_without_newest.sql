-- report_author_newest (0260) serves the same searches. It's dropped apart from 0260: whoever has built an index and then
-- asks for the lock that dropping one needs deadlocks with anybody who has read the table and now writes to it.
DROP INDEX report_author;
