-- A library as format 0 made it: leaves are looked for in every query, no epochs, archive names compared as they are.
CREATE TABLE library (format INTEGER NOT NULL, server TEXT NOT NULL);
CREATE TABLE revision (doc TEXT NOT NULL, rev TEXT NOT NULL, parent TEXT, deleted INTEGER NOT NULL, body TEXT, PRIMARY KEY (doc, rev));
CREATE TABLE change (seq INTEGER PRIMARY KEY, doc TEXT NOT NULL UNIQUE);
CREATE TABLE original (
  sha256 TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, claim TEXT NOT NULL, state TEXT NOT NULL, bytes INTEGER NOT NULL, modified REAL NOT NULL
);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

INSERT INTO library VALUES (0, '0123456789abcdef');
INSERT INTO revision VALUES
  ('comment:a', '9-a', NULL, 0, NULL),
  ('comment:a', '10-b', '9-a', 0, '{"format":1,"kind":"comment","value":"ten"}'),
  ('comment:a', '9-z', NULL, 0, '{"format":1,"kind":"comment","value":"nine"}'),
  ('comment:a', '10-a', '9-a', 0, NULL),
  ('comment:a', '11-c', '10-a', 1, '{}'),
  ('comment:b', '1-a', NULL, 1, '{}');
INSERT INTO change VALUES (3, 'comment:a'), (4, 'comment:b');
INSERT INTO original VALUES ('aa', '2024/07/Ä.jpg', 'work/1', 'here', 5, 6.5);
INSERT INTO setting VALUES ('greeting', 'hello');
