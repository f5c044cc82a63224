-- Windows are named by their hop too (0: tumbling), and may be early (stage 0) or final (1). quantiles and before are JSON, NULL where
-- there are none. packs and unpacked: see rows/pack.rs. latest holds the last observation of each datastream, also when its day was dropped; migrate.rs fills it from the days.

CREATE TABLE named_windows (
    datastream INTEGER NOT NULL REFERENCES datastreams (id),
    length_secs INTEGER NOT NULL,
    hop_secs INTEGER NOT NULL,
    start INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    count INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    mean ANY NOT NULL,
    min ANY NOT NULL,
    max ANY NOT NULL,
    last ANY NOT NULL,
    std_dev ANY NOT NULL,
    quantiles TEXT,
    before TEXT,
    PRIMARY KEY (datastream, length_secs, hop_secs, start)
) STRICT, WITHOUT ROWID;
INSERT INTO named_windows
    SELECT datastream, length_secs, 0, start, revision, 1, count, expected, mean, min, max, last, std_dev, NULL, NULL FROM windows;
DROP TABLE windows;
ALTER TABLE named_windows RENAME TO windows;
CREATE INDEX windows_by_start ON windows (length_secs, hop_secs, start);

CREATE TABLE window_shapes (
    length_secs INTEGER NOT NULL,
    hop_secs INTEGER NOT NULL,
    PRIMARY KEY (length_secs, hop_secs)
) STRICT, WITHOUT ROWID;
INSERT INTO window_shapes SELECT length_secs, 0 FROM window_lengths;
DROP TABLE window_lengths;

CREATE TABLE latest (
    datastream INTEGER PRIMARY KEY REFERENCES datastreams (id),
    phenomenon_time INTEGER NOT NULL,
    value REAL NOT NULL,
    zero_sign INTEGER NOT NULL,
    source INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    quality INTEGER NOT NULL
) STRICT;

CREATE TABLE packs (
    datastream INTEGER NOT NULL REFERENCES datastreams (id),
    day INTEGER NOT NULL,
    points BLOB NOT NULL,
    PRIMARY KEY (datastream, day)
) STRICT;
CREATE TABLE unpacked (
    day INTEGER NOT NULL,
    datastream INTEGER NOT NULL,
    PRIMARY KEY (day, datastream)
) STRICT, WITHOUT ROWID;
