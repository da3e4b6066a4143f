-- What nothing can be rebuilt from: the journal, and what people told the engine.

CREATE TABLE journal (
    position INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    at INTEGER NOT NULL,
    -- For people with a SQLite shell; computed, so that it cannot say something else than `json`.
    kind TEXT AS (
        CASE WHEN json_valid(json)
        THEN coalesce(json_extract(json, '$.fact.fact'), json_extract(json, '$.decision.decision'), '')
        ELSE '' END
    ) VIRTUAL,
    json TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    UNIQUE (run, seq)
) STRICT;

CREATE TRIGGER journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Length and last hash of the chain: shows a journal whose end is missing.
CREATE TABLE chain (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    length INTEGER NOT NULL,
    head BLOB NOT NULL CHECK (length(head) = 32)
) STRICT;

INSERT INTO chain (only_row, length, head) VALUES (1, 0, zeroblob(32));

-- Which process works on which run.
CREATE TABLE claims (
    run TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    process_start INTEGER,
    boot TEXT NOT NULL,
    pid_namespace TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- From when on outcomes of remedies count. An empty code or strategy stands for every one.
CREATE TABLE forgotten (
    code TEXT NOT NULL,
    strategy TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (code, strategy)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
