//! The code that leads to a workshop: short enough to read from a wall and type on a tablet.
//!
//! It is twelve of the 32 signs `0–9 A–Z` without `I L O U`, written `4F7K-QM2P-X9TD`. The first eleven are the highest 55
//! bits of Argon2id over the founder's public key and the workshop's salt; the twelfth is a check. The workshop's secret is
//! Argon2id over the twelve signs. Both with 19 MiB and two passes, so that whoever stores the workshop can't try all codes,
//! and nobody at the table finds another founder with the same code: all who have it know who the founder is.

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::DocumentSecret;

const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many signs a code has.
const LENGTH: usize = 12;
/// In KiB.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// What leads to a workshop. Has no `Debug`, as it opens all that is said there.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct WorkshopCode([u8; LENGTH]);

impl WorkshopCode {
    /// The code of a workshop that this person founds, by public key and salt. Takes a tenth of a second, and 19 MiB;
    /// `None` when there is not that much.
    #[must_use]
    pub fn of(founder: &[u8; 32], salt: &[u8; 32]) -> Option<Self> {
        let both = Zeroizing::new([founder.as_slice(), salt.as_slice()].concat());
        let derived = derive::<8>(&both, b"klassrum workshop code 1")?;
        let bits = u64::from_be_bytes(*derived);
        let mut signs = [0; LENGTH];
        for (place, sign) in signs.iter_mut().take(LENGTH - 1).enumerate() {
            *sign = sign_of(bits >> (59 - 5 * place));
        }
        Some(Self(checked(signs)))
    }

    /// The code as it was typed: small letters, spaces and hyphens don't matter, nor do `O`, `I` and `L` in place of the
    /// numbers that they look like. `None` when it is none, or a sign is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut signs = [0; LENGTH];
        let mut typed = text.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '-' | '–'));
        for sign in &mut signs {
            let upper = match typed.next()?.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            *sign = u8::try_from(upper).ok().filter(|sign| SIGNS.contains(sign))?;
        }
        (typed.next().is_none() && checked(signs) == signs).then_some(Self(signs))
    }

    /// The code as it is shown: `4F7K-QM2P-X9TD`.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        let groups: Vec<_> = self.0.chunks(4).map(String::from_utf8_lossy).collect();
        Zeroizing::new(groups.join("-"))
    }

    /// The workshop's secret. Takes as long as [`Self::of`]; `None` when there is not memory enough.
    #[must_use]
    pub fn secret(&self) -> Option<DocumentSecret> {
        derive::<32>(&self.0, b"klassrum workshop secret 1").map(|secret| DocumentSecret::from_bytes(*secret))
    }
}

fn sign_of(bits: u64) -> u8 {
    let place = usize::try_from(bits & 31).unwrap_or_default();
    SIGNS.get(place).copied().unwrap_or_default()
}

/// The signs with the right check in the last place.
fn checked(mut signs: [u8; LENGTH]) -> [u8; LENGTH] {
    if let Some((check, others)) = signs.split_last_mut() {
        let hash = Sha256::new().chain_update(b"klassrum code check 1").chain_update(others).finalize();
        *check = sign_of(u64::from(hash.first().copied().unwrap_or_default()));
    }
    signs
}

fn derive<const N: usize>(from: &[u8], salt: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    let params = Params::new(MEMORY, PASSES, 1, Some(N)).ok()?;
    let mut derived = Zeroizing::new([0; N]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(from, salt, derived.as_mut()).ok()?;
    Some(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_its_secret_are_computed_the_same_for_good() {
        let code = WorkshopCode::of(&[1; 32], &[2; 32]).unwrap();
        assert_eq!(code.shown().as_str(), "ZC4D-53NN-85AS");
        let secret: String = code.secret().unwrap().expose().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(secret, "51fab635e328179ef720f044bb9d188a4df565ad73b9db109da054ea4fa79a05");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = WorkshopCode::of(&[1; 32], &[2; 32]).unwrap();
        let shown = code.shown();
        let sloppy = format!(" {} ", shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
        for typed in [shown.as_str(), &sloppy, &shown.replace('-', "")] {
            assert!(WorkshopCode::parse(typed).is_some_and(|read| read == code), "{typed}");
        }
    }

    #[test]
    fn a_code_with_a_sign_too_few_too_many_or_wrong_is_none() {
        let shown = WorkshopCode::of(&[1; 32], &[2; 32]).unwrap().shown();
        assert!(WorkshopCode::parse(&shown[..shown.len() - 1]).is_none());
        assert!(WorkshopCode::parse(&format!("{}0", shown.as_str())).is_none());
        for none in ["", "ÅÅÅÅ-ÅÅÅÅ-ÅÅÅÅ", "UUUU-UUUU-UUUU"] {
            assert!(WorkshopCode::parse(none).is_none(), "{none}");
        }
        // One check sign of 32: most slips are caught, not all.
        let slips = SIGNS.iter().filter(|sign| shown.as_bytes()[0] != **sign);
        let caught = slips.filter(|sign| {
            let slip = format!("{}{}", char::from(**sign), &shown[1..]);
            WorkshopCode::parse(&slip).is_none()
        });
        assert!(26 <= caught.count());
    }

    #[test]
    fn another_founder_or_salt_has_another_code() {
        let code = WorkshopCode::of(&[1; 32], &[2; 32]).unwrap();
        assert!(code != WorkshopCode::of(&[3; 32], &[2; 32]).unwrap());
        assert!(code != WorkshopCode::of(&[1; 32], &[3; 32]).unwrap());
    }
}
