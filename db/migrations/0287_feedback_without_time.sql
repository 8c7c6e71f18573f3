-- match_feedback_newest (0285) serves the same searches; dropped apart from it, as report_author was (0262).
DROP INDEX match_feedback;
