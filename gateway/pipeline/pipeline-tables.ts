/** Tables of the pipeline itself in gateway.db; telemetry and outbox bring their own. */
export const pipelineTables: readonly string[] = [
  `CREATE TABLE log (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     received_at INTEGER NOT NULL,
     records INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     body BLOB NOT NULL
   ) STRICT;

   CREATE TABLE roster (
     section TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (section, key)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE engine_state (
     engine TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (engine, key)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE anomaly (
     key TEXT PRIMARY KEY,
     id TEXT NOT NULL,
     ordinal INTEGER NOT NULL,
     open INTEGER NOT NULL,
     type TEXT NOT NULL,
     community TEXT NOT NULL,
     device TEXT,
     raised_at INTEGER NOT NULL,
     repeats INTEGER NOT NULL,
     evidence INTEGER NOT NULL,
     sent_at INTEGER NOT NULL,
     changed_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE device (
     community TEXT NOT NULL,
     id TEXT NOT NULL,
     first_client TEXT NOT NULL,
     online INTEGER,
     last_seen_at INTEGER NOT NULL,
     info TEXT,
     announced TEXT,
     last_values TEXT NOT NULL,
     PRIMARY KEY (community, id)
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE seen_event (
     key TEXT PRIMARY KEY,
     received_at INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX seen_event_age ON seen_event (received_at);

   CREATE TABLE retained (
     topic TEXT PRIMARY KEY,
     payload BLOB NOT NULL
   ) STRICT, WITHOUT ROWID;

   CREATE TABLE quarantine (
     id INTEGER PRIMARY KEY,
     ts INTEGER NOT NULL,
     topic TEXT NOT NULL,
     client TEXT NOT NULL,
     code TEXT NOT NULL,
     detail TEXT NOT NULL,
     bytes INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE counter (
     name TEXT PRIMARY KEY,
     count INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE rules (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     since INTEGER NOT NULL,
     source TEXT NOT NULL,
     set_by TEXT NOT NULL,
     version TEXT NOT NULL,
     text TEXT NOT NULL,
     refused TEXT
   ) STRICT;`,
]
