-- query_source_triggers: the triggers that call a table's capture function, but for those that the
-- server cloned onto partitions and drops by itself.
-- {{literal:function}}  qualified name of the capture function, with ()
-- $1                    number of the captured table
SELECT n.nspname, c.relname, g.tgname, g.tgenabled, c.relkind = 'p', c.oid
FROM pg_trigger g
JOIN pg_class c ON c.oid = g.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN dbsync.captured_table t ON t.id = $1::int
WHERE g.tgfoid = to_regprocedure({{literal:function}})
  AND NOT (c.relispartition AND g.tgname LIKE '%\_r' AND g.tgrelid IS DISTINCT FROM t.relid)
ORDER BY c.relkind <> 'p', c.oid, g.tgname
