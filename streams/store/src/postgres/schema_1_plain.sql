-- Observations lie in parts of partition_days, which the writer makes and retention drops. The key is the identity of an observation;
-- PostgreSQL takes -0.0 and 0.0 for equal, so zero_sign tells them apart.
CREATE TABLE observations (
    datastream integer NOT NULL,
    source integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value double precision NOT NULL,
    zero_sign smallint NOT NULL,
    quality smallint NOT NULL,
    PRIMARY KEY (datastream, phenomenon_time, value, zero_sign, source)
) PARTITION BY RANGE (phenomenon_time);

-- The first days (since 1970, UTC) of the parts.
CREATE TABLE parts (first_day bigint PRIMARY KEY);
