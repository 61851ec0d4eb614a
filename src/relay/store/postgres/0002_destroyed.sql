-- The hashes of names of mailboxes that were destroyed: a device left outside doesn't make such a mailbox again.
CREATE TABLE destroyed (
    name_hash BYTEA PRIMARY KEY,
    day DATE NOT NULL DEFAULT CURRENT_DATE
);
