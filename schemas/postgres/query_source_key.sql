-- query_source_key: the index whose columns are the key of table "c"; a subselect in FROM.
-- The primary key, else a unique index over NOT NULL columns whose equality is the columns' own;
-- immediate ones first, since a deferrable one cannot be the arbiter of an upsert.
(SELECT i.indexrelid, i.indkey, i.indnkeyatts
    FROM pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (
          SELECT FROM generate_series(0, i.indnkeyatts - 1) AS p
          JOIN pg_attribute b ON b.attrelid = c.oid AND b.attnum = i.indkey[p]
          JOIN pg_opclass o ON o.oid = i.indclass[p]
          WHERE NOT b.attnotnull OR NOT o.opcdefault
             OR b.attcollation <> i.indcollation[p] OR b.attgenerated = 'v')
    ORDER BY i.indisprimary DESC, i.indimmediate DESC, i.indnkeyatts, i.indexrelid
    LIMIT 1)
