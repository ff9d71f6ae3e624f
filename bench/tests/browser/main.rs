//! The report in a real browser, where there is one: made from the newest recorded run, and looked at as people do.

mod chromium;

use std::path::{Path, PathBuf};

use chromium::{Chromium, url};
use photo_bench::output::markdown;
use photo_bench::output::report;
use photo_bench::record::run::Run;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Screens: width, height, and whether it is a phone.
const SCREENS: [(u32, u32, bool); 3] = [(1440, 900, false), (768, 1024, false), (360, 740, true)];

/// A sheet of paper.
const A4: (u32, u32) = (794, 1123);

/// The least width of a readable picture.
const LEAST_WIDTH: f64 = 200.0;

/// Each picture: its name, its width, and whether it is shown.
const PICTURES: &str = "[...document.querySelectorAll('svg')].map(svg => [svg.parentElement.ariaLabel, \
    svg.getBoundingClientRect().width, svg.checkVisibility()])";

/// The number of picture parts and table rows of `blocking`, and of the shown ones.
const OF_BLOCKING: &str = "(() => { const all = [...document.querySelectorAll(\
    '.plot g.is-blocking, tr.is-blocking')]; \
    return [all.length, all.filter(it => getComputedStyle(it).display != 'none').length] })()";

/// The number of parts and rows of all others, and of the shown ones.
const OF_OTHERS: &str = "(() => { const all = [...document.querySelectorAll(\
    '.plot g:not(.is-blocking), tr[class^=is-]:not(.is-blocking)')]; \
    return [all.length, all.filter(it => getComputedStyle(it).display != 'none').length] })()";

#[test]
fn the_report_is_shown_well_and_asks_for_nothing() {
    let Some(mut chromium) = Chromium::start() else { return };
    let (_folder, page) = newest_report();
    for screen in SCREENS {
        for scheme in ["light", "dark"] {
            chromium.resize(screen.0, screen.1, screen.2);
            chromium.emulate("screen", scheme);
            chromium.open(&page);
            let what = format!("{screen:?}, {scheme}");
            assert_pictures_are_shown(&mut chromium, &what);
            let room = chromium.evaluate("[document.documentElement.scrollWidth, innerWidth]");
            assert!(room[0].as_f64() <= room[1].as_f64(), "{what}: the page scrolls sideways: {room}");
            let paper = chromium.evaluate("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper == "rgb(20, 23, 27)", scheme == "dark", "{what}: {paper}");
            assert_eq!(chromium.complaints(), Vec::<&Value>::new(), "{what}");
            assert_eq!(elsewhere(&chromium, &page), Vec::<&str>::new(), "{what}");
        }
    }
    chromium.resize(A4.0, A4.1, false);
    chromium.emulate("print", "light");
    assert_pictures_are_shown(&mut chromium, "print");
    assert_eq!(chromium.evaluate("document.querySelector('.filter').checkVisibility()"), false);
}

#[test]
fn the_answer_and_its_figures_are_on_the_first_screen() {
    let Some(mut chromium) = Chromium::start() else { return };
    let (_folder, page) = newest_report();
    chromium.resize(1280, 800, false);
    chromium.open(&page);
    let bottoms =
        "['.answer', '.machine table'].map(it => document.querySelector(it).getBoundingClientRect().bottom)";
    let bottoms = chromium.evaluate(bottoms);
    assert!(bottoms[0].as_f64() < Some(300.0) && bottoms[1].as_f64() < Some(800.0), "{bottoms}");
}

#[test]
fn the_filter_hides_a_style_everywhere_and_shows_it_again() {
    const ALL: (bool, bool) = (true, false);
    const NONE: (bool, bool) = (false, true);
    let Some(mut chromium) = Chromium::start() else { return };
    let (_folder, page) = newest_report();
    chromium.resize(1280, 800, false);
    chromium.open(&page);
    chromium.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)");
    let shown = |chromium: &mut Chromium, what| {
        let counts = chromium.evaluate(what);
        assert!(counts[0].as_u64() >= Some(20), "{what}: {counts}");
        (counts[1] == counts[0], counts[1] == 0)
    };
    assert_eq!(shown(&mut chromium, OF_BLOCKING), ALL);
    chromium.click("label:has(#show-blocking)");
    assert_eq!(shown(&mut chromium, OF_BLOCKING), NONE);
    assert_eq!(shown(&mut chromium, OF_OTHERS), ALL);
    chromium.click("label:has(#show-blocking)");
    assert_eq!(shown(&mut chromium, OF_BLOCKING), ALL);
    assert_eq!(chromium.complaints(), Vec::<&Value>::new());
}

/// So that the silence of the other tests means something.
#[test]
fn the_policy_of_the_page_keeps_requests_in() {
    let Some(mut chromium) = Chromium::start() else { return };
    let (_folder, page) = newest_report();
    chromium.open(&page);
    chromium.evaluate(
        "void (document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/cat.gif'})))",
    );
    chromium.wait_for("Log.entryAdded");
    let complaints = json!(chromium.complaints()).to_string();
    assert!(complaints.contains("Content Security Policy"), "{complaints}");
    let blocked = "performance.getEntriesByType('resource').filter(it => it.transferSize > 0).length";
    assert_eq!(chromium.evaluate(blocked), 0);
}

fn newest_report() -> (TempDir, PathBuf) {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let run =
        Run::read(&markdown::newest(&results, "load").expect("a recorded run")).expect("it can be read");
    let folder = tempfile::tempdir().expect("a folder");
    let page = report::write(folder.path(), &[run]).expect("the report can be made");
    (folder, page)
}

#[track_caller]
fn assert_pictures_are_shown(chromium: &mut Chromium, what: &str) {
    let pictures = chromium.evaluate(PICTURES);
    let pictures = pictures.as_array().expect("a list");
    assert!(pictures.len() > 10, "{what}: {} pictures", pictures.len());
    for picture in pictures {
        assert!(picture[0].as_str().is_some_and(|name| name.len() > 20), "{what}: {picture} has no name");
        assert!(picture[1].as_f64() > Some(LEAST_WIDTH) && picture[2] == true, "{what}: {picture}");
    }
}

/// Requests for anything but the page.
fn elsewhere<'a>(chromium: &'a Chromium, page: &Path) -> Vec<&'a str> {
    let page = url(page);
    let requests = chromium.requests();
    assert!(requests.contains(&page.as_str()), "{requests:?}");
    requests.into_iter().filter(|url| *url != page && !url.starts_with("data:")).collect()
}
