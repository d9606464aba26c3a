//! Addresses that callbacks may reach: public ones, and those of hosts that the settings name.

use crate::error::{ApiError, Code};
use crate::settings::ServiceSettings;
use axum::http::Uri;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest address, in bytes.
const LONGEST: usize = 2_048;

/// Checks the form of a callback's address, and its host where that is an IP address.
///
/// # Errors
/// `CALLBACKS_OFF`, `CALLBACK_REFUSED`.
pub(crate) fn check_url(settings: &ServiceSettings, url: &str) -> Result<(), ApiError> {
    if !settings.allow_callbacks {
        return Err(ApiError::new(
            Code::CallbacksOff,
            "this service sends no callbacks; start it with --allow-callbacks",
        ));
    }
    let refuse = |why: &str| Err(ApiError::new(Code::CallbackRefused, format!("callback_url: {why}")));
    let Some(uri) = url.parse::<Uri>().ok().filter(|_| url.len() <= LONGEST) else {
        return refuse("not a valid address");
    };
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return refuse("an address begins with https:// or http://");
    }
    let Some(authority) = uri.authority().filter(|authority| !authority.as_str().contains('@')) else {
        return refuse("an address has a host, and no user name");
    };
    let host = bare(authority.host());
    match host.parse::<IpAddr>() {
        Ok(address) if !is_public(address) && !is_named(settings, host) => refuse(PRIVATE),
        _ if host.eq_ignore_ascii_case("localhost") && !is_named(settings, host) => refuse(PRIVATE),
        _ => Ok(()),
    }
}

/// Reason for which an address is refused.
pub(super) const PRIVATE: &str = "the host has a private address; name it with --callback-host";

/// Returns a host without the brackets of an IPv6 address.
pub(super) fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Returns true if the settings name a host.
pub(super) fn is_named(settings: &ServiceSettings, host: &str) -> bool {
    settings.callback_hosts.iter().any(|named| named.eq_ignore_ascii_case(host))
}

/// Returns true if an address is one of the public network.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Leaves out the special ranges of RFC 6890 and its successors.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Takes only global unicast addresses, without those that hide an IPv4 address.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let translated = (a == 0x64 && b == 0xff9b) || a == 0x2002 || (a == 0x2001 && b < 0x200);
    let documentation = (a == 0x2001 && b == 0xdb8) || a == 0x3fff;
    (0x2000..0x4000).contains(&a) && !translated && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_special_addresses_are_not_public() {
        let private = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
            "2001::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["93.184.216.34", "1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_other_forms_are_refused() {
        let mut settings = ServiceSettings::new("mixdown".into());
        let code = |settings: &ServiceSettings, url: &str| check_url(settings, url).err().map(|error| error.code());
        assert_eq!(code(&settings, "https://example.org/done"), Some(Code::CallbacksOff));
        settings.allow_callbacks = true;
        for good in ["https://example.org/done?x=1", "http://example.org:8080", "https://1.1.1.1/"] {
            assert_eq!(code(&settings, good), None, "{good}");
        }
        let bad = [
            "",
            "example.org",
            "/done",
            "ftp://example.org/",
            "https://user:word@example.org/",
            "http://127.0.0.1/",
            "http://[::1]:80/",
            "http://localhost/",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
        ];
        for bad in bad {
            assert_eq!(code(&settings, bad), Some(Code::CallbackRefused), "{bad}");
        }
        settings.callback_hosts.push("127.0.0.1".into());
        assert_eq!(code(&settings, "http://127.0.0.1:9/"), None);
    }
}
