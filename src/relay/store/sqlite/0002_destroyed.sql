-- The hashes of names of mailboxes that were destroyed: a device left outside doesn't make such a mailbox again.
CREATE TABLE destroyed (
    name_hash BLOB PRIMARY KEY,
    day TEXT NOT NULL DEFAULT CURRENT_DATE
) WITHOUT ROWID;
