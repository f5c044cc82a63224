//! Tells cargo that a release build holds the app: without this a newer app would not be taken in. A debug build reads the app from its
//! folder and needs nothing.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks with a build script through the environment"
)]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../app/dist");
    }
}
