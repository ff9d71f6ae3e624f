//! The meaning of the load bench's options.

use super::*;

pub(crate) fn options(words: &str) -> Options {
    parse(words).unwrap()
}

fn parse(words: &str) -> Result<Options, String> {
    let words = ["load"].into_iter().chain(words.split_whitespace());
    Options::try_parse_from(words).map_err(|error| error.to_string())
}

#[test]
fn the_options_of_the_readme_are_understood() {
    let words = "--bench --quick --styles smol,floor --in-flight 1,64 --bytes 1000 --delay-ms 5 --count 7 \
                 --json f.json --rounds 2 --seed 9 load/5ms";
    let options = parse(words).unwrap();
    assert_eq!(options.subjects(Mode::Closed), ["floor", "smol"].map(|name| name.parse().unwrap()));
    assert_eq!((options.in_flight.as_slice(), options.bytes()), ([1, 64].as_slice(), 1000));
    assert_eq!((options.rounds(), options.common.seed, options.count), (2, Some(9), Some(7)));
    assert!(options.common.selects("load/5ms/1/smol") && !options.common.selects("load/50ms/1/smol"));
    assert!(!options.common.is_test());
}

#[test]
fn peers_take_part_where_they_are_wanted_and_able() {
    let is_peer = |subject: &Subject| matches!(subject, Subject::Peer(_));
    let peers = |words: &str, mode| {
        options(words).subjects(mode).into_iter().filter(is_peer).map(Subject::name).collect::<Vec<_>>()
    };
    let on_linux = usize::from(cfg!(target_os = "linux"));
    assert_eq!(peers("", Mode::Closed).len(), if cfg!(feature = "peers") { 4 + on_linux } else { 0 });
    for mode in [Mode::Open, Mode::Cost, Mode::Waits, Mode::Scale] {
        assert!(peers("", mode).is_empty(), "{mode:?}");
    }
    assert_eq!(peers("--styles ureq-per-thread,tokio", Mode::Open), ["ureq-per-thread"]);
    #[cfg(feature = "peers")]
    {
        assert_eq!(peers("--styles curl", Mode::Cost), ["curl"]);
        assert!(peers("--styles curl", Mode::Open).is_empty());
    }
}

#[test]
fn bad_values_are_refused() {
    for (words, why) in [
        ("--styles threads", "there are floor, blocking, ureq, callbacks, tokio"),
        ("--in-flight 0", "0 is not in 1..=1000000"),
        ("--in-flight many", "invalid digit"),
        ("--bytes 3", "a jpeg has"),
        ("--delay-ms 99999", "not in 0..=10000"),
        ("--count 0", "0 is not in 1.."),
        ("--rate 0", "0 is not in 1.."),
        ("--worker python3", "use NAME=COMMAND"),
        ("--worker tokio=x", "the name tokio is taken"),
        ("--self-check --open", "cannot be used with"),
        ("--tls --open", "cannot be used with"),
        ("--connections new", "[possible values: kept, fresh]"),
        ("--url http://localhost/ --bytes 1000", "cannot be used with"),
        ("--speed 3", "unexpected argument"),
    ] {
        let refusal = parse(words).unwrap_err();
        assert!(refusal.contains(why), "{words}: {refusal}");
    }
}

#[test]
fn options_of_criterion_are_accepted() {
    let words = "--save-baseline x --noplot --sample-size 10 --warm-up-time 1 --measurement-time 2 --verbose \
                 --color always --nresamples 9 --noise-threshold 0.1 --confidence-level 0.9 --bench \
                 --significance-level 0.1 --plotting-backend plotters --output-format bencher --nocapture";
    assert!(!parse(words).unwrap().common.is_for_criterion_alone());
    assert!(parse("--profile-time 5").unwrap().common.is_for_criterion_alone());
    for words in ["-b x", "-s x", "-n -v", "-c never", "--baseline-lenient x --quiet", "--discard-baseline"] {
        parse(words).unwrap();
    }
}

#[test]
fn without_cargo_bench_everything_is_only_tried() {
    assert!(parse("").unwrap().common.is_test());
    assert!(parse("--bench --test").unwrap().common.is_test());
    assert_eq!(parse("--bench").unwrap().rounds(), ROUNDS);
    assert_eq!(parse("--bench --quick").unwrap().rounds(), 1);
    assert_eq!(parse("--test --rounds 5").unwrap().rounds(), 1);
}

#[test]
fn a_run_is_full_if_nothing_narrows_it() {
    for words in ["", "--closed", "--all", "--rounds 30", "--save-baseline x --json f"] {
        assert!(options(&format!("--bench {words}")).is_full(), "{words}");
    }
    for words in ["--quick", "--in-flight 256", "--styles tokio", "--open", "--rounds 5", "tokio", "--tls"] {
        assert!(!options(&format!("--bench {words}")).is_full(), "{words}");
    }
}

#[test]
fn groups_that_options_choose_have_longer_rounds() {
    for (words, is_default) in
        [("", true), ("--styles tokio", true), ("--closed", false), ("--in-flight 9", false), ("x", false)]
    {
        let options = options(&format!("--bench {words}"));
        assert_eq!(options.round() == RoundLength::SHORT, is_default, "{words}");
    }
}

#[test]
fn parts_are_those_named_or_described_or_all() {
    const ALL: [Mode; 5] = [Mode::Closed, Mode::Open, Mode::Cost, Mode::Waits, Mode::Scale];
    for (words, parts) in [
        ("", ALL.as_slice()),
        ("--all --bench", &ALL),
        ("--bench --quick --styles tokio --rounds 2", &[Mode::Closed]),
        ("--in-flight 8", &[Mode::Closed]),
        ("--url http://localhost/", &[Mode::Closed]),
        ("--tls", &[Mode::Closed]),
        ("--rate 100", &[Mode::Open]),
        ("--rate 100 --delay-ms 5", &[Mode::Open]),
        ("--rate 100 --open", &[Mode::Open]),
        ("--waits --scale --delay-ms 5", &[Mode::Waits, Mode::Scale]),
    ] {
        let options = options(words);
        let found: Vec<_> = ALL.into_iter().filter(|mode| options.has(*mode)).collect();
        assert!(found == parts, "{words}: {found:?}");
    }
    assert!(options("--waits").names(Mode::Waits) && !options("").names(Mode::Waits));
}
