-- As in plain PostgreSQL, but TimescaleDB makes the parts (chunks), packs old ones by columns, and works out hours and days.
CREATE TABLE observations (
    datastream integer NOT NULL,
    source integer NOT NULL,
    phenomenon_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value double precision NOT NULL,
    zero_sign smallint NOT NULL,
    quality smallint NOT NULL,
    PRIMARY KEY (datastream, phenomenon_time, value, zero_sign, source)
);
SELECT create_hypertable('observations', 'phenomenon_time',
    chunk_time_interval => INTERVAL '{partition_days} days', create_default_indexes => false);
SELECT create_hypertable('windows', 'start',
    chunk_time_interval => INTERVAL '{partition_days} days', create_default_indexes => false);

ALTER TABLE observations SET (timescaledb.compress, timescaledb.compress_segmentby = 'datastream',
    timescaledb.compress_orderby = 'phenomenon_time, value, zero_sign, source');
ALTER TABLE windows SET (timescaledb.compress, timescaledb.compress_segmentby = 'datastream, length_secs, hop_secs',
    timescaledb.compress_orderby = 'start');
SELECT add_compression_policy('observations', compress_after => INTERVAL '{compress_after_days} days');
SELECT add_compression_policy('windows', compress_after => INTERVAL '{compress_after_days} days');

CREATE MATERIALIZED VIEW hours WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT datastream, time_bucket(INTERVAL '1 hour', start, '{zone}') AS bucket,
        sum(count) AS count, sum(mean * count) AS sum, min(min) AS min, max(max) AS max
    FROM windows WHERE length_secs = 60 AND hop_secs = 0 AND stage = 1 AND count > 0
    GROUP BY 1, 2 WITH NO DATA;
CREATE MATERIALIZED VIEW days WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT datastream, time_bucket(INTERVAL '1 day', start, '{zone}') AS bucket,
        sum(count) AS count, sum(mean * count) AS sum, min(min) AS min, max(max) AS max
    FROM windows WHERE length_secs = 60 AND hop_secs = 0 AND stage = 1 AND count > 0
    GROUP BY 1, 2 WITH NO DATA;
SELECT add_continuous_aggregate_policy('hours', start_offset => INTERVAL '7 days',
    end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '30 minutes');
SELECT add_continuous_aggregate_policy('days', start_offset => INTERVAL '14 days',
    end_offset => INTERVAL '1 day', schedule_interval => INTERVAL '6 hours');
