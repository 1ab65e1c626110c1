//! The bytes of a checkpoint, as `format.md` specifies them.

use std::collections::BTreeMap;

use crate::checkpoint::{ElementType, StoredArray, encoding};
use crate::{LoadProblem, Section};

const MAGIC: &[u8; 8] = b"\x89TAPE\r\n\x1a";
const VERSION: u32 = 1;
const PRELUDE: usize = 32;
/// Where the prelude holds the checksum.
const CHECKSUM: std::ops::Range<usize> = 12..16;
/// What the places of payloads are multiples of.
const ALIGNMENT: usize = 64;

/// A section in the header: name, state, arrays.
type SectionHeader = (String, Vec<u8>, Vec<ArrayHeader>);
/// An array in the header: name, role, element type, shape, offset, length, checksum.
type ArrayHeader = (String, String, u32, Vec<u64>, u64, u64, u32);

/// The whole file.
pub(crate) fn write(sections: &BTreeMap<String, Section>) -> Vec<u8> {
    let (mut header, mut payloads) = (Vec::<SectionHeader>::new(), Vec::new());
    for (name, section) in sections {
        let mut arrays = Vec::<ArrayHeader>::new();
        for (name, array) in &section.arrays {
            pad(&mut payloads);
            let offset = payloads.len();
            array.append_to(&mut payloads);
            let payload = &payloads[offset..];
            arrays.push((
                name.clone(),
                array.role().to_owned(),
                number_of(array.element()),
                array.shape().iter().map(|&size| size as u64).collect(),
                offset as u64,
                payload.len() as u64,
                crc32fast::hash(payload),
            ));
        }
        header.push((name.clone(), section.state.clone(), arrays));
    }
    let header = encoding::encode(&header).expect("lists, texts and integers can be encoded");

    let start = (PRELUDE + header.len()).next_multiple_of(ALIGNMENT);
    let mut bytes = Vec::with_capacity(start + payloads.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; CHECKSUM.end - CHECKSUM.start]);
    bytes.extend_from_slice(&((start + payloads.len()) as u64).to_le_bytes());
    bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&header);
    let checksum = header_checksum(&bytes);
    bytes[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    pad(&mut bytes);
    bytes.extend_from_slice(&payloads);
    bytes
}

/// The sections of a whole file.
pub(crate) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Section>, LoadProblem> {
    if !bytes.starts_with(MAGIC) {
        return Err(LoadProblem::NotACheckpoint);
    }
    let length = |expected: u64| LoadProblem::Length {
        found: bytes.len() as u64,
        expected,
    };
    let (Some(&version), Some(&checksum), Some(&stated), Some(&header)) = (
        bytes[8..].first_chunk(),
        bytes.get(CHECKSUM).and_then(|bytes| bytes.first_chunk()),
        bytes.get(16..).and_then(|bytes| bytes.first_chunk()),
        bytes.get(24..).and_then(|bytes| bytes.first_chunk()),
    ) else {
        return Err(length(PRELUDE as u64));
    };
    let version = u32::from_le_bytes(version);
    if version != VERSION {
        return Err(LoadProblem::Version {
            what: "the format of the checkpoint".to_owned(),
            found: version,
            known: VERSION,
        });
    }
    let stated = u64::from_le_bytes(stated);
    if stated != bytes.len() as u64 {
        return Err(length(stated));
    }
    let header = usize::try_from(u64::from_le_bytes(header)).ok();
    let end = header.and_then(|header| header.checked_add(PRELUDE));
    let Some(before) = end.and_then(|end| bytes.get(..end)) else {
        return LoadProblem::malformed("the header is longer than the file");
    };
    if header_checksum(before) != u32::from_le_bytes(checksum) {
        return Err(LoadProblem::Checksum {
            part: "the header".to_owned(),
        });
    }
    let header: Vec<SectionHeader> = encoding::decode("the header", &before[PRELUDE..])?;
    let mut payloads = Payloads {
        bytes,
        at: before.len(),
    };
    payloads.skip_padding()?;
    let start = payloads.at;

    let mut sections = BTreeMap::new();
    for (name, state, headers) in header {
        let mut arrays = BTreeMap::new();
        for array in headers {
            let at = format!("the array `{}` of the section `{name}`", array.0);
            payloads.skip_padding()?;
            let (array, stored) = payloads.array(&at, start, array)?;
            insert_last(&mut arrays, array, stored)?;
        }
        insert_last(&mut sections, name, Section { state, arrays })?;
    }
    if payloads.at != bytes.len() {
        return LoadProblem::malformed("there are bytes after the last payload");
    }
    Ok(sections)
}

/// What is not yet read.
struct Payloads<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Payloads<'_> {
    fn skip_padding(&mut self) -> Result<(), LoadProblem> {
        let end = self.at.next_multiple_of(ALIGNMENT);
        match self.bytes.get(self.at..end) {
            Some(padding) if padding.iter().all(|&byte| byte == 0) => {
                self.at = end;
                Ok(())
            }
            Some(_) => LoadProblem::malformed("a byte between payloads is not 0"),
            None => LoadProblem::malformed("the file ends before a payload"),
        }
    }

    /// The array that a header describes and whose payload is next; errors call it `at`.
    fn array(
        &mut self,
        at: &str,
        start: usize,
        (name, role, element, shape, offset, length, checksum): ArrayHeader,
    ) -> Result<(String, StoredArray), LoadProblem> {
        let Some(element) = element_of(element) else {
            return LoadProblem::malformed(format!(
                "{at} has the element type {element}; it must be 0 or 1"
            ));
        };
        let next = self.at - start;
        if offset != next as u64 {
            return LoadProblem::malformed(format!(
                "{at} has the offset {offset}; it must be {next}"
            ));
        }
        let payload = usize::try_from(length).ok();
        let end = payload.and_then(|length| self.at.checked_add(length));
        let Some(payload) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return LoadProblem::malformed(format!(
                "{at} has {length} bytes; the file ends before"
            ));
        };
        if crc32fast::hash(payload) != checksum {
            return Err(LoadProblem::Checksum {
                part: at.to_owned(),
            });
        }
        let sizes = shape.iter().map(|&size| usize::try_from(size).ok());
        let stored = sizes
            .collect::<Option<Vec<_>>>()
            .and_then(|shape| StoredArray::from_bytes(&role, element, &shape, payload));
        let Some(stored) = stored else {
            return LoadProblem::malformed(format!(
                "{at} has the shape {shape:?} and {length} bytes of {element}; they do not fit"
            ));
        };
        self.at += payload.len();
        Ok((name, stored))
    }
}

/// Puts in what must come after all that is there.
fn insert_last<V>(
    map: &mut BTreeMap<String, V>,
    name: String,
    value: V,
) -> Result<(), LoadProblem> {
    match map.last_key_value() {
        Some((last, _)) if *last >= name => LoadProblem::malformed(format!(
            "the name `{name}` follows `{last}`; names must ascend"
        )),
        _ => {
            map.insert(name, value);
            Ok(())
        }
    }
}

fn number_of(element: ElementType) -> u32 {
    match element {
        ElementType::F32 => 0,
        ElementType::F64 => 1,
    }
}

fn element_of(number: u32) -> Option<ElementType> {
    [ElementType::F32, ElementType::F64]
        .into_iter()
        .find(|&element| number_of(element) == number)
}

/// Of the prelude and the header, but for the checksum itself.
fn header_checksum(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..CHECKSUM.start]);
    hasher.update(&bytes[CHECKSUM.end..]);
    hasher.finalize()
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
}
