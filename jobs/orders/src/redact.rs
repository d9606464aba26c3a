//! Secrets of URLs, kept out of messages and records.

/// Characters that end a URL inside a message.
const ENDS: [char; 8] = [' ', '\t', '\n', '\r', '"', '\'', '>', ')'];

/// Returns the text with the secrets of every URL in it left out: user names and passwords, query
/// strings (signatures of presigned URLs stand there), and fragments.
pub fn redact(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let (before, url) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = url.find(ENDS).unwrap_or(url.len());
        shown.push_str(&without_secrets(&url[..end]));
        rest = &url[end..];
    }
    shown + rest
}

/// Returns a URL after its scheme, without its secrets.
fn without_secrets(url: &str) -> String {
    let start = credentials_end(url);
    let url = &url[start..];
    match url.find(['?', '#']) {
        Some(at) => format!("{}…", &url[..=at]),
        None => url.to_owned(),
    }
}

/// Returns the end of user name and password in a URL after its scheme; 0 where there are none.
fn credentials_end(url: &str) -> usize {
    let authority_end = url.find(['/', '?', '#']).unwrap_or(url.len());
    let authority = &url[..authority_end];
    if let Some(at) = authority.rfind('@') {
        return at + 1;
    }
    // Secret keys may contain characters that end an authority where they are not escaped.
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let is_password = port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit()));
    if is_password { url.rfind('@').map_or(authority_end, |at| at + 1) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_urls_are_left_out() {
        for (text, expected) in [
            ("s3://bucket/a b.wav", "s3://bucket/a b.wav"),
            ("https://user:pass@host/a.wav", "https://host/a.wav"),
            ("https://user@host:80/a.wav", "https://host:80/a.wav"),
            ("s3://key:sec/ret+@bucket/a.wav", "s3://bucket/a.wav"),
            ("s3://key:sec/ret", "s3:///ret"),
            ("http://[::1]:5000/b/a@b.wav", "http://[::1]:5000/b/a@b.wav"),
            (
                "error (https://h/k?X-Amz-Signature=abc&x=1), then \"gs://b/k#tok\": gone",
                "error (https://h/k?…), then \"gs://b/k#…\": gone",
            ),
            ("no address: a//b ?q=1", "no address: a//b ?q=1"),
            ("drüms://ä?ß", "drüms://ä?…"),
        ] {
            assert_eq!(redact(text), expected, "{text}");
        }
    }
}
