//! A file system in memory whose power can be cut at any operation.
//!
//! After a cut, of every file what was synced is there, and of what was not synced any part: each page as it was, as it should have become,
//! or as rubbish, and any length between. Of the names, the changes since the last `sync_dir` are there up to some point.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::files::{File, Files};

/// Small, so that even a short commit has several.
const PAGE_BYTES: usize = 16;

/// A seeded sequence of choices.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryFiles(Arc<Mutex<Disk>>);

#[derive(Debug, Default)]
struct Disk {
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    unsynced: Vec<NameChange>,
    contents: Vec<Content>,
    operations_left: Option<u64>,
    writes_refused: bool,
}

#[derive(Debug, Clone)]
enum NameChange {
    Put(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

#[derive(Debug, Clone, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryFiles,
    content: usize,
}

impl MemoryFiles {
    /// Lets this many more operations succeed.
    pub(crate) fn cut_power_after(&self, operations: u64) {
        self.disk().operations_left = Some(operations);
    }

    /// Refuses every write, as a full disk does, or takes them again.
    pub(crate) fn refuse_writes(&self, refused: bool) {
        self.disk().writes_refused = refused;
    }

    /// Whether the power is still on.
    pub(crate) fn is_powered(&self) -> bool {
        self.disk().operations_left != Some(0)
    }

    /// Calls off the cut.
    pub(crate) fn stay_powered(&self) {
        self.disk().operations_left = None;
    }

    /// What is there when the power is back.
    pub(crate) fn after_crash(&self, dice: &mut Dice) -> Self {
        let disk = self.disk();
        let mut names = disk.durable_names.clone();
        let kept = dice.roll(disk.unsynced.len() + 1);
        for change in &disk.unsynced[..kept] {
            apply(&mut names, change);
        }
        let contents = disk
            .contents
            .iter()
            .map(|content| content.torn(dice))
            .collect();
        Self(Arc::new(Mutex::new(Disk {
            durable_names: names.clone(),
            names,
            contents,
            ..Disk::default()
        })))
    }

    /// Changes a file behind the back of the log.
    pub(crate) fn meddle(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut disk = self.disk();
        let content = disk.names[path];
        change(&mut disk.contents[content].now);
        disk.contents[content].durable = disk.contents[content].now.clone();
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().expect("no test panics with the disk in hand")
    }

    /// The disk, if the power is on for one more operation.
    fn powered(&self) -> (MutexGuard<'_, Disk>, io::Result<()>) {
        let mut disk = self.disk();
        let power = match &mut disk.operations_left {
            Some(0) => Err(io::Error::other("the power is cut")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        };
        (disk, power)
    }

    fn file(&self, content: usize) -> Box<dyn File> {
        Box::new(MemoryFile {
            disk: self.clone(),
            content,
        })
    }
}

impl Content {
    fn torn(&self, dice: &mut Dice) -> Self {
        if self.now == self.durable {
            return self.clone();
        }
        let (short, long) = (
            self.now.len().min(self.durable.len()),
            self.now.len().max(self.durable.len()),
        );
        let mut bytes = vec![0; short + dice.roll(long - short + 1)];
        let mut at = 0;
        while at < bytes.len() {
            let choice = dice.roll(8);
            let end = (at / PAGE_BYTES + 1) * PAGE_BYTES;
            for index in at..end.min(bytes.len()) {
                let new = self.now.get(index).copied().unwrap_or(0);
                let old = self.durable.get(index).copied();
                bytes[index] = match (choice, old) {
                    (0..4, _) => new,
                    (7, None) => 0xA5,
                    (_, old) => old.unwrap_or(0),
                };
            }
            at = end;
        }
        Self {
            durable: bytes.clone(),
            now: bytes,
        }
    }
}

fn apply(names: &mut BTreeMap<PathBuf, usize>, change: &NameChange) {
    match change {
        NameChange::Put(path, content) => {
            names.insert(path.clone(), *content);
        }
        NameChange::Rename(from, to) => {
            if let Some(content) = names.remove(from) {
                names.insert(to.clone(), content);
            }
        }
        NameChange::Remove(path) => {
            names.remove(path);
        }
    }
}

impl Disk {
    fn change(&mut self, change: NameChange) {
        apply(&mut self.names, &change);
        self.unsynced.push(change);
    }

    fn content(&self, path: &Path) -> io::Result<usize> {
        let content = self.names.get(path).copied();
        content.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}

impl Files for MemoryFiles {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let disk = self.disk();
        let inside = disk.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let (mut disk, power) = self.powered();
        power?;
        if disk.names.contains_key(path) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is one"));
        }
        disk.contents.push(Content::default());
        let content = disk.contents.len() - 1;
        disk.change(NameChange::Put(path.to_owned(), content));
        Ok(self.file(content))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let content = self.disk().content(path)?;
        Ok(self.file(content))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (mut disk, power) = self.powered();
        power?;
        disk.content(from)?;
        disk.change(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (mut disk, power) = self.powered();
        power?;
        disk.content(path)?;
        disk.change(NameChange::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let (mut disk, power) = self.powered();
        power?;
        disk.durable_names = disk.names.clone();
        disk.unsynced.clear();
        Ok(())
    }
}

impl File for MemoryFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let disk = self.disk.disk();
        let start = offset as usize;
        let found = disk.contents[self.content]
            .now
            .get(start..start + bytes.len());
        bytes.copy_from_slice(found.ok_or_else(|| io::Error::other("the file ends before"))?);
        Ok(())
    }

    /// The write during which the power goes reaches the disk in part.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (mut disk, power) = self.disk.powered();
        let (start, refused) = (offset as usize, disk.writes_refused);
        let now = &mut disk.contents[self.content].now;
        let written = if refused {
            &bytes[..bytes.len() / 2]
        } else {
            bytes
        };
        let end = start + written.len();
        if now.len() < end {
            now.resize(end, 0);
        }
        now[start..end].copy_from_slice(written);
        if refused {
            return Err(io::Error::new(
                io::ErrorKind::StorageFull,
                "the disk is full",
            ));
        }
        power
    }

    fn sync(&self) -> io::Result<()> {
        let (mut disk, power) = self.disk.powered();
        power?;
        let content = &mut disk.contents[self.content];
        content.durable = content.now.clone();
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.disk().contents[self.content].now.len() as u64)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        let (mut disk, power) = self.disk.powered();
        power?;
        let content = &mut disk.contents[self.content];
        content.now.truncate(length as usize);
        content.durable = content.now.clone();
        Ok(())
    }
}
