//! HTTPS before a plain test server: certificates made for the run, and a relay
//! that takes the TLS off. Used by test binaries with `#[path]`.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "for tests"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig, ServerConnection};

/// An HTTPS address for a plain server; ends when it is dropped.
pub(crate) struct TlsFront {
    address: SocketAddr,
    /// Certificate of the authority that signed the server's, in PEM.
    pub(crate) authority: String,
    /// Certificate and key of a client that the server knows, in PEM.
    pub(crate) client: String,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TlsFront {
    /// Starts one before `backend` (`http://127.0.0.1:PORT`). It may ask clients
    /// for a certificate.
    pub(crate) fn start(backend: &str, asks_client: bool) -> Self {
        let backend: SocketAddr = backend.strip_prefix("http://").unwrap().parse().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let signed = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            (params.signed_by(&key, &issuer).unwrap(), key)
        };
        let (server, server_key) = signed("127.0.0.1");
        let (client, client_key) = signed("student");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks_client {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots),
                provider,
            );
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(server_key.serialize_der()).unwrap();
        let config = builder
            .with_single_cert(vec![server.der().clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if flag.load(Ordering::SeqCst) {
                    break;
                }
                let config = Arc::clone(&config);
                if let Ok(stream) = stream {
                    // A client that goes away is part of the tests.
                    std::thread::spawn(move || drop(relay(stream, config, backend)));
                }
            }
        });
        Self {
            address,
            authority: authority.pem(),
            client: client.pem() + &client_key.serialize_pem(),
            ended,
            thread: Some(thread),
        }
    }

    /// Returns the address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request: its head to the server, the whole answer back.
fn relay(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
    backend: SocketAddr,
) -> std::io::Result<()> {
    let mut connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut tls = rustls::Stream::new(&mut connection, &mut socket);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tls.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let mut plain = TcpStream::connect(backend)?;
    plain.write_all(&head)?;
    std::io::copy(&mut plain, &mut tls)?;
    connection.send_close_notify();
    connection.complete_io(&mut socket)?;
    Ok(())
}
