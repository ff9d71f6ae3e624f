//! The one TLS configuration of all styles.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use crate::{Config, Error};

/// Makes the TLS configuration for `config`: TLS 1.2 and 1.3 by ring, with the web's roots and the extra ones.
///
/// # Errors
///
/// [`Error::InvalidConfig`] if an extra root is not a certificate.
pub fn client_config(config: &Config) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (i, der) in config.root_certificates.iter().enumerate() {
        roots.add(CertificateDer::from(der.as_slice())).map_err(|error| Error::InvalidConfig {
            reason: format!("root certificate {i} cannot be used: {error}").into(),
        })?;
    }
    let tls = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::InvalidConfig { reason: error.to_string().into() })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(tls))
}
