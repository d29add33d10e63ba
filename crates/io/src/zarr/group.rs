//! Groups: folders of arrays and further groups, with attributes.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::array::metadata;
use super::{ZarrArray, ZarrVersion};
use crate::place::{OWN, parent, put, remove_stale};
use crate::{StoreError, StoreErrorKind};

/// A group in a Zarr store in a folder: it has attributes, and holds arrays and groups.
///
/// ```
/// use chunkwise_io::{ZarrGroup, ZarrVersion};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("run.zarr");
/// let attributes = serde_json::from_str(r#"{"title": "a run"}"#)?;
/// ZarrGroup::create(&path, ZarrVersion::V3, attributes)?;
/// let group = ZarrGroup::open(&path)?;
/// assert_eq!(group.attributes()["title"], "a run");
/// assert!(group.arrays()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ZarrGroup {
    path: PathBuf,
    attributes: Map<String, Value>,
}

/// What a folder is to Zarr.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Array,
    Group,
}

impl ZarrGroup {
    /// Opens the group in the folder at `path`.
    ///
    /// # Errors
    /// A [`StoreError`] when the folder is no group, or its metadata cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let open = || {
            fs::metadata(path).map_err(StoreErrorKind::Open)?;
            if node(path) != Some(Node::Group) {
                return Err(StoreErrorKind::NotFound {
                    why: "is no Zarr group: neither `zarr.json` of a group nor `.zgroup` is there".into(),
                });
            }
            let attributes = match read(&path.join("zarr.json"))? {
                Some(mut content) => content.remove("attributes"),
                None => read(&path.join(".zattrs"))?.map(Value::Object),
            };
            let attributes = match attributes {
                None => Map::new(),
                Some(Value::Object(attributes)) => attributes,
                Some(_) => return Err(metadata("the attributes are not named")),
            };
            Ok(ZarrGroup { path: path.to_owned(), attributes })
        };
        open().map_err(|kind: StoreErrorKind| kind.of(path.display().to_string()))
    }

    /// Makes a group in the folder at `path`, which is made if need be. What is in it stays.
    ///
    /// # Errors
    /// A [`StoreError`] when an array or a group is there already, or the folder cannot be written to.
    pub fn create(
        path: impl AsRef<Path>,
        version: ZarrVersion,
        attributes: Map<String, Value>,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let create = || {
            if node(path).is_some() {
                return Err(StoreErrorKind::Exists { why: "the folder is an array or a group".into() });
            }
            let own = path.join(OWN);
            let files = match version {
                ZarrVersion::V3 => vec![(
                    "zarr.json",
                    json!({"zarr_format": 3, "node_type": "group", "attributes": attributes}),
                )],
                ZarrVersion::V2 => {
                    vec![(".zattrs", json!(attributes)), (".zgroup", json!({"zarr_format": 2}))]
                }
            };
            fs::create_dir_all(&own).map_err(StoreErrorKind::Create)?;
            remove_stale(&own);
            for (name, content) in files {
                put(&own, &path.join(name), format!("{content:#}\n").as_bytes())
                    .map_err(StoreErrorKind::Create)?;
            }
            let _ = fs::remove_dir(own);
            crate::place::sync(parent(path)).map_err(StoreErrorKind::Create)?;
            Ok(ZarrGroup { path: path.to_owned(), attributes })
        };
        create().map_err(|kind: StoreErrorKind| kind.of(path.display().to_string()))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The attributes.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The names of the arrays in this group, in alphabetical order.
    ///
    /// # Errors
    /// A [`StoreError`] when the folder cannot be read.
    pub fn arrays(&self) -> Result<Vec<String>, StoreError> {
        self.children(Node::Array)
    }

    /// The names of the groups in this group, in alphabetical order.
    ///
    /// # Errors
    /// A [`StoreError`] when the folder cannot be read.
    pub fn groups(&self) -> Result<Vec<String>, StoreError> {
        self.children(Node::Group)
    }

    /// Opens an array by its name, or by its path from here: `"a"`, `"b/c"`.
    ///
    /// # Errors
    /// As for [`ZarrArray::open`].
    pub fn array(&self, name: &str) -> Result<ZarrArray, StoreError> {
        ZarrArray::open(self.path.join(name))
    }

    /// Opens a group by its name, or by its path from here.
    ///
    /// # Errors
    /// As for [`ZarrGroup::open`].
    pub fn group(&self, name: &str) -> Result<ZarrGroup, StoreError> {
        ZarrGroup::open(self.path.join(name))
    }

    fn children(&self, kind: Node) -> Result<Vec<String>, StoreError> {
        let wrong =
            |error: std::io::Error| StoreErrorKind::Read(error.into()).of(self.path.display().to_string());
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Arrays that are not complete yet.
            if !name.starts_with(".chunkwise") && node(&entry.path()) == Some(kind) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// What the folder at `path` is.
fn node(path: &Path) -> Option<Node> {
    if let Ok(Some(content)) = read(&path.join("zarr.json")) {
        return match content.get("node_type").and_then(Value::as_str) {
            Some("array") => Some(Node::Array),
            Some("group") => Some(Node::Group),
            _ => None,
        };
    }
    if path.join(".zarray").exists() {
        return Some(Node::Array);
    }
    path.join(".zgroup").exists().then_some(Node::Group)
}

/// The content of a file of metadata; `None` if it is not there.
fn read(path: &Path) -> Result<Option<Map<String, Value>>, StoreErrorKind> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreErrorKind::Open(error)),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| metadata(error.to_string()))
}
