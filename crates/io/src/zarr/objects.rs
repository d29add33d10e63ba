//! Zarr arrays in object stores.

use std::future::Future;
use std::io;
use std::sync::{Arc, OnceLock, mpsc};

use chunkwise_core::BoxError;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::{Builder, Runtime};
use zarrs::storage::byte_range::{ByteRange, ByteRangeIterator};
use zarrs::storage::{Bytes, MaybeBytes, MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

/// The objects below a path of a store, each a key.
///
/// Stores are asynchronous; what asks them here waits, while two threads of this process, which all stores share, see to
/// the requests.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    path: Path,
}

fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let start = || {
        Builder::new_multi_thread().worker_threads(2).enable_all().thread_name("chunkwise-objects").build()
    };
    let runtime = RUNTIME.get_or_init(|| start().ok());
    runtime.as_ref().ok_or_else(|| io::Error::other("the threads for requests cannot be started"))
}

/// Waits for a request. Not by the runtime's own waiting, which panics on threads that serve another one.
fn wait<T: Send + 'static>(request: impl Future<Output = T> + Send + 'static) -> io::Result<T> {
    let (done, result) = mpsc::sync_channel(1);
    runtime()?.spawn(async move {
        // Who asked waits for it.
        let _ = done.send(request.await);
    });
    result.recv().map_err(|_| io::Error::other("a request to the object store was given up"))
}

/// What is not there is `None`.
fn present<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An error of the store, as one of the system, in which errors of the connection can be found.
fn failed(error: Error) -> io::Error {
    let mut kind = io::ErrorKind::Other;
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            kind = error.kind();
        }
        next = error.source();
    }
    io::Error::new(kind, error)
}

impl Objects {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: &str) -> Self {
        Objects { store, path: Path::from(path) }
    }

    /// What to call them in messages.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.store, self.path)
    }

    fn object(&self, key: &str) -> Path {
        let parts = self.path.parts().map(|part| part.as_ref().to_owned());
        Path::from_iter(parts.chain(key.split('/').filter(|part| !part.is_empty()).map(str::to_owned)))
    }

    pub(super) fn read(&self, key: &str) -> io::Result<Option<Bytes>> {
        let (store, object) = (self.store.clone(), self.object(key));
        let get = async move {
            match present(store.get(&object).await)? {
                Some(found) => found.bytes().await.map(Some),
                None => Ok(None),
            }
        };
        wait(get)?.map_err(failed)
    }

    /// Stores are asked to put an object whole or not at all.
    pub(super) fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), BoxError> {
        let (store, object) = (self.store.clone(), self.object(key));
        wait(async move { store.put(&object, PutPayload::from(bytes)).await })?.map_err(failed)?;
        Ok(())
    }

    pub(super) fn remove(&self, key: &str) -> Result<(), BoxError> {
        let (store, object) = (self.store.clone(), self.object(key));
        wait(async move { present(store.delete(&object).await) })?.map_err(failed)?;
        Ok(())
    }

    /// Removes every object.
    pub(super) fn clear(&self) -> Result<(), BoxError> {
        let (store, path) = (self.store.clone(), self.path.clone());
        let clear = async move {
            let found = store.list(Some(&path)).map_ok(|object| object.location).boxed();
            store.delete_stream(found).try_collect::<Vec<_>>().await
        };
        wait(clear)?.map_err(failed)?;
        Ok(())
    }
}

impl ReadableStorageTraits for Objects {
    fn get(&self, key: &StoreKey) -> Result<MaybeBytes, StorageError> {
        Ok(self.read(key.as_str())?)
    }

    fn get_partial_many<'a>(
        &'a self,
        key: &StoreKey,
        ranges: ByteRangeIterator<'a>,
    ) -> Result<MaybeBytesIterator<'a>, StorageError> {
        let Some(len) = self.size_key(key)? else { return Ok(None) };
        let mut wanted = Vec::new();
        for range in ranges {
            let within = match range {
                ByteRange::FromStart(start, length) => {
                    start.checked_add(length.unwrap_or(0)).is_some_and(|end| end <= len)
                }
                ByteRange::Suffix(length) => length <= len,
            };
            if !within {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            wanted.push(range.to_range(len));
        }
        let (store, object) = (self.store.clone(), self.object(key.as_str()));
        let parts =
            wait(async move { present(store.get_ranges(&object, &wanted).await) })?.map_err(failed)?;
        Ok(parts.map(|parts| Box::new(parts.into_iter().map(Ok)) as Box<_>))
    }

    fn size_key(&self, key: &StoreKey) -> Result<Option<u64>, StorageError> {
        let (store, object) = (self.store.clone(), self.object(key.as_str()));
        let found = wait(async move { present(store.head(&object).await) })?.map_err(failed)?;
        Ok(found.map(|found| found.size))
    }

    fn supports_get_partial(&self) -> bool {
        true
    }
}
