//! What one call of a plugin could leave for the next one, in memory.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

/// Calls that this memory has seen.
static CALLS: AtomicU32 = AtomicU32::new(0);

/// Bytes that are looked through and written: most of what a call may have.
const BYTES: usize = 24 << 20;
/// Nothing else in memory looks like it.
const MARK: u64 = 0x7472_6163_6573_2121;

/// Counts what an earlier call has left: one for the counter, one for each mark in fresh memory. Then leaves all of it.
pub fn find_and_leave() -> u64 {
    let earlier = u64::from(CALLS.fetch_add(1, Ordering::Relaxed) > 0);
    let mut words: Vec<u64> = Vec::with_capacity(BYTES / 8);
    let fresh = words.spare_capacity_mut();
    let mut marks = 0;
    for word in fresh.iter_mut() {
        // SAFETY: not sound in general, because the memory was never written by this program; a memory of WebAssembly has a
        // value in every byte all the same, and what it is is the question here.
        let value = unsafe { word.as_ptr().read_volatile() };
        marks += u64::from(value == MARK);
        word.write(MARK);
    }
    black_box(&mut words);
    // Neither freed nor dropped: it lies there when the call has ended.
    std::mem::forget(words);
    earlier + marks
}
