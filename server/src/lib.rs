//! Who serves the photos: a deterministic HTTP server with scriptable faults.
