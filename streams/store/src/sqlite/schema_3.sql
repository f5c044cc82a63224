-- Events: each once, as it came first. An absent key or part is ''; measured is JSON. Derived values: of each time the last revision; value
-- is NULL when the data did not suffice. datastreams.derived: whether there are any.

CREATE TABLE events (
    thing INTEGER NOT NULL REFERENCES things (id),
    phenomenon_time INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    source INTEGER NOT NULL,
    position INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    part TEXT NOT NULL,
    measured TEXT NOT NULL,
    PRIMARY KEY (thing, phenomenon_time, kind, key, part, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events (phenomenon_time, position);

CREATE TABLE derived (
    datastream INTEGER NOT NULL REFERENCES datastreams (id),
    time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    value REAL,
    zero_sign INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (datastream, time)
) STRICT, WITHOUT ROWID;

ALTER TABLE datastreams ADD COLUMN derived INTEGER NOT NULL DEFAULT 0;
