//! Damaged files are refused, whatever the damage, and leave the model as it was.

use std::collections::BTreeMap;

use rand::RngExt;
use tapegrad_nn::random::{self, Stream};
use tapegrad_nn::{LoadProblem, file};

use super::format::{RawSection, around, header_length, raw, seal, small, small_model};
use super::models::bits;

#[test]
fn every_truncation_is_noticed() {
    let whole = raw(&small());
    let mut model = small_model();
    let before = bits(&model);
    for length in 0..whole.len() {
        assert!(
            file::from_bytes(&mut model, &whole[..length]).is_err(),
            "{length}"
        );
    }
    assert_eq!(bits(&model), before);
    file::from_bytes(&mut model, &whole).unwrap();
    assert_ne!(bits(&model), before);
}

#[test]
fn every_changed_bit_is_noticed() {
    let mut bytes = raw(&small());
    let mut model = small_model();
    let before = bits(&model);
    for at in 0..8 * bytes.len() {
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(file::from_bytes(&mut model, &bytes).is_err(), "bit {at}");
        bytes[at / 8] ^= 1 << (at % 8);
    }
    assert_eq!(bits(&model), before);
}

/// Changes, inserts or removes a few bytes.
fn edit(bytes: &mut Vec<u8>, stream: &mut Stream) {
    for _ in 0..stream.random_range(1..4) {
        let at = stream.random_range(0..=bytes.len());
        match stream.random_range(0..4) {
            0 => bytes.insert(at, stream.random()),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 if at < bytes.len() => bytes[at] = bytes[at].wrapping_add(1),
            _ if at < bytes.len() => bytes[at] = stream.random(),
            _ => {}
        }
    }
}

/// A number that a careless reader stumbles over.
fn bad_number(stream: &mut Stream) -> u64 {
    let near = [
        0,
        1,
        2,
        8,
        64,
        456,
        1 << 31,
        1 << 32,
        1 << 61,
        1 << 62,
        1 << 63,
    ];
    let near: u64 = near[stream.random_range(0..near.len())];
    near.wrapping_add(stream.random_range(0..3)).wrapping_sub(1)
}

/// Changes one thing that the header says.
fn lie(sections: &mut [RawSection], stream: &mut Stream) {
    let at = stream.random_range(0..sections.len());
    let section = &mut sections[at];
    let at = stream.random_range(0..section.arrays.len());
    let array = &mut section.arrays[at];
    match stream.random_range(0..11) {
        0 => array.offset = Some(bad_number(stream)),
        1 => array.length = Some(bad_number(stream)),
        2 => array.element = bad_number(stream) as u32,
        3 => array.shape.push(bad_number(stream)),
        4 => array
            .shape
            .iter_mut()
            .for_each(|size| *size = bad_number(stream)),
        5 => edit(&mut array.payload, stream),
        6 => edit(&mut array.name, stream),
        7 => edit(&mut array.role, stream),
        8 => edit(&mut section.state, stream),
        9 => edit(&mut section.name, stream),
        _ => section.arrays.swap(0, at),
    }
}

/// A million files with random damage: one third of them any, one third in the header with its
/// checksum put right, one third lies with all checksums right.
#[test]
fn a_million_mutants_do_no_harm() {
    const COUNT: usize = 1_000_000;
    let sections = small();
    let whole = raw(&sections);
    let length = header_length(&whole);
    let payloads = &whole[(32 + length).next_multiple_of(64)..];
    let mut stream = random::stream(1);
    let mut model = small_model();
    let untouched = small_model();
    let before = bits(&model);
    let mut outcomes = BTreeMap::new();
    for number in 0..COUNT {
        let mutant = match number % 3 {
            0 => {
                let mut bytes = whole.clone();
                edit(&mut bytes, &mut stream);
                bytes
            }
            1 => {
                let mut header = whole[32..32 + length].to_vec();
                edit(&mut header, &mut stream);
                if stream.random_bool(0.5) {
                    let at = 8 * stream.random_range(0..header.len() / 8);
                    let number = bad_number(&mut stream).to_le_bytes();
                    header[at..at + 8].copy_from_slice(&number);
                }
                around(&header, payloads)
            }
            _ => {
                let mut sections = sections.clone();
                lie(&mut sections, &mut stream);
                let mut bytes = raw(&sections);
                if stream.random_bool(0.125) {
                    bytes.truncate(stream.random_range(32..=bytes.len()));
                    bytes = seal(bytes);
                }
                bytes
            }
        };
        let outcome = match file::from_bytes(&mut model, &mutant) {
            Ok(()) => {
                assert!(
                    number % 3 != 0 || mutant == whole,
                    "damage was not noticed: {mutant:?}"
                );
                model = untouched.clone();
                "accepted"
            }
            Err(LoadProblem::NotACheckpoint) => "magic",
            Err(LoadProblem::Version { .. }) => "version",
            Err(LoadProblem::Length { .. }) => "length",
            Err(LoadProblem::Checksum { .. }) => "checksum",
            Err(LoadProblem::Malformed { .. }) => "malformed",
            Err(_) => "other model",
        };
        if outcome != "accepted" {
            assert_eq!(bits(&model), before, "{mutant:?}");
        }
        *outcomes.entry(outcome).or_insert(0_usize) += 1;
    }
    println!("{outcomes:?}");
    for (outcome, least) in [
        ("magic", 1),
        ("version", 1),
        ("length", 50),
        ("checksum", 50),
        ("malformed", 300),
        ("other model", 10),
        ("accepted", 20),
    ] {
        let count = outcomes.get(outcome).copied().unwrap_or_default();
        assert!(
            count >= least * COUNT / 1000,
            "{outcome}: only {count} of {COUNT}"
        );
    }
}
