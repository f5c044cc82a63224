-- TimescaleDB keeps events and derived values in parts, as it keeps observations.
SELECT create_hypertable('events', 'phenomenon_time',
    chunk_time_interval => INTERVAL '{partition_days} days', create_default_indexes => false);
SELECT create_hypertable('derived', 'time',
    chunk_time_interval => INTERVAL '{partition_days} days', create_default_indexes => false);
ALTER TABLE events SET (timescaledb.compress, timescaledb.compress_segmentby = 'thing',
    timescaledb.compress_orderby = 'phenomenon_time, kind, key, part, source');
ALTER TABLE derived SET (timescaledb.compress, timescaledb.compress_segmentby = 'datastream', timescaledb.compress_orderby = 'time');
SELECT add_compression_policy('events', compress_after => INTERVAL '{compress_after_days} days');
SELECT add_compression_policy('derived', compress_after => INTERVAL '{compress_after_days} days');
