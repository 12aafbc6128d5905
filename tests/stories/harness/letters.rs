//! Letters as they arrived at the mail server: headers unfolded, bodies decoded, links and codes picked out.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// A letter that arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Names in lower case and values, in order.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Byte for byte.
    pub raw: String,
}

impl Arrived {
    /// Takes a letter apart.
    pub fn parse(raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let (headers, body) = split(&raw);
        let boundary = value(&headers, "content-type")
            .and_then(|kind| kind.split("boundary=").nth(1))
            .map(|rest| rest.trim().trim_matches('"').to_owned())
            .expect("a letter has two parts");
        let (mut text, mut html) = (String::new(), String::new());
        for part in body.split(&format!("--{boundary}")) {
            let (part_headers, content) = split(part.trim_start_matches('\n'));
            let encoding = value(&part_headers, "content-transfer-encoding").unwrap_or("7bit").to_owned();
            match value(&part_headers, "content-type").unwrap_or("") {
                kind if kind.starts_with("text/plain") => text = decode(&encoding, content),
                kind if kind.starts_with("text/html") => html = decode(&encoding, content),
                _ => {}
            }
        }
        Self { headers, text, html, raw: raw.clone() }
    }

    /// The value of a header that must be there once.
    pub fn header(&self, name: &str) -> &str {
        let all: Vec<_> = self.headers.iter().filter(|(header, _)| header == name).collect();
        assert_eq!(all.len(), 1, "{name} in {:?}", self.headers);
        &all[0].1
    }

    /// The two secrets of an unlock letter: unlock, and "this wasn't me".
    pub fn links(&self) -> (String, String) {
        let behind = |path: &str| {
            self.text.split_whitespace().find_map(|word| word.split_once(path)).map(|(_, secrets)| secrets)
        };
        let (unlock, not_me) = (behind("/unlock/"), behind("/not-me/"));
        let unlock = unlock.unwrap_or_else(|| panic!("no unlock link in {}", self.text));
        let not_me = not_me.unwrap_or_else(|| panic!("no way to say no in {}", self.text));
        let (unlock, beside) = unlock.split_once('/').expect("both secrets stand in the address");
        assert_eq!(beside, not_me);
        (unlock.to_owned(), not_me.to_owned())
    }

    /// The six digits of a code letter.
    pub fn code(&self) -> String {
        let code = self
            .text
            .split_whitespace()
            .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("no code in {}", self.text)).to_owned()
    }
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

fn split(part: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.lines() {
        if let (true, Some(last)) = (line.starts_with([' ', '\t']), headers.last_mut()) {
            last.1.push(' ');
            last.1.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    (headers, body)
}

fn decode(encoding: &str, content: &str) -> String {
    match encoding {
        "base64" => {
            let joined: String = content.split_whitespace().collect();
            String::from_utf8(BASE64_STANDARD.decode(joined).unwrap()).unwrap()
        }
        "quoted-printable" => quoted_printable(content),
        _ => content.to_owned(),
    }
}

fn quoted_printable(content: &str) -> String {
    let bytes = content.as_bytes();
    let (mut out, mut i) = (Vec::new(), 0);
    while i < bytes.len() {
        match bytes[i] {
            b'=' if bytes.get(i + 1) == Some(&b'\n') => i += 2,
            b'=' => {
                out.push(u8::from_str_radix(&content[i + 1..i + 3], 16).unwrap());
                i += 3;
            }
            byte => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8(out).unwrap()
}
