//! A cache of prepared scripts.

use std::collections::HashMap;

use crate::script::Script;

/// Space for the largest photo, or for some thousand usual ones.
const MAX_BYTES: usize = 128 << 20;
const MAX_HEADS: usize = 1 << 14;
const MAX_HEAD_BYTES: usize = 16 << 20;

/// Finds scripts by request heads, byte for byte, and by targets.
///
/// If a limit is reached, all scripts are dropped; those in use are prepared once more.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    by_head: HashMap<Box<[u8]>, Script>,
    by_target: HashMap<String, Script>,
    head_bytes: usize,
    script_bytes: usize,
}

impl Cache {
    /// The fast path: a head seen before needs no parsing.
    pub(crate) fn by_head(&self, head: &[u8]) -> Option<Script> {
        self.by_head.get(head).cloned()
    }

    pub(crate) fn by_target(&self, target: &str) -> Option<Script> {
        self.by_target.get(target).cloned()
    }

    pub(crate) fn keep_target(&mut self, target: String, script: &Script) {
        let size = target.len() + script.bytes();
        if size > MAX_BYTES {
            return;
        }
        if self.script_bytes + size > MAX_BYTES {
            *self = Self::default();
        }
        self.script_bytes += size;
        self.by_target.insert(target, script.clone());
    }

    /// Keeps a script by its head. Call [`Cache::keep_target`] with the same script first: it counts the bytes that
    /// both share.
    pub(crate) fn keep_head(&mut self, head: &[u8], script: &Script) {
        if script.bytes() > MAX_BYTES {
            return;
        }
        if self.by_head.len() == MAX_HEADS || self.head_bytes + head.len() > MAX_HEAD_BYTES {
            self.by_head.clear();
            self.head_bytes = 0;
        }
        if self.by_head.insert(head.into(), script.clone()).is_none() {
            self.head_bytes += head.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Step;

    #[test]
    fn kept_scripts_are_found() {
        let mut cache = Cache::default();
        let script = Script::new(vec![Step::Stall]);
        cache.keep_target("/a".into(), &script);
        cache.keep_head(b"GET /a", &script);
        assert!(cache.by_target("/a").is_some());
        assert!(cache.by_head(b"GET /a").is_some());
        assert!(cache.by_head(b"GET /b").is_none());
    }

    #[test]
    fn it_never_holds_more_than_its_limits() {
        let mut cache = Cache::default();
        let script = Script::new(vec![Step::send(vec![0; MAX_BYTES / 5])]);
        for index in 0..20 {
            cache.keep_target(index.to_string(), &script);
            assert!(cache.by_target(&index.to_string()).is_some());
            assert!(cache.script_bytes <= MAX_BYTES && cache.by_target.len() < 5);
        }
        for index in 0..=MAX_HEADS {
            cache.keep_head(index.to_string().as_bytes(), &script);
        }
        assert_eq!(cache.by_head.len(), 1);
    }
}
