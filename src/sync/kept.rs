//! What a device keeps of a document's way to the relay, and how it is written.
//!
//! The keys lie apart from the progress: without the keys a document at the relay is lost to this device, and without the
//! progress all of it is only read once more.
//!
//! Keys are the bytes `ff ff 02`, the form, 1, and then in postcard the word that the relay asks for and a list of keys, of
//! which the first is in use and the others are of mailboxes to be left. A key of 32 bytes is a document's secret, one of 64
//! its reading half. Progress is the form, 1, and then in postcard a list of mailboxes and how far each has come. Older
//! programs wrote both together, without a form: the word, and a list of keys and progress.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Progress;
use crate::crypto::{Access, DocumentSecret, ReadingHalf};

/// An older program's keys begin with the length of a word, which is never this long.
const MARK: [u8; 3] = [0xff, 0xff, 0x02];
const FORM: u8 = 1;

/// A mailbox that the document is in, or has been in.
#[derive(Clone)]
pub struct KeptMailbox {
    /// The keys to it.
    pub access: Access,
    /// How far this device has come with it.
    pub progress: Progress,
}

/// What is kept.
#[derive(Clone)]
pub struct KeptLink {
    /// The word that the relay asks of those who make a mailbox.
    pub admission: String,
    /// Where the document is.
    pub here: KeptMailbox,
    /// Mailboxes that the document has moved away from and that are to be destroyed.
    pub left: Vec<KeptMailbox>,
}

#[derive(Serialize, Deserialize)]
struct Keys<'a> {
    admission: &'a str,
    keys: Vec<&'a [u8]>,
}

/// Keys and progress together, as older programs wrote them.
#[derive(Deserialize)]
struct Older<'a> {
    admission: &'a str,
    #[serde(borrow)]
    mailboxes: Vec<(&'a [u8], Progress)>,
}

impl KeptLink {
    /// Of a mailbox that nothing is known of yet.
    #[must_use]
    pub fn new(access: Access, admission: String) -> Self {
        Self { admission, here: KeptMailbox { access, progress: Progress::default() }, left: Vec::new() }
    }

    /// The keys as bytes.
    #[must_use]
    pub fn keys_to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let keys: Vec<_> = self.mailboxes().map(|mailbox| key_of(&mailbox.access)).collect();
        let keys = Keys { admission: &self.admission, keys: keys.iter().map(|key| key.as_slice()).collect() };
        // Fails for no such bytes.
        let keys = Zeroizing::new(postcard::to_stdvec(&keys).unwrap_or_default());
        Zeroizing::new([&MARK[..], &[FORM], &keys].concat())
    }

    /// The progress as bytes.
    #[must_use]
    pub fn progress_to_bytes(&self) -> Vec<u8> {
        let progress: Vec<_> =
            self.mailboxes().map(|mailbox| (mailbox.access.keys().mailbox(), &mailbox.progress)).collect();
        let progress = postcard::to_stdvec(&progress).unwrap_or_default();
        [&[FORM], progress.as_slice()].concat()
    }

    /// What was kept, if the keys can be read. Progress that can't be counts as none.
    #[must_use]
    pub fn from_bytes(keys: &[u8], progress: Option<&[u8]>) -> Option<Self> {
        let Some(marked) = keys.strip_prefix(&MARK) else {
            let Older { admission, mailboxes } = postcard::from_bytes(keys).ok()?;
            let mailboxes =
                mailboxes.into_iter().map(|(key, progress)| Some(KeptMailbox { access: access_of(key)?, progress }));
            return Self::of(admission, mailboxes.collect::<Option<_>>()?);
        };
        let (_, keys) = marked.split_first().filter(|(form, _)| **form == FORM)?;
        let Keys { admission, keys } = postcard::from_bytes(keys).ok()?;
        let known: Vec<([u8; 32], Progress)> = progress
            .and_then(|bytes| bytes.split_first())
            .filter(|(form, _)| **form == FORM)
            .and_then(|(_, bytes)| postcard::from_bytes(bytes).ok())
            .unwrap_or_default();
        let mailboxes = keys.into_iter().map(|key| {
            let access = access_of(key)?;
            let mailbox = access.keys().mailbox();
            let progress = known.iter().find(|(of, _)| *of == mailbox).map(|(_, progress)| progress.clone());
            Some(KeptMailbox { access, progress: progress.unwrap_or_default() })
        });
        Self::of(admission, mailboxes.collect::<Option<_>>()?)
    }

    fn of(admission: &str, mailboxes: Vec<KeptMailbox>) -> Option<Self> {
        let mut mailboxes = mailboxes.into_iter();
        Some(Self { admission: admission.to_owned(), here: mailboxes.next()?, left: mailboxes.collect() })
    }

    /// All mailboxes, the one in use first.
    pub fn mailboxes(&self) -> impl Iterator<Item = &KeptMailbox> {
        std::iter::once(&self.here).chain(&self.left)
    }

    /// Whether both are about the same mailbox.
    #[must_use]
    pub fn is_of_same_mailbox(&self, other: &Self) -> bool {
        self.here.access.keys().mailbox() == other.here.access.keys().mailbox()
    }
}

fn key_of(access: &Access) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match access {
        Access::Edit(secret) => secret.expose().to_vec(),
        Access::Read(half) => half.expose().to_vec(),
    })
}

fn access_of(key: &[u8]) -> Option<Access> {
    if let Ok(secret) = key.try_into() {
        return Some(Access::Edit(DocumentSecret::from_bytes(secret)));
    }
    ReadingHalf::from_bytes(key.try_into().ok()?).ok().map(Access::Read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Access {
        Access::Edit(DocumentSecret::from_bytes([byte; 32]))
    }

    fn kept() -> KeptLink {
        let progress = Progress { number: 300, mine: 7, mine_at: Some(-1), ..Progress::default() };
        let mut kept = KeptLink::new(secret(1), "ord".into());
        kept.here.progress = progress;
        kept.left.push(KeptMailbox { access: secret(2), progress: Progress::default() });
        kept
    }

    fn what(kept: &KeptLink) -> (String, Vec<(Vec<u8>, Progress)>) {
        let mailboxes = kept.mailboxes().map(|mailbox| (key_of(&mailbox.access).to_vec(), mailbox.progress.clone()));
        (kept.admission.clone(), mailboxes.collect())
    }

    /// 16 bytes of epoch, number 300, 16 of mark, no heads, 0 since, 0 unread, 0 forged, 7 mine, at -1, not seen.
    fn progress_of_300() -> Vec<u8> {
        [&[0; 16][..], &[0xac, 0x02], &[0; 16], &[0, 0, 0, 0, 7, 1, 1, 0]].concat()
    }

    fn no_progress() -> Vec<u8> {
        [&[0; 16][..], &[0], &[0; 16], &[0, 0, 0, 0, 0, 0, 0]].concat()
    }

    #[test]
    fn what_is_kept_is_written_as_it_always_was() {
        let keys = [&[0xff, 0xff, 0x02, 1, 3][..], b"ord", &[2, 32], &[1; 32], &[32], &[2; 32]].concat();
        assert_eq!(*kept().keys_to_bytes(), keys);
        let mailboxes = [secret(1).keys().mailbox(), secret(2).keys().mailbox()];
        let progress = [&[1, 2][..], &mailboxes[0], &progress_of_300(), &mailboxes[1], &no_progress()].concat();
        assert_eq!(kept().progress_to_bytes(), progress);
        assert_eq!(what(&KeptLink::from_bytes(&keys, Some(&progress)).unwrap()), what(&kept()));
    }

    #[test]
    fn what_an_older_program_kept_is_read() {
        let older =
            [&[3][..], b"ord", &[2, 32], &[1; 32], &progress_of_300(), &[32], &[2; 32], &no_progress()].concat();
        assert_eq!(what(&KeptLink::from_bytes(&older, None).unwrap()), what(&kept()));
        let reader = secret(1).reading();
        let older = [&[0, 1, 64][..], &reader.expose()[..], &no_progress()].concat();
        assert!(matches!(KeptLink::from_bytes(&older, None).unwrap().here.access, Access::Read(_)));
    }

    #[test]
    fn progress_that_can_not_be_read_is_none_and_keys_that_can_not_are_no_keys() {
        let kept = kept();
        let (keys, progress) = (kept.keys_to_bytes(), kept.progress_to_bytes());
        let newer = [&[2], &progress[1..]].concat();
        for unreadable in [None, Some(&[][..]), Some(&progress[..progress.len() - 1]), Some(&newer[..])] {
            let again = KeptLink::from_bytes(&keys, unreadable).unwrap();
            assert!(again.is_of_same_mailbox(&kept) && again.left.len() == 1);
            assert_eq!(again.here.progress, Progress::default());
        }
        let mut newer = keys.to_vec();
        newer[3] = 2;
        let damaged = [&keys[..9], &[31], &keys[10..]].concat();
        for unreadable in [&[][..], &keys[..keys.len() - 1], &newer[..], &damaged[..]] {
            assert!(KeptLink::from_bytes(unreadable, Some(&progress)).is_none());
        }
    }
}
