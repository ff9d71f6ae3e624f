//! Photo download that waits by being called back.
