//! The ledger, read from a place on while the program goes on writing it. Its entries stand in the order of positions and of time, so a place
//! is found by halving the file.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::Path;

use yiping_desk::ledger::{Entry, Place};

use crate::LedgerError;
use crate::book::files;

/// A stretch of the file that is read through instead of halved.
const STRETCH_BYTES: u64 = 16 * 1_024;

/// Gives the entries of the ledger in this folder from a place on, in order, until `each` says `false`. A line that is being written is not
/// there yet. Blocks the thread.
///
/// # Errors
/// [`LedgerError`] when there is no ledger, or it cannot be read.
pub fn read(
    folder: &Path,
    from: Place,
    each: &mut dyn FnMut(Entry<'static>) -> bool,
) -> Result<(), LedgerError> {
    let (path, _) = files(folder);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(LedgerError::None { path });
        }
        Err(error) => return Err(LedgerError::io("open", &path)(error)),
    };
    let size = file
        .metadata()
        .map_err(LedgerError::io("read", &path))?
        .len();
    let mut lines = Lines {
        reader: BufReader::with_capacity(64 * 1_024, file),
        line: Vec::new(),
    };
    let failed = || LedgerError::io("read", &path);
    // Everything before `low` lies before the place.
    let (mut low, mut high) = (0, size);
    while high - low > STRETCH_BYTES {
        let middle = low + (high - low) / 2;
        let begins = lines.after(middle).map_err(failed())?;
        match lines.next(begins == 0).map_err(failed())? {
            Some(line) if begins < high && from.is_after(&Entry::read(line)?.1) => low = begins,
            _ => high = middle,
        }
    }
    lines.seek(low).map_err(failed())?;
    let mut is_opening = low == 0;
    while let Some(line) = lines.next(is_opening).map_err(failed())? {
        is_opening = false;
        let (_, entry) = Entry::read(line)?;
        if !from.is_after(&entry) && !each(entry) {
            break;
        }
    }
    Ok(())
}

struct Lines {
    reader: BufReader<File>,
    line: Vec<u8>,
}

impl Lines {
    fn seek(&mut self, offset: u64) -> std::io::Result<()> {
        self.reader.seek(SeekFrom::Start(offset)).map(drop)
    }

    /// Goes to the first line that begins after this offset; where that is.
    fn after(&mut self, offset: u64) -> std::io::Result<u64> {
        self.seek(offset)?;
        self.line.clear();
        let skipped = self.reader.read_until(b'\n', &mut self.line)?;
        Ok(offset + skipped as u64)
    }

    /// The next whole line; without the opening of the ledger, when that comes first.
    fn next(&mut self, is_opening: bool) -> std::io::Result<Option<&[u8]>> {
        for skip in [is_opening, false] {
            self.line.clear();
            self.reader.read_until(b'\n', &mut self.line)?;
            if self.line.last() != Some(&b'\n') {
                return Ok(None);
            }
            if !skip {
                break;
            }
        }
        Ok(Some(&self.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yiping_desk::ledger::Algorithm;
    use yiping_log::LogId;
    use yiping_model::{Act, Body, Decision, Position, Record, Timestamp};

    fn decided(position: u64) -> Record {
        Record {
            position: Position(position),
            received_at: Timestamp::from_secs(position.cast_signed() / 2),
            body: Body::Decision(Decision {
                person: Some("zhang".into()),
                seat: "一号席".into(),
                act: Act::SetPassword {
                    account: "x".repeat((position % 97) as usize),
                },
            }),
        }
    }

    #[test]
    fn every_place_of_a_ledger_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let log: LogId = "0011223344556677".parse().expect("an id");
        let mut book = crate::Book::open(folder.path(), log, Algorithm::Sha256).expect("opens");
        let none = read(folder.path(), Place::Record(Position(0)), &mut |_| {
            panic!("none")
        });
        none.expect("readable");
        let positions: Vec<u64> = (1..3_000).map(|n| n * 3).collect();
        let records: Vec<Record> = positions.iter().copied().map(decided).collect();
        book.take(&records).expect("JSON");
        book.keep().expect("written");
        let first_two = |place| {
            let mut found = Vec::new();
            let mut each = |entry: Entry<'static>| {
                found.push(entry.position.0);
                found.len() < 2
            };
            read(folder.path(), place, &mut each).expect("readable");
            found
        };
        for wanted in (0..9_010).step_by(7) {
            let expected = |late: &dyn Fn(u64) -> bool| -> Vec<u64> {
                positions
                    .iter()
                    .copied()
                    .filter(|one| late(*one))
                    .take(2)
                    .collect()
            };
            assert_eq!(
                first_two(Place::Record(Position(wanted))),
                expected(&|one| one >= wanted)
            );
            let at = Timestamp::from_secs(wanted.cast_signed() / 2);
            assert_eq!(
                first_two(Place::Time(at)),
                expected(&|one| one / 2 >= wanted / 2)
            );
        }
    }
}
