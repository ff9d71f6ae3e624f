//! Photo download that waits by blocking the thread.
