//! Invitations: a document's access and where its relay is, as the fragment of a link.
//!
//! The fragment is base64url without padding of these bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version: 1 |
//! | 1 | kind of document: 0 register, 1 workshop, 2 provider's share |
//! | 1 | access: 0 edit, 1 read |
//! | 32 or 64 | edit: the document's secret; read: the reading half and the writers' public key |
//! | 1 | the length of the relay's address, at most [`RELAY_MAX`] |
//! | as many as that | the relay's address; nothing when it is where the app came from |
//! | 4 | the beginning of the SHA-256 of all before, so that a link that was cut or mistyped is known as such |

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{Access, DocumentSecret, ReadingHalf};

const VERSION: u8 = 1;
/// The most bytes that a relay's address has.
pub const RELAY_MAX: usize = 200;
/// The most characters of a pasted link that are looked at.
const LINK_MAX: usize = 4_000;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// A register.
    Register,
    /// A workshop's document.
    Workshop,
    /// What a provider is shown.
    ProviderShare,
}

impl DocumentKind {
    /// The number that stands for it.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Register => 0,
            Self::Workshop => 1,
            Self::ProviderShare => 2,
        }
    }

    /// The kind that the number stands for.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Register, Self::Workshop, Self::ProviderShare].into_iter().find(|kind| kind.number() == number)
    }
}

/// Where a relay is: `https://`, or `http://` on a network of one's own, then a host and perhaps a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelayAddress(String);

impl RelayAddress {
    /// The address, without a `/` at its end, if it has the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let sound =
            host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
        (sound && !host.is_empty() && text.len() <= RELAY_MAX).then(|| Self(text.to_owned()))
    }

    /// The address that a whole link leads to; `None` when it is a fragment alone.
    #[must_use]
    pub fn of_link(link: &str) -> Option<Self> {
        let (address, _) = link.trim().rsplit_once('#')?;
        let (scheme, rest) = address.split_once("://")?;
        let host = rest.split('/').next()?;
        Self::parse(&format!("{scheme}://{host}"))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An invitation to a document. Holds a secret, and so has no `Debug`.
#[derive(Clone)]
pub struct Invitation {
    /// What the document is.
    pub kind: DocumentKind,
    /// What the guest may do.
    pub access: Access,
    /// Where its relay is; `None`: where the app came from.
    pub relay: Option<RelayAddress>,
}

impl Invitation {
    /// The fragment of a link that carries it, without `#`.
    #[must_use]
    pub fn fragment(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(3 + 64 + 1 + RELAY_MAX + 4));
        bytes.extend_from_slice(&[VERSION, self.kind.number(), u8::from(!self.access.may_edit())]);
        match &self.access {
            Access::Edit(secret) => bytes.extend_from_slice(secret.expose()),
            Access::Read(half) => bytes.extend_from_slice(half.expose().as_slice()),
        }
        let relay = self.relay.as_ref().map_or("", RelayAddress::as_str);
        bytes.push(u8::try_from(relay.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(relay.as_bytes());
        let check = check(&bytes);
        bytes.extend_from_slice(&check);
        Zeroizing::new(Base64UrlUnpadded::encode_string(&bytes))
    }

    /// The whole link, for an app at this address.
    #[must_use]
    pub fn link(&self, app: &str) -> Zeroizing<String> {
        Zeroizing::new(format!("{app}#{}", self.fragment().as_str()))
    }

    /// The invitation in a pasted link, or in its fragment alone.
    ///
    /// # Errors
    /// [`InvitationError`] says what is wrong with it.
    pub fn parse(link: &str) -> Result<Self, InvitationError> {
        let link = link.trim();
        if LINK_MAX < link.len() {
            return Err(InvitationError::NoInvitation);
        }
        let fragment = link.rsplit_once('#').map_or(link, |(_, fragment)| fragment);
        let bytes = Base64UrlUnpadded::decode_vec(fragment).map_err(|_| InvitationError::NoInvitation)?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, InvitationError> {
        let (version, _) = bytes.split_first().ok_or(InvitationError::NoInvitation)?;
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or(InvitationError::Damaged)?;
        if check(body) != *sum {
            return Err(InvitationError::Damaged);
        }
        if *version != VERSION {
            return Err(InvitationError::Newer(*version));
        }
        let ([_, kind, access], rest) = body.split_first_chunk::<3>().ok_or(InvitationError::Damaged)?;
        let kind = DocumentKind::from_number(*kind).ok_or(InvitationError::Kind(*kind))?;
        let (access, rest) = match access {
            0 => {
                let (secret, rest) = rest.split_first_chunk::<32>().ok_or(InvitationError::Damaged)?;
                (Access::Edit(DocumentSecret::from_bytes(*secret)), rest)
            }
            1 => {
                let (half, rest) = rest.split_first_chunk::<64>().ok_or(InvitationError::Damaged)?;
                (Access::Read(ReadingHalf::from_bytes(half).map_err(|_| InvitationError::Damaged)?), rest)
            }
            _ => return Err(InvitationError::Damaged),
        };
        let (len, relay) = rest.split_first().ok_or(InvitationError::Damaged)?;
        if usize::from(*len) != relay.len() {
            return Err(InvitationError::Damaged);
        }
        let relay = match relay {
            [] => None,
            relay => {
                let relay = std::str::from_utf8(relay).ok().and_then(RelayAddress::parse);
                Some(relay.ok_or(InvitationError::Relay)?)
            }
        };
        Ok(Self { kind, access, relay })
    }
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(bytes).into();
    [a, b, c, d]
}

/// A link that is no invitation that this program understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvitationError {
    /// Something else was pasted.
    #[error("this is not an invitation")]
    NoInvitation,
    /// A part is missing, or a letter is wrong.
    #[error("the invitation is cut short or damaged; copy the whole link again")]
    Damaged,
    /// From a newer program.
    #[error("the invitation has version {0}, which this program doesn't know; update the program")]
    Newer(u8),
    /// From a newer program.
    #[error("the invitation is to a document of kind {0}, which this program doesn't know; update the program")]
    Kind(u8),
    /// The relay's address is none.
    #[error("the invitation names a relay that can't be reached that way")]
    Relay,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(access: Access, relay: Option<&str>) -> Invitation {
        let relay = relay.map(|relay| RelayAddress::parse(relay).unwrap());
        Invitation { kind: DocumentKind::Workshop, access, relay }
    }

    fn edit() -> Access {
        Access::Edit(DocumentSecret::from_bytes([1; 32]))
    }

    #[test]
    fn an_invitation_arrives_as_it_was_sent() {
        for access in [edit(), Access::Read(edit().reading())] {
            for relay in [None, Some("https://relay.example:8443"), Some("http://192.168.0.4")] {
                let sent = invitation(access.clone(), relay);
                let came = Invitation::parse(&format!(" {} \n", &*sent.link("https://app.example/"))).ok().unwrap();
                assert_eq!(came.kind, sent.kind);
                assert_eq!(came.relay, sent.relay);
                assert_eq!(came.access.may_edit(), sent.access.may_edit());
                assert_eq!(came.access.keys().token(), sent.access.keys().token());
                assert_eq!(came.access.keys().writer(), sent.access.keys().writer());
            }
        }
    }

    #[test]
    fn an_invitation_to_read_does_not_hold_the_secret() {
        let fragment = invitation(Access::Read(edit().reading()), None).fragment();
        let bytes = Base64UrlUnpadded::decode_vec(&fragment).unwrap();
        let seed = edit().keys().sign(b"").map(|_| [1_u8; 32]).unwrap();
        assert!(!bytes.windows(32).any(|window| window == seed));
    }

    #[test]
    fn an_invitation_cut_or_mistyped_anywhere_is_refused() {
        let fragment = invitation(edit(), Some("https://relay.example")).fragment();
        for at in 0..fragment.len() {
            assert!(Invitation::parse(&fragment[..at]).is_err(), "{at}");
            let other = if &fragment[at..=at] == "A" { "B" } else { "A" };
            let mistyped = [&fragment[..at], other, &fragment[at + 1..]].concat();
            assert!(Invitation::parse(&mistyped).is_err(), "{at}");
        }
    }

    fn parse_bytes(body: &[u8]) -> InvitationError {
        Invitation::from_bytes(&[body, &check(body)].concat()).err().unwrap()
    }

    #[test]
    fn each_fault_has_its_own_words() {
        assert_eq!(Invitation::parse("https://sisab.se/#kontakt oss").err(), Some(InvitationError::NoInvitation));
        assert_eq!(Invitation::parse("").err(), Some(InvitationError::NoInvitation));
        assert_eq!(parse_bytes(&[2, 0, 0]), InvitationError::Newer(2));
        assert_eq!(parse_bytes(&[1, 9, 0]), InvitationError::Kind(9));
        assert_eq!(parse_bytes(&[1, 0, 2]), InvitationError::Damaged);
        let relay = [&[1, 0, 0][..], &[7; 32], &[3], b"ftp"].concat();
        assert_eq!(parse_bytes(&relay), InvitationError::Relay);
    }

    #[test]
    fn only_a_relays_address_is_one() {
        for sound in ["https://relay.example", "http://10.0.0.2:8080/", "http://[fe80::1]:80"] {
            assert!(RelayAddress::parse(sound).is_some(), "{sound}");
        }
        let of_link = |link| RelayAddress::of_link(link).map(|address| address.0);
        assert_eq!(of_link("https://relay.example:8443/x/y?z#AAAA"), Some("https://relay.example:8443".to_owned()));
        assert_eq!(of_link(" http://10.0.0.2#AAAA"), Some("http://10.0.0.2".to_owned()));
        for none in ["#AAAA", "AAAA", "ftp://a/#AAAA", "https://u@h/#AAAA"] {
            assert_eq!(of_link(none), None, "{none}");
        }
        for unsound in ["", "https://", "javascript:alert(1)", "https://a/b", "https://u@h", "https://å", "//a"] {
            assert!(RelayAddress::parse(unsound).is_none(), "{unsound}");
        }
    }
}
