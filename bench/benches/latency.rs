//! One download at a time on a warm connection: what a style adds to a single photo.

use std::cell::OnceCell;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use photo_bench::lab::{Lab, Work};
use photo_bench::role;
use photo_tests::Contender;

const SIZES: [(&str, u64); 3] = [("1KiB", 1 << 10), ("32KiB", 32 << 10), ("1MiB", 1 << 20)];

fn main() {
    role::run_if_child();
    let lab = Lab::open().expect("the server starts");
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        // Ten times as many would be drawn as well, and take longer than all measuring.
        .nresamples(10_000)
        .configure_from_args();
    latency(&mut criterion, &lab);
    criterion.final_summary();
}

fn latency(criterion: &mut Criterion, lab: &Lab) {
    let mut group = criterion.benchmark_group("latency");
    for (size, bytes) in SIZES {
        let url = lab.photo_url(bytes);
        let work = Work { downloads: 1, bytes, in_flight: 1 };
        for contender in Contender::ALL {
            // Made when it is needed: a filter may leave this one out.
            let client = OnceCell::new();
            group.bench_function(BenchmarkId::new(contender.name(), size), |bencher| {
                let client = client
                    .get_or_init(|| lab.proven_client(contender, work, |client| vec![client.download(&url)]));
                bencher.iter(|| client.download(&url).expect("the server is good"));
            });
        }
    }
    group.finish();
}
