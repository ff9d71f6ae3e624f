//! The certificate made at start, and the TLS configuration that shows it.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// The fault of the certificate that a server shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Certificate {
    /// A good one: for `localhost`, for the loopback addresses and for the address of the listener.
    #[default]
    Good,
    /// One that expired in the year 2000.
    Expired,
    /// One for `elsewhere.test`.
    OtherName,
    /// One from another root than [`PhotoServer::root_certificate`](crate::PhotoServer::root_certificate).
    OtherIssuer,
}

/// A server configuration, and the root that a client must trust to accept it.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) root: CertificateDer<'static>,
    pub(crate) config: Arc<ServerConfig>,
}

impl Identity {
    /// Makes a new root, and its certificate for localhost, the loopback addresses and `listen`.
    pub(crate) fn generate(
        listen: IpAddr,
        certificate: Certificate,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let generate_root = || CertifiedIssuer::self_signed(root_params(), KeyPair::generate()?);
        let root = generate_root()?;
        let shown = match certificate {
            Certificate::OtherIssuer => generate_root()?.der().clone(),
            _ => root.der().clone(),
        };
        let key = KeyPair::generate()?;
        let certificate = server_params(listen, certificate)?.signed_by(&key, &root)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { root: shown, config: Arc::new(config) })
    }
}

fn root_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "photo-server root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server_params(listen: IpAddr, certificate: Certificate) -> Result<CertificateParams, rcgen::Error> {
    let mut names = vec!["localhost".into(), "127.0.0.1".into(), "::1".into()];
    let listen = listen.to_string();
    if !names.contains(&listen) {
        names.push(listen);
    }
    if certificate == Certificate::OtherName {
        names = vec!["elsewhere.test".into()];
    }
    let mut params = CertificateParams::new(names)?;
    if certificate == Certificate::Expired {
        params.not_after = date_time_ymd(2000, 1, 1);
    }
    params.distinguished_name.push(DnType::CommonName, "photo-server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}
