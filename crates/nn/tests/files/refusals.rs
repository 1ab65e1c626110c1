//! What each refusal says, word for word; what was to be loaded into stays as it was.

use std::fs;
use std::io;
use std::path::Path;

use tapegrad_nn::{Checkpoint, Dense, LoadProblem, Module, Param, Role, Section, file};

use super::format::{RawArray, RawSection, around, raw, seal, small, small_model};
use super::models::{Bag, bits};
use super::round_trip::folder;

/// The sentence of a refusal, which must leave the model alone.
fn refusal(bytes: &[u8]) -> String {
    let mut model = small_model();
    let before = bits(&model);
    let problem = file::from_bytes(&mut model, bytes).expect_err("the file is wrong");
    assert_eq!(bits(&model), before, "{problem}");
    problem.to_string()
}

/// The small file with a change, and all checksums right.
fn changed(change: impl FnOnce(&mut Vec<RawSection>)) -> Vec<u8> {
    let mut sections = small();
    change(&mut sections);
    raw(&sections)
}

/// The small file with a change of its first array.
fn array(change: impl FnOnce(&mut RawArray)) -> Vec<u8> {
    changed(|sections| change(&mut sections[0].arrays[0]))
}

#[test]
fn of_bytes() {
    let whole = raw(&small());
    let with = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] ^= byte;
        bytes
    };
    let header = |edit: &dyn Fn(&mut Vec<u8>)| {
        let length = super::format::header_length(&whole);
        let mut header = whole[32..32 + length].to_vec();
        edit(&mut header);
        around(&header, &whole[(32 + length).next_multiple_of(64)..])
    };
    let huge = |header: &mut Vec<u8>| header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let table: &[(Vec<u8>, &str)] = &[
        (
            vec![],
            "this is no checkpoint of tapegrad; its first bytes are others",
        ),
        (
            whole[..7].to_vec(),
            "this is no checkpoint of tapegrad; its first bytes are others",
        ),
        (
            with(0, 1),
            "this is no checkpoint of tapegrad; its first bytes are others",
        ),
        (
            whole[..20].to_vec(),
            "the checkpoint has 20 bytes; there must be 32",
        ),
        (
            with(8, 3),
            "the format of the checkpoint has version 2; this program reads version 1",
        ),
        (
            whole[..whole.len() - 1].to_vec(),
            "the checkpoint has 455 bytes; there must be 456",
        ),
        (
            [&whole[..], &[0]].concat(),
            "the checkpoint has 457 bytes; there must be 456",
        ),
        (
            with(31, 0x80),
            "the file is malformed: the header is longer than the file",
        ),
        (
            with(40, 1),
            "the checksum of the header is wrong; bytes of the file are damaged",
        ),
        (
            with(whole.len() - 1, 1),
            "the checksum of the array `m` of the section `optimizer` is wrong; bytes of the file are damaged",
        ),
        (
            header(&|header| header.push(0)),
            "the file is malformed: the header cannot be decoded: Slice had bytes remaining after deserialization",
        ),
        (
            header(&huge),
            "the file is malformed: the header cannot be decoded: io error: unexpected end of file",
        ),
        (
            header(&|header| header[16] = 0xFF),
            "the file is malformed: the header cannot be decoded: string is not valid utf8: invalid utf-8 sequence of 1 bytes from index 0",
        ),
        (
            with(330, 1),
            "the file is malformed: a byte between payloads is not 0",
        ),
        (
            with(319, 1),
            "the file is malformed: a byte between payloads is not 0",
        ),
        (
            seal(whole[..whole.len() - 10].to_vec()),
            "the file is malformed: the file ends before a payload",
        ),
        (
            seal(whole[..whole.len() - 1].to_vec()),
            "the file is malformed: the array `m` of the section `optimizer` has 8 bytes; the file ends before",
        ),
        (
            seal([&whole[..], &[0]].concat()),
            "the file is malformed: there are bytes after the last payload",
        ),
    ];
    for (bytes, sentence) in table {
        assert_eq!(refusal(bytes), *sentence);
    }
}

#[test]
fn behind_the_checksums() {
    let table: &[(Vec<u8>, &str)] = &[
        (
            array(|array| array.element = 2),
            "the file is malformed: the array `bias` of the section `model` has the element type 2; it must be 0 or 1",
        ),
        (
            array(|array| array.offset = Some(64)),
            "the file is malformed: the array `bias` of the section `model` has the offset 64; it must be 0",
        ),
        (
            array(|array| array.length = Some(u64::MAX)),
            "the file is malformed: the array `bias` of the section `model` has 18446744073709551615 bytes; the file ends before",
        ),
        (
            array(|array| array.shape = vec![3]),
            "the file is malformed: the array `bias` of the section `model` has the shape [3] and 8 bytes of f32; they do not fit",
        ),
        (
            array(|array| array.payload.extend([0; 3])),
            "the file is malformed: the array `bias` of the section `model` has the shape [2] and 11 bytes of f32; they do not fit",
        ),
        (
            array(|array| (array.shape, array.payload) = (vec![1 << 40, 1 << 40, 0], vec![])),
            "the file is malformed: the array `bias` of the section `model` has the shape [1099511627776, 1099511627776, 0] and 0 bytes of f32; they do not fit",
        ),
        (
            array(|array| array.checksum = Some(0)),
            "the checksum of the array `bias` of the section `model` is wrong; bytes of the file are damaged",
        ),
        (
            changed(|sections| sections[0].arrays[1].name = b"bias".to_vec()),
            "the file is malformed: the name `bias` follows `bias`; names must ascend",
        ),
        (
            changed(|sections| sections.swap(0, 1)),
            "the file is malformed: the name `model` follows `optimizer`; names must ascend",
        ),
        (
            changed(|sections| drop(sections.remove(0))),
            "there is no section `model`; the sections are [\"optimizer\"]",
        ),
        (
            changed(|sections| drop(sections[0].arrays.remove(1))),
            "`weight` is not in the file",
        ),
        (
            changed(|sections| {
                let mut more = sections[0].arrays[1].clone();
                more.name = b"weight2".to_vec();
                sections[0].arrays.push(more);
            }),
            "`weight2` of the shape [1, 2] is in the file and not in the model",
        ),
        (
            changed(|sections| sections[0].arrays[1].shape = vec![2, 1]),
            "`weight` has the shape [2, 1] in the file and [1, 2] in the model; they must be equal",
        ),
        (
            array(|array| {
                array.element = 1;
                array.payload = [0_u8; 16].to_vec();
            }),
            "`bias` holds f64 in the file and f32 is asked for; `Section::convert` changes the type",
        ),
    ];
    for (bytes, sentence) in table {
        assert_eq!(refusal(bytes), *sentence);
    }
}

#[test]
fn of_models_states_and_files() {
    let param = Param::<f32>::new(Role::Weight, 1.0);
    let mut tied = Bag(vec![("in", param.clone()), ("out", param)]);
    let untied = [1.0, -1.0].map(|x| Param::<f32>::new(Role::Weight, x));
    let [first, second] = untied;
    let bytes = file::to_bytes(&Bag(vec![("in", first), ("out", second)]));
    let before = bits(&tied);
    assert_eq!(
        file::from_bytes(&mut tied, &bytes).unwrap_err().to_string(),
        "`in` and `out` are one parameter in the model and differ in the file; they must be equal"
    );
    assert_eq!(bits(&tied), before);

    let section = Section::of(&Dense::<f32>::new(1, 2));
    let problem = section.check(&Dense::<f32>::new(2, 2)).unwrap_err();
    assert!(matches!(problem, LoadProblem::Shape { ref name, .. } if name == "weight"));
    assert_eq!(
        section.array::<f64>("bias").unwrap_err().to_string(),
        "`bias` holds f32 in the file and f64 is asked for; `Section::convert` changes the type"
    );
    assert_eq!(
        section.array::<f32>("gain").unwrap_err().to_string(),
        "`gain` is not in the file"
    );
    assert_eq!(
        section.state::<u64>().unwrap_err().to_string(),
        "the file is malformed: the state cannot be decoded: io error: unexpected end of file"
    );

    let folder = folder("refusals");
    let (absent, bad) = (folder.join("absent"), folder.join("bad"));
    fs::write(&bad, "text").unwrap();
    let mut model = small_model();
    let before = bits(&model);
    let error = file::load(&mut model, &absent).unwrap_err();
    let cause = fs::read(&absent).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: cannot be read: {cause}", absent.display())
    );
    let source =
        std::error::Error::source(&error).and_then(|cause| cause.downcast_ref::<io::Error>());
    assert_eq!(source.map(io::Error::kind), Some(io::ErrorKind::NotFound));
    let error = file::load(&mut model, &bad).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{}: this is no checkpoint of tapegrad; its first bytes are others",
            bad.display()
        )
    );
    assert_eq!(bits(&model), before);

    let nowhere = folder.join("no").join("such");
    let error = file::save(&model, &nowhere).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{}: cannot be written: {cause}", nowhere.display())
    );
    let error = Checkpoint::new().write("/").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/: cannot be written: the path names no file"
    );
    // What is no file is not read: a folder, and what has no end.
    for path in [&folder, Path::new("/dev/zero")] {
        if path.exists() {
            let error = file::load(&mut model, path).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "{}: this is no regular file; folders, devices and pipes are not read",
                    path.display()
                )
            );
        }
    }
    assert_eq!(bits(&model), before);
    // A folder stands there: the partial file is gone, the folder is not.
    assert!(Checkpoint::new().write(&folder).is_err());
    assert!(folder.is_dir());
    let leftovers = fs::read_dir(folder.parent().unwrap()).unwrap();
    let own = format!("{}.partial", std::process::id());
    assert!(
        leftovers
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .all(|name| !name.ends_with(".partial") || !name.contains(&own))
    );
    assert_eq!(model.parameter_count(), 4);
    fs::remove_dir_all(folder).unwrap();
}

/// The kind is read first, then the version, then the rest, whatever the bytes are. They are set through the tuple
/// that they are the encoding of.
#[test]
fn of_kinds() {
    fn section(state: &impl serde::Serialize) -> Section {
        let mut section = Section::new();
        section.set_state(state);
        section
    }
    let mut good = Section::new();
    good.set_state_of("Ema", 1, &(3_u64, true));
    let nobody =
        "the file is malformed: the state does not say whose it is; it must be of Ema".to_owned();
    let cut = "io error: unexpected end of file";
    let undecodable =
        |what: &str, why| format!("the file is malformed: {what} cannot be decoded: {why}");
    let rows = [
        (Section::new(), nobody.clone()),
        (Section::of(&small_model()), nobody.clone()),
        (section(&0_u64), nobody.clone()),
        (section(&1_u64), nobody.clone()),
        (section(&(1_u32, 3_u64, true)), nobody.clone()),
        (section(&(u64::MAX, 1_u32)), nobody.clone()),
        (section(&(1_u64, 0xFF_u8)), nobody),
        (
            section(&("Guard", 2_u32)),
            "the state in the file is of Guard; here it must be of Ema".to_owned(),
        ),
        (
            section(&("Emas", ())),
            "the state in the file is of Emas; here it must be of Ema".to_owned(),
        ),
        (
            section(&("Ema", 1_u16)),
            undecodable("the version of the state", cut),
        ),
        (
            section(&("Ema", 2_u32)),
            "the state of Ema in the file has version 2; this program reads version 1".to_owned(),
        ),
        (
            section(&("Ema", 1_u32, 3_u64)),
            undecodable("the state", cut),
        ),
        (
            section(&("Ema", 1_u32, 3_u64, 2_u8)),
            undecodable(
                "the state",
                "invalid u8 while decoding bool, expected 0 or 1, found 2",
            ),
        ),
        (
            section(&("Ema", 1_u32, 3_u64, true, 0_u8)),
            undecodable(
                "the state",
                "Slice had bytes remaining after deserialization",
            ),
        ),
    ];
    for (section, expected) in rows {
        let problem = section.state_of::<(u64, bool)>("Ema", 1).unwrap_err();
        assert_eq!(problem.to_string(), expected);
    }
    assert_eq!(good.state_of::<(u64, bool)>("Ema", 1).unwrap(), (3, true));
    let whole: (String, u32, u64, bool) = good.state().unwrap();
    assert_eq!(whole, ("Ema".to_owned(), 1, 3, true));
}
