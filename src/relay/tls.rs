//! Certificates: one that is given, or one that the relay makes and keeps.

use std::fs;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, KeyPair};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::network;

/// Some devices refuse a certificate that is valid for longer than 825 days.
const VALID: Duration = Duration::from_secs(800 * 24 * 3600);
/// A certificate that is older than this is made anew when the relay starts.
const RENEW: Duration = Duration::from_secs(700 * 24 * 3600);

/// Why there is no certificate to use.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file of the certificate can't be read or written.
    #[error("{} can't be used: {cause}", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file doesn't hold what it should.
    #[error("{} holds no certificate or key in PEM form: {cause}", file.display())]
    Pem {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        cause: tokio_rustls::rustls::pki_types::pem::Error,
    },
    /// The certificate and the key don't belong together, say.
    #[error("the certificate can't be used: {0}")]
    Unusable(#[from] tokio_rustls::rustls::Error),
    /// The relay could not make one.
    #[error("no certificate can be made: {0}")]
    Make(#[from] rcgen::Error),
}

/// A certificate in use.
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// The SHA-256 of the certificate, as browsers show it.
    pub fingerprint: String,
}

impl Tls {
    /// Uses the certificate chain and the key in these files.
    ///
    /// # Errors
    /// When a file can't be read, or both don't belong together.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let pem = |file: &Path| {
            let file = file.to_owned();
            move |cause| TlsError::Pem { file, cause }
        };
        let chain: Vec<_> =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(pem(certificate))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(pem(key))?;
        let fingerprint = chain.first().map(|own| fingerprint(own)).unwrap_or_default();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), fingerprint })
    }

    /// Uses the certificate that the relay keeps in `data`, and makes it if there is none or it is old. `address` is one
    /// that the relay listens at.
    ///
    /// # Errors
    /// When it can't be made, kept or read.
    pub fn own(data: &Path, address: IpAddr) -> Result<Self, TlsError> {
        let (certificate, key) = (data.join("tls-certificate.pem"), data.join("tls-key.pem"));
        if !is_fresh(&certificate) || !key.is_file() {
            make(&certificate, &key, address)?;
        }
        Self::from_files(&certificate, &key)
    }
}

fn is_fresh(certificate: &Path) -> bool {
    let made = fs::metadata(certificate).and_then(|about| about.modified());
    made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age < RENEW))
}

fn make(certificate: &Path, key: &Path, address: IpAddr) -> Result<(), TlsError> {
    let mut params = CertificateParams::new(names(address))?;
    params.distinguished_name.push(DnType::CommonName, "Klassrum");
    let now = SystemTime::now();
    params.not_before = (now - Duration::from_secs(24 * 3600)).into();
    params.not_after = (now + VALID).into();
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    let save = |file: &Path, text: &str| {
        write_for_owner(file, text).map_err(|cause| TlsError::File { file: file.to_owned(), cause })
    };
    save(key, &pair.serialize_pem())?;
    save(certificate, &made.pem())
}

/// What the relay may be called: this machine's name and addresses.
fn names(address: IpAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned()));
    names.extend((!address.is_unspecified()).then(|| address.to_string()));
    names.extend(network::outer_addresses().iter().map(IpAddr::to_string));
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}

/// Others on the machine can't read what is in the file.
fn write_for_owner(file: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(text.as_bytes())
}

/// `0F:1A:…`, 32 pairs.
fn fingerprint(certificate: &[u8]) -> String {
    let hash: [u8; 32] = Sha256::digest(certificate).into();
    hash.map(|byte| format!("{byte:02X}")).join(":")
}
