CREATE TABLE item (id int PRIMARY KEY, v text, changed int DEFAULT 0);
CREATE TABLE audit (id bigserial PRIMARY KEY, item_id int, what text);
CREATE TABLE stamped (id int PRIMARY KEY, v text);
CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.audit (item_id, what) VALUES (coalesce(NEW.id, OLD.id), TG_OP);
    RETURN NULL;
END $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := NEW.changed + 1;
    RETURN NEW;
END $$;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.v = 'refused' THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER zz_log AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION log_change();
CREATE TRIGGER aa_touch BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER always_log AFTER INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION log_change();
ALTER TABLE stamped ENABLE ALWAYS TRIGGER always_log;
CREATE TRIGGER refuse BEFORE INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE VIEW item_view AS SELECT id, v FROM item;
CREATE RULE item_note AS ON UPDATE TO stamped DO ALSO INSERT INTO audit (item_id, what) VALUES (OLD.id, 'rule');
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM 1; END';
CREATE MATERIALIZED VIEW item_counts AS SELECT count(*) FROM item;
