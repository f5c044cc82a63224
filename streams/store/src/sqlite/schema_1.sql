-- Times are microseconds since 1970 in UTC. Ids are local to this file and given in the order in which the log first spoke of them.
-- Observations lie in one table a day, which the writer makes (write.rs), so that retention drops tables and not rows.

-- The last record of the log that is in these tables; it moves in the transaction that moves them.
CREATE TABLE progress (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    position INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (1, 0);

-- The doors and what they brought, in observations. What was received is the sum of the first four.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    accepted INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    late INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL
) STRICT;

-- latest: the greatest phenomenon time that was heard of the thing.
CREATE TABLE things (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    latest INTEGER
) STRICT;

CREATE TABLE datastreams (
    id INTEGER PRIMARY KEY,
    thing INTEGER NOT NULL REFERENCES things (id),
    property TEXT NOT NULL,
    UNIQUE (thing, property)
) STRICT;

-- The days since 1970 that have a table of observations.
CREATE TABLE days (day INTEGER PRIMARY KEY) STRICT;

CREATE TABLE window_lengths (length_secs INTEGER PRIMARY KEY) STRICT;

-- The statistics are ANY and not REAL, because REAL turns -0.0 into 0.0.
CREATE TABLE windows (
    datastream INTEGER NOT NULL REFERENCES datastreams (id),
    length_secs INTEGER NOT NULL,
    start INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    count INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    mean ANY NOT NULL,
    min ANY NOT NULL,
    max ANY NOT NULL,
    last ANY NOT NULL,
    std_dev ANY NOT NULL,
    PRIMARY KEY (datastream, length_secs, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX windows_by_start ON windows (length_secs, start);

CREATE TABLE indices (
    thing INTEGER NOT NULL REFERENCES things (id),
    kind TEXT NOT NULL,
    start INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    result TEXT NOT NULL,
    PRIMARY KEY (thing, kind, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX indices_by_start ON indices (start);

-- remembered: whether the AlarmBook still holds it, so that a restarted book is the same book.
CREATE TABLE alarms (
    id TEXT PRIMARY KEY,
    raised_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    position INTEGER NOT NULL,
    remembered INTEGER NOT NULL,
    alarm TEXT NOT NULL
) STRICT;
CREATE INDEX alarms_by_raising ON alarms (raised_at DESC, id);
CREATE INDEX alarms_by_state ON alarms (state, raised_at DESC, id);
CREATE INDEX alarms_remembered ON alarms (id) WHERE remembered = 1;

CREATE TABLE rejects (
    position INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    source INTEGER NOT NULL REFERENCES sources (id),
    reason TEXT NOT NULL,
    reject TEXT NOT NULL
) STRICT;
