//! Rule 6: panics.

use photo_tests::suite;

use crate::story::{millis, panic_of_run, start};

suite! { once:
    rule_6_a_panic_leaves_run_and_loses_no_other_download,
    rule_6_a_panic_in_offloaded_work_comes_out_of_run,
}

fn rule_6_a_panic_leaves_run_and_loses_no_other_download() {
    let (site, client, story) = start();
    for i in 0..5 {
        client.download(&site.url("/photo?delay_ms=150"), story.result(&format!("slow {i}")));
    }
    client.download("no URL", |_| panic!("of a bad one"));
    client.download("no URL", story.result("bad"));
    client.download(&site.url("/photo"), |_| panic!("of a good one"));
    client.after(millis(50), || panic!("of a timer"));
    let mut panics = [(); 3].map(|()| panic_of_run(&client));
    panics.sort();
    assert_eq!(panics, ["of a bad one", "of a good one", "of a timer"]);
    client.run();
    story.assert_has(&[
        "bad InvalidUrl",
        "slow 0 Photo",
        "slow 1 Photo",
        "slow 2 Photo",
        "slow 3 Photo",
        "slow 4 Photo",
    ]);
    assert_eq!(site.counters().requests, 6);
}

fn rule_6_a_panic_in_offloaded_work_comes_out_of_run() {
    let (site, client, story) = start();
    client.offload(|| panic!("of the work"), |()| unreachable!("there is no result"));
    client.download(&site.url("/photo?delay_ms=100"), story.result("other"));
    assert_eq!(panic_of_run(&client), "of the work");
    client.run();
    story.assert_is(&["other Photo"]);
    client.offload(|| 42, story.value());
    client.run();
    story.assert_is(&["other Photo", "42"]);
}
