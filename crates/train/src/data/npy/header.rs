//! What stands before the numbers: magic, version, length, and a dictionary as Python writes it.

use super::DataProblem;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The most axes that NumPy knows.
const MOST_AXES: usize = 64;

/// What the dictionary says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) descr: String,
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

/// The header and the bytes after it.
pub(super) fn parse(bytes: &[u8]) -> Result<(Header, &[u8]), DataProblem> {
    let Some((&[major, minor], rest)) = bytes
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_first_chunk())
    else {
        return Err(DataProblem::NotNpy);
    };
    let short = || malformed("it ends early");
    let (length, rest) = match major {
        1 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        _ => return Err(DataProblem::NpyVersion { major, minor }),
    };
    let (text, numbers) = rest.split_at_checked(length).ok_or_else(short)?;
    let text = str::from_utf8(text).map_err(|_| malformed("it is no text"))?;
    Ok((Dictionary(text).parse()?, numbers))
}

/// The bytes before the numbers: their count is a multiple of 64.
pub(super) fn bytes(descr: &str, shape: &[usize]) -> Vec<u8> {
    let axes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let comma = if axes.len() == 1 { "," } else { "" };
    let axes = axes.join(", ");
    let text =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}{comma}), }}");
    // The line ends with LF; the length has two bytes, or four if it is long.
    let padded = |before: usize| (before + text.len() + 1).next_multiple_of(64) - before;
    let mut bytes = MAGIC.to_vec();
    let end = match u16::try_from(padded(10)) {
        Ok(length) => {
            bytes.extend([1, 0]);
            bytes.extend(length.to_le_bytes());
            10 + usize::from(length)
        }
        Err(_) => {
            bytes.extend([2, 0]);
            bytes.extend((padded(12) as u32).to_le_bytes());
            12 + padded(12)
        }
    };
    bytes.extend(text.as_bytes());
    bytes.resize(end - 1, b' ');
    bytes.push(b'\n');
    bytes
}

/// The rest of a dictionary that is being read.
struct Dictionary<'t>(&'t str);

impl<'t> Dictionary<'t> {
    fn parse(mut self) -> Result<Header, DataProblem> {
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        self.expect('{')?;
        while !self.accept('}') {
            let key = self.text()?;
            self.expect(':')?;
            let new = match key {
                "descr" => descr.replace(self.text()?.to_owned()).is_none(),
                "fortran_order" => fortran_order.replace(self.truth()?).is_none(),
                "shape" => shape.replace(self.shape()?).is_none(),
                _ => false,
            };
            if !new {
                return Err(malformed("a key is unknown or there twice"));
            }
            if !self.accept(',') {
                self.expect('}')?;
                break;
            }
        }
        let (Some(descr), Some(fortran_order), Some(shape)) = (descr, fortran_order, shape) else {
            return Err(malformed("a key is missing"));
        };
        if !self.0.trim().is_empty() {
            return Err(malformed("something follows the dictionary"));
        }
        Ok(Header {
            descr,
            fortran_order,
            shape,
        })
    }

    fn accept(&mut self, wanted: char) -> bool {
        self.0 = self.0.trim_start();
        let rest = self.0.strip_prefix(wanted);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<(), DataProblem> {
        match self.accept(wanted) {
            true => Ok(()),
            false => Err(malformed(&format!("`{wanted}` is missing"))),
        }
    }

    /// Between quotes, of which there are none inside.
    fn text(&mut self) -> Result<&'t str, DataProblem> {
        let quote = if self.accept('\'') {
            '\''
        } else {
            self.expect('"')
                .map_err(|_| malformed("a text is missing; records are not read"))?;
            '"'
        };
        let end = self.0.split_once(quote);
        let (text, rest) = end.ok_or_else(|| malformed("a text does not end"))?;
        self.0 = rest;
        Ok(text)
    }

    fn truth(&mut self) -> Result<bool, DataProblem> {
        self.0 = self.0.trim_start();
        for (word, truth) in [("True", true), ("False", false)] {
            if let Some(rest) = self.0.strip_prefix(word) {
                self.0 = rest;
                return Ok(truth);
            }
        }
        Err(malformed("`fortran_order` is neither `True` nor `False`"))
    }

    fn shape(&mut self) -> Result<Vec<usize>, DataProblem> {
        let mut shape = Vec::new();
        self.expect('(')?;
        while !self.accept(')') {
            self.0 = self.0.trim_start();
            let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = self.0.split_at(digits);
            let size = number.parse().ok().filter(|_| shape.len() < MOST_AXES);
            shape.push(size.ok_or_else(|| malformed("the shape is none"))?);
            self.0 = rest.strip_prefix('L').unwrap_or(rest); // as Python 2 wrote long numbers
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(shape)
    }
}

fn malformed(reason: &str) -> DataProblem {
    DataProblem::NpyHeader {
        reason: reason.to_owned(),
    }
}
