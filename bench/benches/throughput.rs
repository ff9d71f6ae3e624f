//! Batches of downloads, some of them at once: how much a style gets done.

use std::cell::OnceCell;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use photo_bench::lab::{Lab, Work};
use photo_bench::role;
use photo_tests::Contender;

const BYTES: u64 = 32 << 10;

const IN_FLIGHT: [usize; 4] = [1, 16, 64, 256];

/// So that even the widest batch is not over before it has become steady.
const BATCH: usize = 512;

fn main() {
    role::run_if_child();
    let lab = Lab::open().expect("the server starts");
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        // Ten times as many would be drawn as well, and take longer than all measuring.
        .nresamples(10_000)
        .configure_from_args();
    throughput(&mut criterion, &lab);
    criterion.final_summary();
}

fn throughput(criterion: &mut Criterion, lab: &Lab) {
    let mut group = criterion.benchmark_group("throughput");
    group.throughput(Throughput::Elements(BATCH as u64)).sampling_mode(SamplingMode::Flat);
    let urls = vec![lab.photo_url(BYTES); BATCH];
    for in_flight in IN_FLIGHT {
        let work = Work { downloads: BATCH, bytes: BYTES, in_flight };
        for contender in Contender::ALL {
            // Made when it is needed: a filter may leave this one out.
            let client = OnceCell::new();
            group.bench_function(BenchmarkId::new(contender.name(), in_flight), |bencher| {
                let client = client.get_or_init(|| {
                    lab.proven_client(contender, work, |client| client.many(&urls, in_flight))
                });
                bencher.iter(|| client.many(&urls, in_flight));
            });
        }
    }
    group.finish();
}
