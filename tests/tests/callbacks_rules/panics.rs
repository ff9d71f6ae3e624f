//! Rule 6: panics.

use photo_tests::{Site, within};

use crate::story::{Story, client, millis, panic_of_run};

#[test]
fn rule_6_a_panic_leaves_run_and_loses_no_other_download() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
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
    });
}

#[test]
fn rule_6_a_panic_in_offloaded_work_comes_out_of_run() {
    within(|| {
        let site = Site::start();
        let (client, story) = (client(&site), Story::default());
        client.offload(|| panic!("of the work"), |()| unreachable!("there is no result"));
        client.download(&site.url("/photo?delay_ms=100"), story.result("other"));
        assert_eq!(panic_of_run(&client), "of the work");
        client.run();
        story.assert_is(&["other Photo"]);
        let after = story.clone();
        client.offload(|| 42, move |n| after.tell(n.to_string()));
        client.run();
        story.assert_is(&["other Photo", "42"]);
    });
}
