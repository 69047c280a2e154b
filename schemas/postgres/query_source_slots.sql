-- query_source_slots: captured tables of which some slot holds anything, with each slot's size.
-- $1  array of table numbers, or NULL for all
-- Arrays of keys lie in the slot's TOAST table.
SELECT t.id, t.slots, t.current_slot, s.slot,
       pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0) AS bytes,
       t.keys_per_delta, t.key_widths_vary
FROM dbsync.captured_table t
CROSS JOIN LATERAL generate_series(0, t.slots - 1) AS s (slot)
LEFT JOIN pg_class c ON c.oid = to_regclass('dbsync.delta_' || t.id || '_' || s.slot)
WHERE t.id > 0 AND ($1::int[] IS NULL OR t.id = ANY ($1::int[]))
ORDER BY t.id, s.slot
