//! Frozen values. If one of these changes, nothing that was sealed, signed or invited before can be opened any more.
//!
//! They were made by other implementations: Python's `cryptography` 50 (HKDF), `pynacl` 1.6 (libsodium: XChaCha20-Poly1305,
//! Ed25519) and `argon2-cffi` 25.1 (the reference Argon2), from the tables in this room's documentation. The secret is the bytes
//! 0 to 31, nonces are 100 to 123, the salt is 0 to 15.

use super::*;

const READING: &str = "994468c681832cf31f1548a6f162e2f05585098cebb9ed0573e95e9e7a8a4954";
const WRITER: &str = "be456e6f0939f242cd525b3e2713693322512401c7a24236e43e03b55cdff091";
const MAILBOX: &str = "3f5213594b63ea84e70c82fd6509aa48b775a156f676951b1eccfd2b6f4c684e";
const TOKEN: &str = "84fbcda702402aa629fbc9e29a4918bba677881c403629fd01c88968a6303744";
const SEALED: &str = "6465666768696a6b6c6d6e6f707172737475767778797a7b2034ac58420e82bc3094aea8360ba7519c3ee6586a05382e";
const SIGNATURE: &str = "8930fa20330bc493dd17c496e0149c637ebaff98c05febad51b9174ff00eefb67eb8f93c5061f913845b6be5e7a83bf7ddaf20eb3f89ee\
    99ce36499e34e23002";
const EDIT_INVITATION: &str = "AQAAAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8VaHR0cHM6Ly9yZWxheS5leGFtcGxlKODj8w";
const READ_INVITATION: &str = "AQABmURoxoGDLPMfFUim8WLi8FWFCYzrue0Fc-lennqKSVS-RW5vCTnyQs1SWz4nE2kzIlEkAceiQjbkPgO1XN_wkRVodHRwczovL3JlbGF5Lm\
    V4YW1wbGX_wQOO";
const FILE: &str = "4b4c41535352554d010000010003000000000102030405060708090a0b0c0d0e0f6465666768696a6b6c6d6e6f70717273747576777879\
    7a7b1a000000000000005ab63d429f4dc3234f42022349473f689a663630bcb7863acc86812eb4020d6cc07029b773f450f1d744";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn counting<const N: usize>(from: u8) -> [u8; N] {
    let mut bytes = [from; N];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte += u8::try_from(at).unwrap();
    }
    bytes
}

fn secret() -> DocumentSecret {
    DocumentSecret::from_bytes(counting(0))
}

#[test]
fn what_follows_from_a_secret_is_frozen() {
    let half = secret().reading();
    assert_eq!(hex(half.expose().as_slice()), [READING, WRITER].concat());
    let keys = Access::Edit(secret()).keys();
    assert_eq!(hex(&keys.mailbox()), MAILBOX);
    assert_eq!(hex(keys.token()), TOKEN);
    assert_eq!(hex(&keys.writer()), WRITER);
}

#[test]
fn a_sealed_entry_and_its_signature_are_frozen() {
    let keys = Access::Edit(secret()).keys();
    let sealed = keys.seal(0, counting(100), b"klassrum");
    assert_eq!(hex(&sealed), SEALED);
    assert_eq!(keys.open(0, &sealed), Ok(b"klassrum".to_vec()));
    // The message is laid out by hand here: what the sync room builds is compared with it in its own tests.
    let hash: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&sealed).into();
    let message = [b"klassrum entry 1".as_slice(), &keys.mailbox(), &[0; 9], &hash].concat();
    assert_eq!(hex(&keys.sign(&message).unwrap()), SIGNATURE);
}

#[test]
fn invitations_are_frozen() {
    let relay = RelayAddress::parse("https://relay.example");
    let edit = Invitation { kind: DocumentKind::Register, access: Access::Edit(secret()), relay };
    assert_eq!(edit.fragment().as_str(), EDIT_INVITATION);
    let read = Invitation { access: Access::Read(secret().reading()), ..edit };
    assert_eq!(read.fragment().as_str(), READ_INVITATION);
}

#[test]
fn a_register_file_is_frozen() {
    let file = seal_file("räksmörgås", counting(0), counting(100), b"a register").unwrap();
    assert_eq!(hex(&file), FILE);
    assert_eq!(open_file("räksmörgås", &file), Ok(b"a register".to_vec()));
}
