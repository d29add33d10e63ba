//! What the tests of the public interface share.
