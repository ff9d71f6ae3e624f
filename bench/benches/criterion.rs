//! The styles one download at a time (`latency`) and in batches (`throughput`), by criterion.

use std::cell::OnceCell;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use photo_bench::cli::criterion_fixture::{CriterionFixture, Work, timed_batch};
use photo_bench::cli::entry;
use photo_tests::{Downloader, Style};

const SIZES: [(&str, u64); 3] = [("1KiB", 1 << 10), ("32KiB", 32 << 10), ("1MiB", 1 << 20)];

/// The batch sizes of `throughput`; `latency` downloads one at a time.
const IN_FLIGHT: [usize; 2] = [16, 256];

const BATCH_BYTES: u64 = 32 << 10;

fn main() {
    entry::run_if_child();
    let fixture = CriterionFixture::open().expect("the server starts");
    let mut criterion = configured(Duration::from_millis(400), 25);
    latency(&mut criterion, &fixture);
    let mut criterion = configured(Duration::from_millis(600), 10);
    throughput(&mut criterion, &fixture);
    criterion.final_summary();
}

/// Times long enough for stable figures, within the minutes of a whole `cargo bench`. Arguments of the command line
/// override them.
fn configured(time: Duration, samples: usize) -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(time)
        .sample_size(samples)
        // criterion's default, 100,000, takes longer to compute and draw than all measuring.
        .nresamples(4_000)
        .configure_from_args()
}

/// One download at a time on a warm connection: what a style adds to a single photo.
fn latency(criterion: &mut Criterion, fixture: &CriterionFixture) {
    let mut group = criterion.benchmark_group("latency");
    for (size, bytes) in SIZES {
        let url = fixture.photo_url(bytes);
        let work = Work { downloads: 1, bytes, in_flight: 1 };
        for style in Style::ALL {
            // Made when it is needed: a filter may leave this one out.
            let client = OnceCell::new();
            group.bench_function(BenchmarkId::new(style.name(), size), |bencher| {
                let client = client.get_or_init(|| {
                    fixture.proven_client(style, work, |client| {
                        client.download(&url).map(|photo| photo.bytes.len() as u64)
                    })
                });
                bencher.iter(|| client.download(&url).expect("the server is good"));
            });
        }
    }
    group.finish();
}

/// Batches of downloads, some of them at once: how much a style gets done. A batch is timed from the start of its first
/// download, when all threads of the style are there, to the end of its last one.
fn throughput(criterion: &mut Criterion, fixture: &CriterionFixture) {
    let mut group = criterion.benchmark_group("throughput");
    group.sampling_mode(SamplingMode::Flat);
    for in_flight in IN_FLIGHT {
        // Enough that even the widest batch becomes steady, and the narrowest is no matter of single downloads.
        let downloads = 2 * in_flight.max(32);
        group.throughput(Throughput::Elements(downloads as u64));
        let url = fixture.photo_url(BATCH_BYTES);
        let work = Work { downloads, bytes: BATCH_BYTES, in_flight };
        for style in Style::ALL {
            // Made when it is needed: a filter may leave this one out.
            let client = OnceCell::new();
            group.bench_function(BenchmarkId::new(style.name(), in_flight), |bencher| {
                let batch = |client: &dyn Downloader| timed_batch(client, &url, work);
                let client = client.get_or_init(|| {
                    fixture.proven_client(style, work, |client| batch(client).map(|batch| batch.bytes))
                });
                bencher.iter_custom(|batches| {
                    (0..batches).map(|_| batch(&**client).expect("the server is good").wall).sum()
                });
            });
        }
    }
    group.finish();
}
