-- What queries read. All of it follows from the journal; `Store::rebuild` drops these tables and folds it again.

CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    -- What a stage's name means the same in: the pipeline, and for `exec` also the command and its folder.
    scope TEXT NOT NULL,
    is_learning INTEGER NOT NULL,
    started INTEGER NOT NULL,
    -- The commit that it began on, if nothing in the work tree differed from it.
    clean_commit TEXT,
    ended INTEGER,
    result TEXT,
    qualifier TEXT,
    stages INTEGER NOT NULL,
    incidents INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_by_start ON runs (started);
CREATE INDEX runs_under_way ON runs (started) WHERE ended IS NULL;

CREATE TABLE attempts (
    run TEXT NOT NULL,
    stage TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    pipeline TEXT NOT NULL,
    purpose TEXT NOT NULL,
    incident TEXT,
    started INTEGER NOT NULL,
    ended INTEGER,
    result TEXT,
    exit_code INTEGER,
    signal INTEGER,
    duration_ms INTEGER,
    cpu_ms INTEGER,
    peak_memory INTEGER,
    is_lost INTEGER NOT NULL DEFAULT 0,
    -- Digest of the command.
    command TEXT,
    -- The commit on which a stage's own attempt failed, if it was clean: one that fails and passes is suspect.
    failed_on TEXT,
    PRIMARY KEY (run, stage, attempt)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_by_stage ON attempts (pipeline, stage, result, ended);
CREATE INDEX attempts_failed_on ON attempts (failed_on, ended) WHERE failed_on IS NOT NULL;

CREATE TABLE stages (
    run TEXT NOT NULL,
    stage TEXT NOT NULL,
    result TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    reason TEXT NOT NULL,
    ended INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    peak_memory INTEGER,
    PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;

CREATE INDEX stages_by_name ON stages (stage, ended);

CREATE TABLE incidents (
    incident TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    stage TEXT NOT NULL,
    attempt INTEGER,
    opened INTEGER NOT NULL,
    -- The failure that opened it.
    signature TEXT,
    code TEXT,
    category TEXT,
    -- The failure that healers were asked about last: another one after a remedy that progressed.
    asked_signature TEXT,
    asked_code TEXT,
    -- The incident that it became a part of.
    joined_into TEXT,
    ended INTEGER,
    end TEXT,
    remedy TEXT,
    strategy TEXT,
    title TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX incidents_by_run ON incidents (run, opened);
CREATE INDEX incidents_by_signature ON incidents (signature, opened);
CREATE INDEX incidents_that_wait ON incidents (ended) WHERE end = 'proposed';

CREATE TABLE trials (
    incident TEXT NOT NULL,
    number INTEGER NOT NULL,
    run TEXT NOT NULL,
    remedy TEXT NOT NULL,
    plugin TEXT NOT NULL,
    strategy TEXT NOT NULL,
    title TEXT NOT NULL,
    disposition TEXT NOT NULL,
    -- Whether nothing of it outlives the run: then the failure has to come back.
    is_for_one_run INTEGER NOT NULL,
    -- What it leaves: JSON of `Healing` in pipeline/src/source.rs.
    healing TEXT NOT NULL,
    -- The failure it was tried against.
    signature TEXT,
    code TEXT,
    started INTEGER NOT NULL,
    ended INTEGER,
    end TEXT,
    reason TEXT,
    PRIMARY KEY (incident, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX trials_by_end ON trials (ended);
CREATE INDEX trials_benched ON trials (signature, remedy) WHERE end IN ('worsened', 'refused');

-- Remedies that would have been tried if their mode had not been to tell only.
CREATE TABLE shadowed (
    incident TEXT NOT NULL,
    number INTEGER NOT NULL,
    run TEXT NOT NULL,
    remedy TEXT NOT NULL,
    code TEXT,
    strategy TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (incident, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE patches (
    incident TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tickets (
    incident TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    labels TEXT NOT NULL,
    path TEXT,
    saved INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What people said about patches: `approved`, `applied`, `rejected`, `reverted`.
CREATE TABLE verdicts (
    incident TEXT NOT NULL,
    seq INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    said_by TEXT NOT NULL,
    reason TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (incident, seq)
) STRICT, WITHOUT ROWID;

-- The files of approved patches, as they were before and are after: SHA-256, NULL for no file.
CREATE TABLE approved_files (
    incident TEXT NOT NULL,
    path TEXT NOT NULL,
    before TEXT,
    after TEXT,
    -- What git's HEAD said.
    head TEXT,
    PRIMARY KEY (incident, path)
) STRICT, WITHOUT ROWID;

-- What was learned elsewhere.
CREATE TABLE imported_outcomes (
    incident TEXT NOT NULL,
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    strategy TEXT NOT NULL,
    ended INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (incident, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE imported_benched (
    signature TEXT NOT NULL,
    remedy TEXT NOT NULL,
    code TEXT,
    strategy TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (signature, remedy)
) STRICT, WITHOUT ROWID;

CREATE TABLE imported_durations (
    pipeline TEXT NOT NULL,
    stage TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (pipeline, stage)
) STRICT, WITHOUT ROWID;

-- Limits that stages were found to need.
CREATE TABLE floors (
    scope TEXT NOT NULL,
    stage TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    -- JSON of `Floor` in pipeline/src/floor.rs.
    floor TEXT NOT NULL,
    learned INTEGER NOT NULL,
    PRIMARY KEY (scope, stage)
) STRICT, WITHOUT ROWID;

-- What runs started stages with because of that.
CREATE TABLE floors_given (
    run TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- JSON of `GivenFloor`.
    given TEXT NOT NULL,
    PRIMARY KEY (run, stage)
) STRICT, WITHOUT ROWID;
