//! What a Zstandard frame says about itself.

use chunkwise_core::BoxError;
use zarrs::array::codec::{CodecChain, ZstdCodec};

/// Bytes by which what is compressed may be longer than the elements: checksums.
const MARGIN: u64 = 1 << 10;

/// Refuses a damaged chunk that says it is longer than chunks are: the codec asks for so much memory, which may end the
/// process.
pub(super) fn check_length(codecs: &CodecChain, encoded: &[u8], decoded: u64) -> Result<(), BoxError> {
    let last = codecs.bytes_to_bytes_codecs().last();
    if !last.is_some_and(|codec| codec.as_any().is::<ZstdCodec>()) {
        return Ok(());
    }
    match content_size(encoded) {
        Some(size) if size > decoded + MARGIN => {
            Err(format!("says that it decodes to {size} bytes instead of {decoded}").into())
        }
        _ => Ok(()),
    }
}

/// The size of what a frame holds, if it says so: section 3.1.1.1 of RFC 8878.
fn content_size(frame: &[u8]) -> Option<u64> {
    let (magic, rest) = frame.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*magic) != 0xfd2f_b528 {
        return None;
    }
    let (&descriptor, rest) = rest.split_first()?;
    let single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let rest = rest.get(usize::from(!single) + dictionary..)?;
    match descriptor >> 6 {
        0 if single => rest.first().map(|&size| size.into()),
        0 => None,
        1 => rest.first_chunk().map(|size| u64::from(u16::from_le_bytes(*size)) + 256),
        2 => rest.first_chunk().map(|size| u32::from_le_bytes(*size).into()),
        _ => rest.first_chunk().map(|size| u64::from_le_bytes(*size)),
    }
}
