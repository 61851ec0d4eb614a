-- One row: the name of this database, made with it.
CREATE TABLE relay (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch BLOB NOT NULL
);

-- AUTOINCREMENT: the id of a mailbox that was destroyed is never given to another.
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name BLOB NOT NULL UNIQUE,
    token_hash BLOB NOT NULL,
    writer BLOB NOT NULL,
    -- The number of the last entry and the mark after it.
    head INTEGER NOT NULL,
    mark BLOB NOT NULL,
    -- Bytes of all entries that ever were, and of those that are still here.
    total INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    -- Entries up to this number have lost their bytes; a snapshot covers them.
    dropped_to INTEGER NOT NULL
);

-- A dropped entry keeps its number, id and mark, so that it is known when it comes again.
CREATE TABLE entry (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    mark BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    covers INTEGER NOT NULL,
    -- Bytes of all entries up to this one, with it.
    total INTEGER NOT NULL,
    signature BLOB,
    sealed BLOB,
    PRIMARY KEY (mailbox, number)
) WITHOUT ROWID;

CREATE UNIQUE INDEX entry_id ON entry (mailbox, id);
CREATE INDEX entry_snapshot ON entry (mailbox, covers, number) WHERE kind = 1;
