-- schema_tables: the tables to be moved and the partitions below them, by object id.
-- {{literal:ids}}      array of the tables' numbers
-- {{literal:schemas}}  array of their schemas, in the same order
-- {{literal:names}}    array of their names, in the same order
WITH RECURSIVE tree (id, relation) AS (
    SELECT w.id, r.oid
    FROM ROWS FROM (pg_catalog.unnest({{literal:ids}}::pg_catalog.int4[]),
                    pg_catalog.unnest({{literal:schemas}}::pg_catalog.text[]),
                    pg_catalog.unnest({{literal:names}}::pg_catalog.text[])) AS w (id, schema, name)
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class AS r ON r.relnamespace = n.oid AND r.relname = w.name
  UNION ALL
    SELECT t.id, c.oid
    FROM tree AS t
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = t.relation
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
)
SELECT relation, id FROM tree
