CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
CREATE TABLE note (id serial PRIMARY KEY, owner name DEFAULT current_user, body text);
ALTER TABLE account OWNER TO shop_owner;
ALTER TABLE note OWNER TO shop_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON account, note TO shop_app;
GRANT USAGE ON SEQUENCE note_id_seq TO shop_app;
GRANT SELECT ON account TO "Odd Reader";
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
ALTER TABLE note FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON note USING (owner = current_user);
CREATE FUNCTION rename_all() RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = '' AS 'UPDATE public.account SET balance = balance + 1';
