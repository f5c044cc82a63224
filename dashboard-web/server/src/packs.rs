//! What administrators see of packs. The program reads packs; this room only shows them.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use yiping_model::Text;

/// A pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PackView {
    /// Its id.
    pub id: String,
    /// What it is called.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Its version.
    pub version: String,
    /// What it holds, and how far it may be trusted.
    pub description: String,
    /// Where it lies: `built in`, or its folder.
    pub place: String,
    /// What is observed: ids of properties.
    pub properties: Vec<String>,
    /// How many things it has.
    pub things: usize,
    /// Its rules.
    pub rules: Vec<RuleRow>,
    /// How many values it derives.
    pub derived: usize,
    /// How many kinds of events it knows.
    pub events: usize,
    /// Its plans, as `/api/v1/plans` says them.
    #[schema(value_type = Vec<Object>)]
    pub plans: Vec<Value>,
}

/// A rule of a pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Which text of it: the first hex digits of its SHA-256.
    pub digest: Option<String>,
    /// How many cases it has.
    pub cases: usize,
    /// The cases that fail, a sentence each.
    pub failed: Vec<String>,
}

/// Something wrong with a draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DraftProblem {
    /// The file; empty when it is the pack as a whole.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What a check of a draft said.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CheckedPack {
    /// What is wrong, by file and line; nothing when it would be taken.
    pub problems: Vec<DraftProblem>,
    /// What it would be, as far as it can be read.
    pub pack: Option<PackView>,
}

/// Reads packs, for who asks.
pub trait ReadPacks: Send + Sync {
    /// Those that are loaded.
    fn loaded(&self) -> Vec<PackView>;

    /// Checks a draft of these files, by name and text: in the place of those of a loaded pack, or as a pack of its own. `None` when no such pack is loaded.
    fn check(&self, base: Option<&str>, files: Vec<(String, String)>) -> Option<CheckedPack>;
}

/// What reads packs; clones are the same.
#[derive(Clone)]
pub struct PacksHandle(pub Arc<dyn ReadPacks>);

impl fmt::Debug for PacksHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PacksHandle")
    }
}

impl std::ops::Deref for PacksHandle {
    type Target = dyn ReadPacks;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
