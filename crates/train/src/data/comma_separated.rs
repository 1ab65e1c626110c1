//! The fields of a comma-separated file and the lines that they are on.

use std::collections::BTreeSet;

use super::DataProblem;

/// Names, and fields row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) names: Vec<String>,
    /// All fields, one after the other.
    text: String,
    /// Where each field ends.
    ends: Vec<usize>,
    /// The line on which each row starts, counted from 1.
    pub(super) lines: Vec<u64>,
}

impl Fields {
    pub(super) fn get(&self, row: usize, column: usize) -> &str {
        let at = row * self.names.len() + column;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// The rows with the given indices, which exist.
    pub(super) fn select(&self, rows: &[usize]) -> Self {
        let mut selected = Self {
            names: self.names.clone(),
            ..Self::default()
        };
        for &row in rows {
            (0..self.names.len()).for_each(|column| selected.push(self.get(row, column)));
            selected.lines.push(self.lines[row]);
        }
        selected
    }

    fn push(&mut self, field: &str) {
        self.text.push_str(field);
        self.ends.push(self.text.len());
    }

    /// Reads the bytes of a file.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, DataProblem> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes); // a byte-order mark
        if bytes.trim_ascii().is_empty() {
            return Err(DataProblem::Empty);
        }
        let unreadable = |cause: csv::Error| DataProblem::Unreadable {
            cause: cause.into(),
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let mut lines = Lines::new(bytes);

        let header = reader.byte_headers().map_err(unreadable)?;
        let line = lines.of(header.position());
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        check_names(&names, line)?;

        let mut fields = Self {
            names,
            ..Self::default()
        };
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            let start = place(record.position(), bytes);
            let end = place(Some(reader.position()), bytes);
            if bytes[start..end.max(start)].trim_ascii().is_empty() {
                continue; // a line of blanks
            }
            let line = lines.of(record.position());
            if record.len() != fields.names.len() {
                return Err(DataProblem::Ragged {
                    line,
                    fields: record.len(),
                    columns: fields.names.len(),
                });
            }
            for field in &record {
                fields.push(&String::from_utf8_lossy(field));
            }
            fields.lines.push(line);
        }
        Ok(fields)
    }
}

fn check_names(names: &[String], line: u64) -> Result<(), DataProblem> {
    let is_no_name = |name: &String| name.is_empty() || name.parse::<f64>().is_ok();
    if names.iter().all(is_no_name) {
        return Err(DataProblem::NoNames { line });
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(*name)) {
        None => Ok(()),
        Some(name) => Err(DataProblem::RepeatedColumn {
            line,
            name: name.clone(),
        }),
    }
}

fn place(position: Option<&csv::Position>, bytes: &[u8]) -> usize {
    let byte = position.map_or(0, csv::Position::byte);
    usize::try_from(byte).map_or(bytes.len(), |byte| byte.min(bytes.len()))
}

/// Counts lines up to places that only go on.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl<'b> Lines<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            line: 1,
        }
    }

    /// The line that a record starts on. Its position is before the empty lines that were passed over to get
    /// there.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let before = place(position, self.bytes);
        let empty = self.bytes[before..].iter();
        let empty = empty.take_while(|byte| b"\r\n".contains(byte)).count();
        let (bytes, to) = (self.bytes, before + empty);
        // A line ends with LF, CR, or CR LF.
        let ends = |place: &usize| {
            let next_is_lf = bytes.get(place + 1) == Some(&b'\n');
            bytes[*place] == b'\n' || (bytes[*place] == b'\r' && !next_is_lf)
        };
        self.line += (self.at..to).filter(ends).count() as u64;
        self.at = self.at.max(to);
        self.line
    }
}
