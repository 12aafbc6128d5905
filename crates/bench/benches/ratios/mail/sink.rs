//! A mail server that takes everything, as fast as it can be taken: answers wait while more commands are there already.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A running server; it ends with the program.
pub struct Sink {
    /// Its port on loopback.
    pub port: u16,
}

impl Sink {
    /// Starts one that speaks TLS from the first byte, or never.
    pub async fn start(encrypted: bool) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = acceptor();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if encrypted {
                        if let Ok(stream) = acceptor.accept(stream).await {
                            talk(stream).await;
                        }
                    } else {
                        talk(stream).await;
                    }
                });
            }
        });
        Self { port }
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    let mut answers = b"220 sink\r\n".to_vec();
    let (mut line, mut in_text) = (Vec::new(), false);
    loop {
        if stream.buffer().is_empty() && !answers.is_empty() {
            stream.write_all(&answers).await.ok()?;
            stream.flush().await.ok()?;
            answers.clear();
        }
        line.clear();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            _ if in_text && line != b".\r\n" => continue,
            _ if in_text => b"250 2.0.0 taken\r\n",
            b"EHLO" => b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
            b"DATA" => b"354 go on\r\n",
            b"QUIT" => return None,
            _ => b"250 2.1.0 fine\r\n",
        };
        in_text = answer.starts_with(b"354");
        answers.extend_from_slice(answer);
    }
}

/// Where the test's authority and its server certificate for `localhost` lie.
pub fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/src/smtp/test_certificate")
}

fn acceptor() -> TlsAcceptor {
    let folder = certificates();
    let chain = CertificateDer::pem_file_iter(folder.join("server.pem"))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key.pem")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}
