CREATE TABLE plain (a int, b text);
CREATE TABLE history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
CREATE TABLE with_json (a int, doc json, p point);
CREATE TABLE nullable_unique (a int UNIQUE, b text);
CREATE TABLE one_column (v text);
CREATE TABLE no_column ();
CREATE TABLE numeric_forms (n numeric);
CREATE TABLE never_filled (a int, b int);
CREATE TABLE wide_rows (v text);
