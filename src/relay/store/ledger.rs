//! Who gets which number: a pure account of additions over what the database holds.

use std::collections::{HashMap, HashSet};

use super::{Added, Addition, MailboxId, MailboxState, NotAdded, SealedEntry, Stored};
use crate::sync::wire::{EntryId, Mailbox, Receipt};

/// What the database holds of the mailboxes and entries that some additions name.
#[derive(Debug, Default)]
pub struct Ledger {
    mailboxes: HashMap<Mailbox, MailboxState>,
    known: HashMap<(MailboxId, EntryId), Receipt>,
    changed: HashSet<Mailbox>,
}

/// An entry to write down.
#[derive(Debug, Clone, Copy)]
pub struct NewRow<'a> {
    /// In which mailbox.
    pub mailbox: MailboxId,
    /// Its number, mark and time.
    pub receipt: Receipt,
    /// Bytes of the log up to it, with it.
    pub total: u64,
    /// The entry.
    pub entry: &'a SealedEntry,
}

impl Ledger {
    /// A ledger over these mailboxes.
    #[must_use]
    pub fn over(mailboxes: impl IntoIterator<Item = (Mailbox, MailboxState)>) -> Self {
        Self { mailboxes: mailboxes.into_iter().collect(), ..Self::default() }
    }

    /// The mailbox of that name, if the database has it.
    #[must_use]
    pub fn mailbox(&self, name: &Mailbox) -> Option<MailboxId> {
        self.mailboxes.get(name).map(|state| state.id)
    }

    /// Notes that an entry is there already.
    pub fn knows(&mut self, mailbox: MailboxId, receipt: Receipt) {
        self.known.insert((mailbox, receipt.id), receipt);
    }

    /// Gives out numbers to what is new. Says what became of each addition, and what is to be written down.
    pub fn enter<'a>(&mut self, additions: &'a [Addition], at: i64, mailbox_max: u64) -> (Vec<Added>, Vec<NewRow<'a>>) {
        let mut rows = Vec::new();
        let added = additions.iter().map(|addition| self.enter_one(addition, at, mailbox_max, &mut rows)).collect();
        (added, rows)
    }

    fn enter_one<'a>(
        &mut self,
        addition: &'a Addition,
        at: i64,
        mailbox_max: u64,
        rows: &mut Vec<NewRow<'a>>,
    ) -> Added {
        let mut state = *self.mailboxes.get(&addition.mailbox).ok_or(NotAdded::NoMailbox)?;
        let (id, before) = (state.id, state.head);
        let mut stored = Vec::with_capacity(addition.entries.len());
        let mut new: Vec<NewRow<'a>> = Vec::new();
        for entry in &addition.entries {
            let twice = new.iter().find(|row| row.receipt.id == entry.id).map(|row| row.receipt);
            if let Some(receipt) = twice.or_else(|| self.known.get(&(id, entry.id)).copied()) {
                stored.push(Stored { receipt, is_new: false });
                continue;
            }
            if state.head < entry.covers {
                return Err(NotAdded::CoversTooMuch);
            }
            state.kept = state.kept.saturating_add(entry.cost());
            if mailbox_max < state.kept {
                return Err(NotAdded::MailboxFull);
            }
            state.total = state.total.saturating_add(entry.cost());
            state.head += 1;
            state.mark = state.mark.after(entry.id);
            let receipt = Receipt { id: entry.id, number: state.head, mark: state.mark, at };
            stored.push(Stored { receipt, is_new: true });
            new.push(NewRow { mailbox: id, receipt, total: state.total, entry });
        }
        if before < state.head {
            self.known.extend(new.iter().map(|row| ((id, row.receipt.id), row.receipt)));
            self.mailboxes.insert(addition.mailbox, state);
            self.changed.insert(addition.mailbox);
            rows.append(&mut new);
        }
        Ok(stored)
    }

    /// The mailboxes that got something, as they are now.
    pub fn changed(&self) -> impl Iterator<Item = (&Mailbox, &MailboxState)> {
        self.mailboxes.iter().filter(|(name, _)| self.changed.contains(*name))
    }
}
