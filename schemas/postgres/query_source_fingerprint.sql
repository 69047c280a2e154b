-- query_source_fingerprint: digest of the columns "a" of one table; an aggregate expression.
md5(string_agg(concat_ws(':', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
                         a.attcollation, a.attidentity, a.attgenerated), ',' ORDER BY a.attnum))
