//! One benchmark, run against every style: latency and throughput under concurrent load.
