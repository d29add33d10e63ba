//! Programs that must not compile, and what the compiler says of them.
//!
//! The messages are part of the interface: a wrong type should lead to the right one. They are those of the toolchain
//! that CI uses; write them anew with `TRYBUILD=overwrite cargo test -p chunkwise-tests --test compile_fail`.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
