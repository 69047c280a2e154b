-- source_capture_row: begins a capture, unless one has begun; the triggers belong to this user.
-- {{literal:job}}       the job that captures
-- {{literal:identity}}  what tells this server and database from another
-- {{literal:epoch}}     random: tells this capture from another of the same job
INSERT IGNORE INTO `_dbsync_capture` (id, job, identity, epoch, definer)
VALUES (1, {{literal:job}}, {{literal:identity}}, {{literal:epoch}}, CURRENT_USER())
