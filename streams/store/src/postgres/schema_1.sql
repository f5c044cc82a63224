-- Ids are local to this database and given in the order in which the log first spoke of them. Names sort by their bytes.

-- The last record of the log that is in these tables; it moves in the transaction that moves them. The rest was decided when they were made.
CREATE TABLE progress (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    position bigint NOT NULL,
    timescale boolean NOT NULL,
    partition_days integer NOT NULL,
    zone text NOT NULL
);

-- The doors and what they brought, in observations. What was received is the sum of the first four.
CREATE TABLE sources (
    id integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    accepted bigint NOT NULL,
    duplicate bigint NOT NULL,
    quarantined bigint NOT NULL,
    rejected bigint NOT NULL,
    late bigint NOT NULL,
    last_received_at timestamptz NOT NULL
);

-- latest: the greatest phenomenon time that was heard of the thing.
CREATE TABLE things (
    id integer PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    latest timestamptz
) WITH (fillfactor = 70);

CREATE TABLE datastreams (
    id integer PRIMARY KEY,
    thing integer NOT NULL REFERENCES things (id),
    property text COLLATE "C" NOT NULL,
    UNIQUE (thing, property)
);

-- The last observation of each datastream, also when its part was dropped.
CREATE TABLE latest (
    datastream integer PRIMARY KEY REFERENCES datastreams (id),
    source integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value double precision NOT NULL,
    zero_sign smallint NOT NULL,
    quality smallint NOT NULL
) WITH (fillfactor = 70);

-- hop_secs is 0 for tumbling windows; stage is 0 (early) or 1 (final); quantiles and before are JSON.
CREATE TABLE windows (
    datastream integer NOT NULL,
    length_secs integer NOT NULL,
    hop_secs integer NOT NULL,
    start timestamptz NOT NULL,
    revision bigint NOT NULL,
    stage smallint NOT NULL,
    count bigint NOT NULL,
    expected bigint NOT NULL,
    mean double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    std_dev double precision NOT NULL,
    quantiles text,
    before text,
    PRIMARY KEY (datastream, length_secs, hop_secs, start)
);
CREATE INDEX windows_by_start ON windows (start, length_secs, hop_secs);

CREATE TABLE window_shapes (
    length_secs integer NOT NULL,
    hop_secs integer NOT NULL,
    PRIMARY KEY (length_secs, hop_secs)
);

CREATE TABLE indices (
    thing integer NOT NULL REFERENCES things (id),
    kind text COLLATE "C" NOT NULL,
    start timestamptz NOT NULL,
    revision bigint NOT NULL,
    result text NOT NULL,
    PRIMARY KEY (thing, kind, start)
);
CREATE INDEX indices_by_start ON indices (start);

-- remembered: whether the AlarmBook still holds it, so that a restarted book is the same book.
CREATE TABLE alarms (
    id text COLLATE "C" PRIMARY KEY,
    raised_at timestamptz NOT NULL,
    state text NOT NULL,
    position bigint NOT NULL,
    remembered boolean NOT NULL,
    alarm text NOT NULL
);
CREATE INDEX alarms_by_raising ON alarms (raised_at DESC, id);
CREATE INDEX alarms_by_state ON alarms (state, raised_at DESC, id);
CREATE INDEX alarms_remembered ON alarms (id) WHERE remembered;

CREATE TABLE rejects (
    position bigint PRIMARY KEY,
    received_at timestamptz NOT NULL,
    source integer NOT NULL,
    reason text NOT NULL,
    reject text NOT NULL
);

-- The points of one datastream and day (since 1970, UTC) in one row, and which days have none such: see rows/pack.rs.
CREATE TABLE packs (
    datastream integer NOT NULL,
    day bigint NOT NULL,
    points bytea NOT NULL,
    PRIMARY KEY (datastream, day)
);
ALTER TABLE packs ALTER COLUMN points SET STORAGE EXTERNAL;
CREATE TABLE unpacked (
    day bigint NOT NULL,
    datastream integer NOT NULL,
    PRIMARY KEY (day, datastream)
);
