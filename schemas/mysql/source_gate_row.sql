-- source_gate_row: the gate, open.
-- {{literal:token}}   a session whose @_dbsync_pass is this passes the closed gate
INSERT IGNORE INTO `_dbsync_gate` (id, state, message, token) VALUES (1, 0, '', {{literal:token}})
