-- query_source_column_versions: which rows of pg_attribute describe the columns "a" of a table, as
-- a digest; an aggregate expression. Any ALTER of a column makes a new one.
md5(string_agg(concat_ws(':', a.attnum, a.xmin), ',' ORDER BY a.attnum))
