//! A letter as blocks, written once and set twice: as plain text and as HTML. No sentence of a letter but the
//! ones that close every letter.

use askama::Template;
use recovery_rules::display_name::DisplayName;
use url::Url;

use super::{LetterBody, Organisation};

/// A piece of a letter.
pub(super) enum Block {
    /// A paragraph.
    Paragraph(String),
    /// Numbered steps.
    Steps(Vec<String>),
    /// A code to be typed somewhere.
    Code(String),
    /// The one thing to press.
    Button { label: &'static str, link: String },
    /// A quieter line under the thing above it.
    Note(String),
    /// What to do if it wasn't you, set apart.
    Warning { title: &'static str, text: String, link: Option<WarningLink> },
}

/// The link in a warning.
pub(super) struct WarningLink {
    pub(super) label: &'static str,
    pub(super) link: String,
}

/// A letter before it is set.
pub(super) struct Draft<'a> {
    pub(super) organisation: &'a Organisation,
    pub(super) subject: String,
    /// First line of the letter.
    pub(super) title: &'static str,
    /// What mail programs show beside the subject. Never a code: it shows on locked screens.
    pub(super) preview: &'static str,
    pub(super) blocks: Vec<Block>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Page<'a> {
    title: &'a str,
    preview: &'a str,
    initial: String,
    organisation: &'a str,
    blocks: &'a [Block],
    never: &'a str,
    desk: &'a str,
    automatic: &'a str,
}

impl Block {
    pub(super) fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph(text.into())
    }

    pub(super) fn button(label: &'static str, link: &Url) -> Self {
        Self::Button { label, link: link.to_string() }
    }
}

impl WarningLink {
    pub(super) fn new(label: &'static str, link: &Url) -> Self {
        Self { label, link: link.to_string() }
    }
}

impl Draft<'_> {
    /// Sets the letter.
    pub(super) fn set(self) -> LetterBody {
        let organisation = self.organisation.name();
        let never = format!(
            "Nobody at {organisation} will ask you for your password, your recovery code, or a code we sent you. We never call you."
        );
        let desk =
            format!("Questions? Call us: {}. {}.", self.organisation.phone(), self.organisation.hours());
        let automatic = "This email was sent automatically. Answers to it are not read.";
        let page = Page {
            title: self.title,
            preview: self.preview,
            initial: organisation.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default(),
            organisation: &organisation,
            blocks: &self.blocks,
            never: &never,
            desk: &desk,
            automatic,
        };
        let html = page.render().expect("the template only writes into a string, which can't fail");
        let mut text = format!("{}\n\n", self.title);
        for block in &self.blocks {
            block.set_as_text(&mut text);
        }
        text.push_str(&format!("----\n{never}\n\n{desk}\n\n{automatic}\n"));
        LetterBody { subject: DisplayName::inert(&self.subject), text, html }
    }
}

impl Block {
    fn set_as_text(&self, text: &mut String) {
        match self {
            Self::Paragraph(words) | Self::Note(words) => text.push_str(&format!("{words}\n\n")),
            Self::Steps(steps) => {
                for (step, number) in steps.iter().zip(1..) {
                    text.push_str(&format!("{number}. {step}\n"));
                }
                text.push('\n');
            }
            Self::Code(code) => text.push_str(&format!("    {code}\n\n")),
            // Links stand alone on their line, so that no mail program takes a full stop along.
            Self::Button { label, link } => text.push_str(&format!("{label}:\n{link}\n\n")),
            Self::Warning { title, text: words, link } => {
                text.push_str(&format!("{title}\n{words}\n"));
                if let Some(WarningLink { label, link }) = link {
                    text.push_str(&format!("{label}:\n{link}\n"));
                }
                text.push('\n');
            }
        }
    }
}
