//! The caller's browser: HTTP with a cookie jar, forms posted as a page's button would.

use std::time::Duration;

use reqwest::{Client, Response};
use url::Url;

use crate::command_line::CommandError;

/// A page as it arrived.
pub struct Page {
    /// Where the browser stands after all redirects.
    pub url: Url,
    /// The HTML.
    pub html: String,
}

/// A browser.
pub struct Browser {
    client: Client,
    home: Url,
}

impl Browser {
    /// A fresh one: no cookies, no history.
    pub fn new(home: &Url) -> Result<Self, CommandError> {
        let client = Client::builder().cookie_store(true).timeout(Duration::from_secs(20)).build()?;
        Ok(Self { client, home: home.clone() })
    }

    /// Follows a link.
    pub async fn open(&self, url: &str) -> Result<Page, CommandError> {
        page(self.client.get(url).send().await?).await
    }

    /// Presses the button of a form on one of our pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Page, CommandError> {
        let url = self.home.join(path)?;
        let request = self.client.post(url).header("Sec-Fetch-Site", "same-origin").form(fields);
        page(request.send().await?).await
    }
}

async fn page(response: Response) -> Result<Page, CommandError> {
    let (url, status) = (response.url().clone(), response.status());
    let html = response.text().await?;
    if !status.is_success() {
        return Err(format!("{} answered {status}", url.path()).into());
    }
    Ok(Page { url, html })
}

impl Page {
    /// Makes sure the page says something.
    pub fn says(&self, words: &str) -> Result<(), CommandError> {
        if self.html.contains(words) {
            return Ok(());
        }
        Err(format!("the page {} doesn't say \"{words}\"", self.url.path()).into())
    }
}
