//! The shared test data.

/// Their folder; without it the tests that need it say so and end.
#[expect(
    clippy::disallowed_methods,
    reason = "the one word by which CI tells tests where shared data lies"
)]
pub(crate) fn folder() -> Option<String> {
    let folder = std::env::var("YIPING_TEST_DATA").ok();
    if folder.is_none() {
        eprintln!("skipped: YIPING_TEST_DATA is not set");
    }
    folder
}
