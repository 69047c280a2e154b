-- describe_others: objects that no other engine takes as they are, by kind and name.
SELECT x.what
FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
           ELSE 'foreign table ' END || n.nspname || '.' || c.relname AS what
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm', 'f')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END || n.nspname || '.'
           || p.proname
    FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                            AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
    SELECT 'trigger ' || t.tgname || ' of ' || n.nspname || '.' || c.relname
    FROM pg_catalog.pg_trigger AS t
    JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
    JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND pn.nspname <> 'dbsync'
  UNION ALL
    SELECT 'sequence ' || n.nspname || '.' || c.relname || ' (no column owns it)'
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.objid = c.oid AND (d.deptype = 'e' OR d.deptype IN ('a', 'i')
                                                     AND d.refobjsubid > 0))
  UNION ALL
    SELECT 'check ' || k.conname || ' of domain ' || n.nspname || '.' || t.typname || ' ('
           || pg_catalog.pg_get_constraintdef(k.oid) || ')'
    FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_type AS t ON t.oid = k.contypid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE k.contype = 'c' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
  UNION ALL
    SELECT 'rule ' || r.rulename || ' of ' || n.nspname || '.' || c.relname
    FROM pg_catalog.pg_rewrite AS r
    JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class AND c.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
  UNION ALL
    SELECT 'row security policy ' || l.polname || ' of ' || n.nspname || '.' || c.relname
    FROM pg_catalog.pg_policy AS l
    JOIN pg_catalog.pg_class AS c ON c.oid = l.polrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  UNION ALL
    SELECT 'inheritance of ' || n.nspname || '.' || c.relname || ' from ' || pn.nspname || '.'
           || p.relname || ' (each becomes a table of its own)'
    FROM pg_catalog.pg_inherits AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relkind = 'r'
        AND NOT c.relispartition
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
    JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')
  UNION ALL
    SELECT 'partitioning of ' || n.nspname || '.' || c.relname || ' ('
           || pg_catalog.pg_get_partkeydef(c.oid) || ')'
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p' AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'dbsync')) AS x
ORDER BY x.what
