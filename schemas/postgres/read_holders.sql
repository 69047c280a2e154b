-- read_holders: who holds a lock on any of the tables or their partitions, other than this session.
-- {{literal:tables}}  array of the tables' quoted names
-- {{literal:modes}}   array of the lock modes that matter
-- {{literal:most}}    how many to name
-- One row a transaction: its description, and how many there are in all.
WITH member AS (
    SELECT t.oid
    FROM pg_catalog.unnest({{literal:tables}}::pg_catalog.regclass[]) AS t (oid)
  UNION
    SELECT p.relid::pg_catalog.oid
    FROM pg_catalog.unnest({{literal:tables}}::pg_catalog.regclass[]) AS t (oid)
    CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid) AS p
), holder AS (
    SELECT l.virtualtransaction, l.pid, min(l.mode) AS mode, min(l.relation) AS relation
    FROM pg_catalog.pg_locks AS l
    JOIN member AS m ON m.oid = l.relation
    WHERE l.locktype = 'relation' AND l.granted
        AND l.database = (SELECT oid FROM pg_catalog.pg_database
                          WHERE datname = pg_catalog.current_database())
        AND l.mode = ANY ({{literal:modes}}::pg_catalog.text[])
        AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    GROUP BY l.virtualtransaction, l.pid
)
SELECT CASE
        WHEN h.pid IS NULL THEN pg_catalog.format('prepared transaction %L', coalesce((
            SELECT x.gid
            FROM pg_catalog.pg_locks AS i
            JOIN pg_catalog.pg_prepared_xacts AS x ON x.transaction = i.transactionid
            WHERE i.virtualtransaction = h.virtualtransaction AND i.locktype = 'transactionid'
                AND i.pid IS NULL
            LIMIT 1), '?'))
        ELSE pg_catalog.format('process %s (%s, user %s, %s, %s s in its transaction)', h.pid,
            coalesce(nullif(a.application_name, ''), a.backend_type, 'unnamed'),
            coalesce(a.usename, '-'), coalesce(a.state, 'running'),
            coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::bigint, 0))
    END || pg_catalog.format(' with %s on %s', h.mode, h.relation::pg_catalog.regclass),
    count(*) OVER ()
FROM holder AS h
LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = h.pid
ORDER BY a.xact_start NULLS FIRST
LIMIT {{literal:most}}
