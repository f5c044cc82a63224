-- Events: each once, as it came first. An absent key or part is ''; measured is JSON. Derived values: of each time the last revision; value
-- is NULL when the data did not suffice. datastreams.derived: whether there are any.
CREATE TABLE events (
    thing integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    source integer NOT NULL,
    position bigint NOT NULL,
    received_at timestamptz NOT NULL,
    part text COLLATE "C" NOT NULL,
    measured text NOT NULL,
    PRIMARY KEY (thing, phenomenon_time, kind, key, part, source)
);
CREATE INDEX events_by_time ON events (phenomenon_time, position);

CREATE TABLE derived (
    datastream integer NOT NULL,
    time timestamptz NOT NULL,
    revision bigint NOT NULL,
    value double precision,
    zero_sign smallint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (datastream, time)
);

ALTER TABLE datastreams ADD COLUMN derived boolean NOT NULL DEFAULT false;
