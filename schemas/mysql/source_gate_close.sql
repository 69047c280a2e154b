-- source_gate_close: the fence; stands as soon as the transaction commits.
-- {{literal:message}}   the error that writers get, at most 128 characters
UPDATE `_dbsync_gate` SET state = 1, message = LEFT({{literal:message}}, 128) WHERE id = 1
