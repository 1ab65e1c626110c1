//! Whatever a file claims, reading it takes a small multiple of its own length.
#![expect(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use tapegrad_nn::{Checkpoint, Dense, LoadProblem, Section, Sequential};

thread_local! {
    /// Bytes of this thread that were given out and not given back, and the most that there were.
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

fn more(bytes: usize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

fn less(bytes: usize) {
    // What another thread gave out may be given back here.
    LIVE.set(LIVE.get().saturating_sub(bytes));
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        more(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        less(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were live at once in `f`, beside those that were before.
fn peak<R>(f: impl FnOnce() -> R) -> (usize, R) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = f();
    (PEAK.get() - before, result)
}

fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    !bytes.into_iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))
        })
    })
}

/// A file without payloads, with the right length and checksum.
fn file(header: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89TAPE\r\n\x1a".to_vec();
    bytes.extend(1_u32.to_le_bytes());
    let length = (32 + header.len()).next_multiple_of(64);
    let lengths = [length as u64, header.len() as u64]
        .map(u64::to_le_bytes)
        .concat();
    let checked = bytes.iter().chain(&lengths).chain(header);
    let checksum = crc32(checked.copied());
    bytes.extend(checksum.to_le_bytes());
    bytes.extend(lengths);
    bytes.extend(header);
    bytes.resize(length, 0);
    bytes
}

/// Headers that claim 2⁶² of something, at each depth; bincode asks for no more than a megabyte of a
/// list at first.
#[test]
fn huge_claims_take_little_memory() {
    const HUGE: u64 = 1 << 62;
    const ROOM: usize = 4 << 20;
    let lists: &[(&str, &[u64])] = &[
        ("sections", &[HUGE]),
        ("a section's name", &[1, HUGE]),
        ("its state", &[1, 0, HUGE]),
        ("its arrays", &[1, 0, 0, HUGE]),
        ("an array's name", &[1, 0, 0, 1, HUGE]),
        ("its role", &[1, 0, 0, 1, 0, HUGE]),
    ];
    let mut headers: Vec<(&str, Vec<u8>)> = lists
        .iter()
        .map(|(what, numbers)| {
            (
                *what,
                numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
            )
        })
        .collect();
    let array = |shape: &[u64], length: u64| {
        let mut header: Vec<u8> = [1, 0, 0, 1, 0, 0]
            .iter()
            .flat_map(|x: &u64| x.to_le_bytes())
            .collect();
        header.extend(0_u32.to_le_bytes());
        header.extend(shape.iter().flat_map(|x| x.to_le_bytes()));
        header.extend([0, length].iter().flat_map(|x: &u64| x.to_le_bytes()));
        header.extend(0_u32.to_le_bytes());
        header
    };
    headers.push(("a shape", array(&[HUGE], 0)));
    headers.push(("a size", array(&[1, HUGE], 0)));
    headers.push(("sizes beside 0", array(&[3, HUGE, HUGE, 0], 0)));
    headers.push(("a payload", array(&[1, HUGE / 4], HUGE)));
    headers.push(("a payload's length", array(&[1, 1], HUGE)));
    for (what, header) in headers {
        let bytes = file(&header);
        let (peak, outcome) = peak(|| Checkpoint::from_bytes(&bytes).map(drop));
        let problem = outcome.expect_err(what);
        assert!(
            matches!(problem, LoadProblem::Malformed { .. }),
            "{what}: {problem}"
        );
        assert!(
            peak <= ROOM,
            "{what}: {peak} bytes for a file of {}",
            bytes.len()
        );
    }
}

/// Files that say as much as they can in few bytes: a hundred thousand empty arrays. Of each, some 60
/// bytes of header become 112 of a list that doubles, 152 of a tree that is half empty, and 40 of
/// shared storage: up to 112 · 1.5 + 152 · 2 + 40, which is less than ten times as many.
#[test]
fn many_small_things_take_a_small_multiple() {
    let mut section = tapegrad_nn::Section::new();
    for number in 0..100_000 {
        section.insert::<f32>(&number.to_string(), "", Vec::new());
    }
    let bytes = Checkpoint::new().with("", section).to_bytes();
    let (peak, checkpoint) = peak(|| Checkpoint::from_bytes(&bytes).unwrap());
    assert_eq!(checkpoint.section("").unwrap().arrays().count(), 100_000);
    let times = peak as f64 / bytes.len() as f64;
    assert!(
        times <= 10.0,
        "{times} times the file's {} bytes",
        bytes.len()
    );
}

/// A large payload is held once beside the bytes that it is read from.
#[test]
fn numbers_are_held_once() {
    let mut section = tapegrad_nn::Section::new();
    section.insert("w", "", vec![1.0_f64; 1 << 20]);
    let bytes = Checkpoint::new().with("", section).to_bytes();
    let (peak, _) = peak(|| Checkpoint::from_bytes(&bytes).unwrap());
    assert!(
        peak <= bytes.len() + (1 << 20),
        "{peak} for {}",
        bytes.len()
    );
}

/// Storage is shared between a model, its section and what that is loaded into; what is tied is compared
/// where it is.
#[test]
fn sections_share_their_models_numbers() {
    const NUMBERS: usize = 1 << 18;
    const ROOM: usize = 1 << 16;
    let [model, mut other] = [1, 2].map(|seed| {
        let layer = Dense::<f64>::new(NUMBERS / 64, 64).seed(seed);
        Sequential::new().then(layer.clone()).then(layer)
    });
    let (most, section) = peak(|| Section::of(&model));
    assert!(most <= ROOM, "{most} bytes beside {NUMBERS} numbers");
    let (most, outcome) = peak(|| section.load_into(&mut other));
    outcome.unwrap();
    assert!(most <= ROOM, "{most} bytes beside {NUMBERS} numbers");
}
