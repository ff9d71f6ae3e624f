//! Photo download that waits by .await.
