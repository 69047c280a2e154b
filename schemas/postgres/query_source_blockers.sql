-- query_source_blockers: who holds a lock that a capture trigger has to wait for.
-- $1  array of oids of the table and its partitions
-- Prepared transactions hold locks without a process; pg_blocking_pids would call them 0.
SELECT DISTINCT CASE
    WHEN x.gid IS NOT NULL THEN format('prepared transaction %L of %s since %s', x.gid, x.owner,
                                       date_trunc('second', x.prepared))
    WHEN a.backend_type = 'autovacuum worker' THEN format('autovacuum (process %s)', l.pid)
    ELSE format('process %s (user %s, %s, in transaction since %s)', l.pid,
                coalesce(a.usename, 'unknown'),
                coalesce(nullif(a.application_name, ''), 'no application name'),
                coalesce(date_trunc('second', a.xact_start)::text, 'unknown')) END
FROM pg_locks l
LEFT JOIN pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_locks t ON l.pid IS NULL AND t.pid IS NULL AND t.locktype = 'transactionid'
    AND t.virtualtransaction = l.virtualtransaction
LEFT JOIN pg_prepared_xacts x ON x.transaction = t.transactionid
WHERE l.locktype = 'relation' AND l.granted AND l.relation = ANY ($1::oid[])
  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  AND l.pid IS DISTINCT FROM pg_backend_pid()
  AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
ORDER BY 1
LIMIT 5
