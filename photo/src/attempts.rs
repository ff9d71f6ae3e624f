//! The order in which addresses are tried, and how soon: RFC 8305, "Happy Eyeballs".

use std::net::SocketAddr;
use std::time::Duration;

/// Time that an attempt to connect has before the next address is tried as well (RFC 8305, section 5).
///
/// The attempts then run in parallel. The first connection wins, and the others are closed. An attempt that fails
/// starts the next one at once.
pub const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The addresses with alternating families: a family that does not work costs one delay (section 4).
///
/// The family of the first address stays first, and the order within a family stays as the resolver has it.
pub(crate) fn interleaved(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(first) = addresses.first().copied() else { return addresses };
    let count = addresses.len();
    let is_first_family = |address: &SocketAddr| address.is_ipv4() == first.is_ipv4();
    let (same, other): (Vec<_>, Vec<_>) = addresses.into_iter().partition(is_first_family);
    let (mut same, mut other) = (same.into_iter(), other.into_iter());
    let mut by_turns = Vec::with_capacity(count);
    while by_turns.len() < count {
        by_turns.extend(same.next());
        by_turns.extend(other.next());
    }
    by_turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_come_by_turns_and_keep_their_order() {
        let addresses = |text: &str| -> Vec<SocketAddr> {
            text.split_ascii_whitespace().map(|address| address.parse().unwrap()).collect()
        };
        for (found, expected) in [
            ("", ""),
            ("1.1.1.1:1", "1.1.1.1:1"),
            ("[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1", "[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1"),
            ("1.1.1.1:1 2.2.2.2:1 [::1]:1 [::2]:1", "1.1.1.1:1 [::1]:1 2.2.2.2:1 [::2]:1"),
            ("[::1]:1 1.1.1.1:1 2.2.2.2:1", "[::1]:1 1.1.1.1:1 2.2.2.2:1"),
        ] {
            assert_eq!(interleaved(addresses(found)), addresses(expected));
        }
    }
}
