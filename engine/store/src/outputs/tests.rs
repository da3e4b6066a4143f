//! Kept and put back, on a real disk.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::*;

struct World {
    folder: TempDir,
    store: OutputStore,
}

fn world(cap: u64) -> World {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("work")).unwrap();
    let store = OutputStore::new(folder.path().join("cache"), cap);
    World { folder, store }
}

fn outputs() -> Vec<String> {
    vec!["dist".to_owned()]
}

impl World {
    fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn write(&self, path: &str, content: &str) {
        let full = self.root().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, content).unwrap();
    }

    async fn store(&self, key: &str) -> Result<Kept, CacheError> {
        self.store.store(&key.into(), &self.root(), &outputs()).await
    }

    async fn restore(&self, key: &str) -> Result<Kept, CacheError> {
        self.store.restore(&key.into(), &self.root(), &outputs()).await
    }

    /// Everything in the workspace: path → mode and content or target.
    fn tree(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut pending = vec![self.root()];
        while let Some(path) = pending.pop() {
            let meta = path.symlink_metadata().unwrap();
            let mode = meta.permissions().mode() & 0o7777;
            let what = if meta.is_dir() {
                pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                format!("folder {mode:o}")
            } else if meta.is_symlink() {
                format!("link {}", fs::read_link(&path).unwrap().display())
            } else {
                format!("file {mode:o} {}", fs::read_to_string(&path).unwrap())
            };
            let name = path.strip_prefix(self.root()).unwrap().display().to_string();
            if !name.is_empty() {
                found.insert(name, what);
            }
        }
        found
    }

    /// All files of the cache that hold contents.
    fn contents(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.folder.path().join("cache/contents")).unwrap();
        let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }
}

#[tokio::test]
async fn outputs_come_back_exactly_with_modes_links_and_empty_folders() {
    let world = world(1 << 20);
    world.write("src/a.c", "source");
    world.write("dist/bin/tool", "#!/bin/sh\n");
    world.write("dist/lib.so.1", "library");
    fs::set_permissions(world.root().join("dist/bin/tool"), fs::Permissions::from_mode(0o750)).unwrap();
    symlink("lib.so.1", world.root().join("dist/lib.so")).unwrap();
    symlink("/nowhere", world.root().join("dist/broken")).unwrap();
    fs::create_dir(world.root().join("dist/empty")).unwrap();
    fs::set_permissions(world.root().join("dist/bin"), fs::Permissions::from_mode(0o555)).unwrap();
    let before = world.tree();
    assert_eq!(world.store("k").await.unwrap(), Kept { files: 4, bytes: 17 });
    assert_eq!(world.restore("k").await.unwrap().files, 4, "over what is there");
    assert_eq!(world.tree(), before);

    fs::set_permissions(world.root().join("dist/bin"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_dir_all(world.root().join("dist")).unwrap();
    world.restore("k").await.unwrap();
    assert_eq!(world.tree(), before, "from nothing");
    fs::set_permissions(world.root().join("dist/bin"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn what_is_stale_goes_and_what_is_no_output_stays() {
    let world = world(1 << 20);
    world.write("dist/a", "new");
    let before = world.tree();
    world.store("k").await.unwrap();
    world.write("dist/a", "old");
    world.write("dist/stale/deep/b", "stale");
    symlink("a", world.root().join("dist/link")).unwrap();
    world.restore("k").await.unwrap();
    assert_eq!(world.tree(), before);

    fs::remove_file(world.root().join("dist/a")).unwrap();
    fs::create_dir_all(world.root().join("dist/a/b")).unwrap();
    world.write("notes", "mine");
    world.restore("k").await.unwrap();
    assert_eq!(fs::read_to_string(world.root().join("dist/a")).unwrap(), "new", "a folder stood in its way");
    assert_eq!(fs::read_to_string(world.root().join("notes")).unwrap(), "mine");
}

#[tokio::test]
async fn a_damaged_entry_is_told_touches_nothing_and_is_gone() {
    for damage in ["contents", "manifest", "missing"] {
        let world = world(1 << 20);
        world.write("dist/a", "content");
        world.store("k").await.unwrap();
        world.write("dist/a", "changed");
        world.write("dist/b", "more");
        let before = world.tree();
        match damage {
            "contents" => fs::write(&world.contents()[0], "Content").unwrap(),
            "missing" => fs::remove_file(&world.contents()[0]).unwrap(),
            _ => {
                let path = world.folder.path().join("cache/entries/k");
                let text = fs::read_to_string(&path).unwrap().replace("\"size\":7", "\"size\":8");
                fs::write(path, text).unwrap();
            }
        }
        let error = world.restore("k").await.expect_err(damage);
        assert!(matches!(error, CacheError::Damaged(_)), "{damage}: {error}");
        assert_eq!(world.tree(), before, "{damage}");
        assert!(!world.store.has(&"k".into()).await, "{damage}");
        world.write("dist/a", "content");
        world.store("k").await.unwrap();
        world.restore("k").await.expect("storing again mends it");
    }
}

#[tokio::test]
async fn outputs_behind_a_link_are_never_written() {
    let world = world(1 << 20);
    world.write("dist/a", "content");
    world.store("k").await.unwrap();
    fs::rename(world.root().join("dist"), world.folder.path().join("elsewhere")).unwrap();
    fs::write(world.folder.path().join("elsewhere/a"), "theirs").unwrap();
    symlink(world.folder.path().join("elsewhere"), world.root().join("dist")).unwrap();
    let restored = world.restore("k").await;
    assert_eq!(fs::read_to_string(world.folder.path().join("elsewhere/a")).unwrap(), "theirs", "{restored:?}");
}

#[tokio::test]
async fn what_was_used_longest_ago_goes_first_and_shared_contents_stay() {
    let world = world(25_000);
    let shared = "s".repeat(10_000);
    for (number, key) in ["a", "b", "c"].into_iter().enumerate() {
        world.write("dist/shared", &shared);
        world.write("dist/own", &key.repeat(3_000));
        world.store(key).await.unwrap();
        // Times are set, not waited for.
        let entry = fs::File::open(world.folder.path().join("cache/entries").join(key)).unwrap();
        let at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000 + number as u64);
        entry.set_modified(at).unwrap();
    }
    world.restore("a").await.expect("it is used now");
    world.write("dist/own", &"d".repeat(9_000));
    world.store("d").await.unwrap();
    let has = async |key: &str| world.store.has(&CacheKey::new(key)).await;
    assert!(!has("b").await, "used longest ago");
    assert!(has("d").await, "the newest stays");
    assert!(has("a").await, "it was used after `b` and `c`");
    world.restore("a").await.expect("what it shared with `b` is there");
    let total: u64 = world.contents().iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(total <= 25_000, "{total}");
}

#[tokio::test]
async fn outputs_that_are_larger_than_the_cache_are_not_kept() {
    let world = world(10);
    world.write("dist/a", "more than ten bytes");
    let error = world.store("k").await.unwrap_err();
    assert!(matches!(error, CacheError::TooLarge { .. }), "{error}");
    assert!(!world.store.has(&"k".into()).await);
}

#[tokio::test]
async fn a_stage_without_outputs_is_kept_as_passed() {
    let world = world(1 << 20);
    world.write("src/a", "x");
    let none: Vec<String> = Vec::new();
    world.store.store(&"k".into(), &world.root(), &none).await.unwrap();
    let before = world.tree();
    assert_eq!(world.store.restore(&"k".into(), &world.root(), &none).await.unwrap(), Kept::default());
    assert_eq!(world.tree(), before);
}

#[tokio::test]
async fn the_key_follows_names_contents_modes_links_and_parts() {
    let world = world(1 << 20);
    world.write("a", "1");
    world.write("b", "2");
    let files = vec!["a".to_owned(), "b".to_owned()];
    let key = async |part: &str| world.store.key(&[part.to_owned()], &world.root(), &files).await.unwrap();
    let first = key("p").await;
    assert_eq!(key("p").await, first);
    assert_ne!(key("q").await, first, "another part");
    world.write("a", "12");
    world.write("b", "");
    assert_ne!(key("p").await, first, "other contents");
    world.write("a", "1");
    world.write("b", "2");
    assert_eq!(key("p").await, first, "as before, whatever the times are");
    fs::set_permissions(world.root().join("a"), fs::Permissions::from_mode(0o755)).unwrap();
    let executable = key("p").await;
    assert_ne!(executable, first, "executable");
    fs::remove_file(world.root().join("a")).unwrap();
    let missing = key("p").await;
    assert_ne!(missing, executable, "missing");
    symlink("b", world.root().join("a")).unwrap();
    assert_ne!(key("p").await, missing, "a link");
}
