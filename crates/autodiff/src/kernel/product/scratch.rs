//! Room for packed operands: one piece for each thread, kept from product to product.

use std::cell::Cell;
use std::mem::MaybeUninit;

/// A line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    _bytes: [MaybeUninit<u8>; 64],
}

const EMPTY: Line = Line {
    _bytes: [MaybeUninit::uninit(); 64],
};

thread_local! {
    static ROOM: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Calls `f` with room for `count` numbers, at the beginning of a line and not yet written.
pub(super) fn with<T: Copy, R>(count: usize, f: impl FnOnce(*mut T) -> R) -> R {
    let bytes = count
        .checked_mul(size_of::<T>())
        .expect("packed operands that memory can hold");
    // Taken out while it is used: a product within `f` finds its own.
    let mut room = ROOM.take();
    let lines = bytes.div_ceil(64);
    if room.len() < lines {
        room.resize(lines, EMPTY);
    }
    let result = f(room.as_mut_ptr().cast());
    ROOM.set(room);
    result
}
