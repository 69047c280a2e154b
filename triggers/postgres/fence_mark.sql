-- fence_mark: notes in the transaction that puts the fence up that this source is fenced.
UPDATE dbsync.capture SET fenced_at = clock_timestamp()
