-- read_rows_of_hashes: the rows whose hash is in a set, of a table without a key.
-- {{parts:fields}}   what is sent: the hash, whether there is a row (form Change), the row
-- {{parts:keys}}     query of the hashes, each once, column k1
-- {{parts:join}}     LEFT JOIN (a line for every hash at least) or JOIN (a line for every row)
-- {{parts:columns}}  columns read of the table, under names of our own, and row_hash
-- {{parts:table}}    the table
-- Scans the whole table once: wants enable_hashjoin = on.
COPY (
    SELECT {{parts:fields}}
    FROM ({{parts:keys}}) AS k
    {{parts:join}} (
        SELECT {{parts:columns}}
        FROM {{parts:table}} AS t
    ) AS r ON r.row_hash = k.k1
    ORDER BY k.k1
) TO STDOUT
