//! The fastest a client can be that sends letters in order: sender, recipient and DATA go in one packet with the letter
//! before them (RFC 2920).

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::sink::certificates;

const ENVELOPE: &[u8] =
    b"MAIL FROM:<desk@meridian.example>\r\nRCPT TO:<priya.raman@hartwell.example>\r\nDATA\r\n";

/// A connection.
pub struct Pipelined {
    stream: BufReader<TlsStream<TcpStream>>,
}

impl Pipelined {
    /// Connects and says hello.
    pub async fn connect(port: u16) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificates().join("authority.pem")).unwrap()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let mut connection = Self { stream: BufReader::new(stream) };
        connection.expect("220").await;
        connection.write(b"EHLO localhost\r\n").await;
        connection.expect("250").await;
        connection
    }

    /// Sends so many letters of this text.
    pub async fn send(&mut self, letters: usize, text: &[u8]) {
        let mut packet = text.to_vec();
        packet.extend_from_slice(b"\r\n.\r\n");
        let last = packet.len();
        packet.extend_from_slice(ENVELOPE);
        self.write(ENVELOPE).await;
        for letter in 1..=letters {
            for answer in ["250", "250", "354"] {
                self.expect(answer).await;
            }
            self.write(if letter == letters { &packet[..last] } else { &packet }).await;
            self.expect("250").await;
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    async fn expect(&mut self, code: &str) {
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            assert!(line.starts_with(code), "{code}: {line}");
            if line.as_bytes().get(3) == Some(&b' ') {
                return;
            }
        }
    }
}
