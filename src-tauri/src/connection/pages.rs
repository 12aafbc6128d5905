//! The account pages on this computer's loopback address, so that links in letters open in the embedded mode and in
//! the demo. Their address goes into every letter, so it is known before the desk opens.

use std::net::{Ipv4Addr, SocketAddr};

use recovery_desk::desk::Desk;
use recovery_desk::settings::Settings;
use recovery_desk::settings::file::SettingsFile;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::home::Home;
use crate::problem::Problem;

/// Tried first, so that links in yesterday's letters still lead here; if it is taken, any other does.
const USUAL_PORT: u16 = 47_326;

/// Where the account pages are, bound but not served yet.
#[derive(Debug)]
pub struct Pages {
    listener: Option<TcpListener>,
    public_url: Url,
}

impl Pages {
    /// Finds the place of the account pages. With an outside address and no port in the settings, a server offers
    /// them and this window does not.
    ///
    /// # Errors
    /// [`Problem::Pages`], [`Problem::Settings`].
    pub async fn bind(file: &SettingsFile, home: &Home) -> Result<Self, Problem> {
        let outside = file.public_url(&home.settings_file())?;
        if let (Some(public_url), None) = (&outside, file.pages_port) {
            return Ok(Self { listener: None, public_url: public_url.clone() });
        }
        let listener = match file.pages_port {
            Some(port) => listen(port).await,
            None => match listen(USUAL_PORT).await {
                Ok(listener) => Ok(listener),
                Err(_) => listen(0).await,
            },
        }
        .map_err(Problem::Pages)?;
        let port = listener.local_addr().map_err(Problem::Pages)?.port();
        let public_url = match outside {
            Some(url) => url,
            None => Url::parse(&format!("http://127.0.0.1:{port}"))
                .map_err(|error| Problem::Pages(std::io::Error::other(error)))?,
        };
        Ok(Self { listener: Some(listener), public_url })
    }

    /// The desk's settings with this address.
    ///
    /// # Errors
    /// [`Problem::Settings`].
    pub fn settings(&self, file: SettingsFile, home: &Home) -> Result<Settings, Problem> {
        Ok(file.settings(&home.settings_file(), self.public_url.clone())?)
    }

    /// Begins to serve.
    pub fn serve(self, desk: Desk) -> Option<JoinHandle<()>> {
        let listener = self.listener?;
        let pages = recovery_web::served(desk);
        Some(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, pages).await {
                tracing::error!(%error, "account pages");
            }
        }))
    }
}

async fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_pages_are_on_loopback_and_their_address_is_in_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().to_owned()).unwrap();
        let pages = Pages::bind(&SettingsFile::default(), &home).await.unwrap();
        let address = pages.listener.as_ref().unwrap().local_addr().unwrap();
        assert!(address.ip().is_loopback());
        let settings = pages.settings(SettingsFile::default(), &home).unwrap();
        assert_eq!(settings.public_url.as_str(), format!("http://{address}/"));
    }

    #[tokio::test]
    async fn with_an_address_outside_and_no_port_nothing_listens_here() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().to_owned()).unwrap();
        let file = SettingsFile {
            public_url: Some("https://accounts.example/".to_owned()),
            ..SettingsFile::default()
        };
        let pages = Pages::bind(&file, &home).await.unwrap();
        assert!(pages.listener.is_none());
        assert_eq!(pages.public_url.as_str(), "https://accounts.example/");
    }
}
