//! The signature of a callback, by which its receiver knows the sender.

use hmac::{Hmac, KeyInit, Mac};
use mixdown_shell::job::hex;
use sha2::Sha256;

/// Name of the header with the signature.
pub(super) const SIGNATURE: &str = "X-Mixdown-Signature";
/// Name of the header with the time of signing, in seconds since 1970.
pub(super) const TIMESTAMP: &str = "X-Mixdown-Timestamp";

/// Returns `sha256=` and the HMAC-SHA-256 of the time, a dot and the body, in hexadecimal digits.
pub(super) fn signature(key: &str, seconds: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    format!("sha256={}", hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_openssl_computes() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
        let expected = "sha256=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23";
        assert_eq!(signature("0123456789abcdef", 1_700_000_000, b"{\"a\":1}"), expected);
    }
}
