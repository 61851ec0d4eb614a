-- One row: the name of this database, made with it.
CREATE TABLE relay (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch BYTEA NOT NULL
);

CREATE TABLE mailbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name BYTEA NOT NULL UNIQUE,
    token_hash BYTEA NOT NULL,
    writer BYTEA NOT NULL,
    -- The number of the last entry and the mark after it.
    head BIGINT NOT NULL,
    mark BYTEA NOT NULL,
    -- Bytes of all entries that ever were, and of those that are still here.
    total BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    -- Entries up to this number have lost their bytes; a snapshot covers them.
    dropped_to BIGINT NOT NULL
);

-- A dropped entry keeps its number, id and mark, so that it is known when it comes again.
CREATE TABLE entry (
    mailbox BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    id BYTEA NOT NULL,
    mark BYTEA NOT NULL,
    at BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    covers BIGINT NOT NULL,
    -- Bytes of all entries up to this one, with it.
    total BIGINT NOT NULL,
    signature BYTEA,
    sealed BYTEA,
    PRIMARY KEY (mailbox, number)
);

CREATE UNIQUE INDEX entry_id ON entry (mailbox, id);
CREATE INDEX entry_snapshot ON entry (mailbox, covers, number) WHERE kind = 1;

-- What is sealed doesn't compress.
ALTER TABLE entry ALTER COLUMN sealed SET STORAGE EXTERNAL;
