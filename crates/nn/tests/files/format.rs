//! A second writer of checkpoints, from the page that specifies them and not from the program: it
//! writes what the rules forbid too, with the right checksums.

use ndarray::array;
use tapegrad_nn::checkpoint::Checkpoint;
use tapegrad_nn::{Section, file};

use super::models::Bag;

#[derive(Clone, Default)]
pub(crate) struct RawArray {
    pub(crate) name: Vec<u8>,
    pub(crate) role: Vec<u8>,
    pub(crate) element: u32,
    pub(crate) shape: Vec<u64>,
    /// What the header says, if it is not the truth.
    pub(crate) offset: Option<u64>,
    pub(crate) length: Option<u64>,
    pub(crate) checksum: Option<u32>,
    pub(crate) payload: Vec<u8>,
}

#[derive(Clone, Default)]
pub(crate) struct RawSection {
    pub(crate) name: Vec<u8>,
    pub(crate) state: Vec<u8>,
    pub(crate) arrays: Vec<RawArray>,
}

pub(crate) fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    static TABLE: std::sync::LazyLock<[u32; 256]> = std::sync::LazyLock::new(|| {
        std::array::from_fn(|byte| {
            (0..8).fold(byte as u32, |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        })
    });
    !bytes.into_iter().fold(!0, |crc: u32, byte| {
        (crc >> 8) ^ TABLE[usize::from(crc as u8 ^ byte)]
    })
}

fn list(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u64).to_le_bytes());
    to.extend(bytes);
}

/// The file of the sections.
pub(crate) fn raw(sections: &[RawSection]) -> Vec<u8> {
    let (mut header, mut payloads) = (Vec::new(), Vec::new());
    header.extend((sections.len() as u64).to_le_bytes());
    for section in sections {
        list(&mut header, &section.name);
        list(&mut header, &section.state);
        header.extend((section.arrays.len() as u64).to_le_bytes());
        for array in &section.arrays {
            payloads.resize(payloads.len().next_multiple_of(64), 0);
            list(&mut header, &array.name);
            list(&mut header, &array.role);
            header.extend(array.element.to_le_bytes());
            header.extend((array.shape.len() as u64).to_le_bytes());
            array
                .shape
                .iter()
                .for_each(|size| header.extend(size.to_le_bytes()));
            let (offset, length) = (payloads.len() as u64, array.payload.len() as u64);
            header.extend(array.offset.unwrap_or(offset).to_le_bytes());
            header.extend(array.length.unwrap_or(length).to_le_bytes());
            let checksum = crc32(array.payload.iter().copied());
            header.extend(array.checksum.unwrap_or(checksum).to_le_bytes());
            payloads.extend(&array.payload);
        }
    }
    around(&header, &payloads)
}

/// The file of a header and payloads.
pub(crate) fn around(header: &[u8], payloads: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89TAPE\r\n\x1a".to_vec();
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend([0; 12]);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    bytes.resize(bytes.len().next_multiple_of(64), 0);
    bytes.extend(payloads);
    seal(bytes)
}

/// The same bytes with the length and the checksum that belong there; the length of the header stays.
pub(crate) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    bytes[16..24].copy_from_slice(&length.to_le_bytes());
    let header = header_length(&bytes).min(bytes.len() - 32);
    let checked = bytes[..12].iter().chain(&bytes[16..32 + header]);
    let checksum = crc32(checked.copied());
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// What the file says.
pub(crate) fn header_length(bytes: &[u8]) -> usize {
    let length = bytes[24..32].try_into().map(u64::from_le_bytes);
    length.unwrap().try_into().unwrap_or(usize::MAX)
}

/// A small file with everything in it.
pub(crate) fn small() -> Vec<RawSection> {
    let text = |text: &str| text.as_bytes().to_vec();
    let arrays = vec![
        RawArray {
            name: text("bias"),
            role: text("bias"),
            element: 0,
            shape: vec![2],
            payload: [0.5_f32, -1.5].map(f32::to_le_bytes).concat(),
            ..RawArray::default()
        },
        RawArray {
            name: text("weight"),
            role: text("weight"),
            element: 0,
            shape: vec![1, 2],
            payload: [1.0_f32, f32::NAN].map(f32::to_le_bytes).concat(),
            ..RawArray::default()
        },
    ];
    let other = RawArray {
        name: text("m"),
        role: text("moment"),
        element: 1,
        shape: vec![],
        payload: 0.1_f64.to_le_bytes().to_vec(),
        ..RawArray::default()
    };
    vec![
        RawSection {
            name: text("model"),
            state: vec![],
            arrays,
        },
        RawSection {
            name: text("optimizer"),
            state: 7_u64.to_le_bytes().to_vec(),
            arrays: vec![other],
        },
    ]
}

/// The model of that file, with other numbers.
pub(crate) fn small_model() -> tapegrad_nn::Dense<f32> {
    tapegrad_nn::Dense::new(1, 2).seed(3)
}

#[test]
fn the_page_and_the_program_agree() {
    assert_eq!(
        crc32(*b"123456789"),
        0xCBF4_3926,
        "the check value of CRC-32"
    );
    let mut model = Section::new();
    model.insert("weight", "weight", array![[1.0_f32, f32::NAN]]);
    model.insert("bias", "bias", [0.5_f32, -1.5]);
    let mut optimizer = Section::new();
    optimizer.insert("m", "moment", 0.1_f64);
    optimizer.set_state(&7_u64);
    let checkpoint = Checkpoint::new()
        .with("optimizer", optimizer)
        .with("model", model);
    assert_eq!(checkpoint.to_bytes(), raw(&small()));

    let empty = RawSection {
        name: b"model".to_vec(),
        ..RawSection::default()
    };
    assert_eq!(file::to_bytes(&Bag::<f64>(vec![])), raw(&[empty]));
    assert_eq!(Checkpoint::new().to_bytes(), raw(&[]));
}
