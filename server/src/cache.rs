//! A cache of prepared scripts.

use std::collections::HashMap;

use crate::script::Script;

/// Space for the largest photo, or for some thousand usual ones.
const MAX_BYTES: usize = 128 << 20;

/// Finds scripts by request heads, byte for byte, and by what they ask for, which several heads may share.
///
/// If the limit is reached, all scripts are dropped; those in use are prepared once more.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    scripts: HashMap<Box<[u8]>, Script>,
    bytes: usize,
}

impl Cache {
    pub(crate) fn find(&self, key: &[u8]) -> Option<Script> {
        self.scripts.get(key).cloned()
    }

    /// Keeps a script, unless it alone has more bytes than there is space.
    pub(crate) fn keep(&mut self, key: &[u8], script: &Script) {
        let size = key.len() + script.bytes();
        if size > MAX_BYTES {
            return;
        }
        if self.bytes + size > MAX_BYTES {
            *self = Self::default();
        }
        self.bytes += size;
        self.scripts.insert(key.into(), script.clone());
    }

    /// Keeps the script of `known`, if there is one, by one more key.
    pub(crate) fn keep_also(&mut self, key: &[u8], known: &[u8]) {
        if let Some(script) = self.find(known)
            && self.bytes + key.len() <= MAX_BYTES
            && self.scripts.insert(key.into(), script).is_none()
        {
            self.bytes += key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Step;

    #[test]
    fn it_never_holds_more_than_its_limit() {
        let mut cache = Cache::default();
        let script = Script::new(vec![Step::send(vec![0; MAX_BYTES / 5])]);
        for index in 0..20_u8 {
            cache.keep(&[index], &script);
            cache.keep_also(&[index, index], &[index]);
            assert!(cache.find(&[index]).is_some() && cache.find(&[index, index]).is_some());
            assert!(cache.bytes <= MAX_BYTES && cache.scripts.len() <= 8);
        }
        let too_large = Script::new(vec![Step::send(vec![0; MAX_BYTES])]);
        cache.keep(b"key", &too_large);
        cache.keep_also(b"other key", b"key");
        assert!(cache.find(b"key").is_none() && cache.find(b"other key").is_none());
    }
}
