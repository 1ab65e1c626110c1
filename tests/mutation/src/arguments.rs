//! The arguments of the command.

/// How the command is used.
pub const USAGE: &str = "usage: mutation [--list | --all] [--files SUBSTRING]";

/// What is asked for.
#[derive(Default)]
pub struct Arguments {
    /// Only the files whose path contains this.
    pub files: String,
    /// To list the mutants, and neither to build nor to run anything.
    pub list: bool,
    /// To tell the fate of every mutant, and not of survivors alone.
    pub all: bool,
}

impl Arguments {
    /// Of the words after the command's name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--list" => arguments.list = true,
                "--all" => arguments.all = true,
                "--files" => arguments.files = words.next().ok_or(USAGE)?,
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(arguments)
    }
}
