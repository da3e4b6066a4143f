#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

const KEY: EntryKey<'static> = EntryKey { kind: EntryKind::Code, digest: "sha256:aa", context: "v1" };

fn entry_files(parent: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(parent.join("plugins"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != KEY_FILE)
        .collect();
    files.sort();
    files
}

/// A cache with one entry.
fn cache() -> (tempfile::TempDir, CompiledCache, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let cache = CompiledCache::open(parent.path()).unwrap();
    cache.put(&KEY, b"machine code").unwrap();
    let [file] = entry_files(parent.path()).try_into().unwrap();
    (parent, cache, file)
}

fn is_rejected(lookup: Lookup) -> bool {
    matches!(lookup, Lookup::Rejected(_))
}

#[test]
fn what_was_put_is_found_by_the_next_process() {
    let (parent, cache, _) = cache();
    drop(cache);
    let cache = CompiledCache::open(parent.path()).unwrap();
    assert_eq!(cache.get(&KEY), Lookup::Hit(b"machine code".to_vec()));
    assert_eq!(cache.get(&EntryKey { context: "v2", ..KEY }), Lookup::Miss);
    assert_eq!(cache.get(&EntryKey { kind: EntryKind::Rules, ..KEY }), Lookup::Miss);
    assert_eq!(cache.get(&EntryKey { digest: "sha256:ab", ..KEY }), Lookup::Miss);
}

#[test]
fn a_change_of_any_byte_is_noticed() {
    let (_parent, cache, file) = cache();
    let good = fs::read(&file).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&file, bad).unwrap();
        assert!(is_rejected(cache.get(&KEY)), "byte {at}");
    }
    for length in 0..good.len() {
        fs::write(&file, &good[..length]).unwrap();
        assert!(is_rejected(cache.get(&KEY)), "length {length}");
    }
    fs::write(&file, [good.as_slice(), b"x"].concat()).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
    fs::write(&file, &good).unwrap();
    assert_eq!(cache.get(&KEY), Lookup::Hit(b"machine code".to_vec()));
}

#[test]
fn entries_that_changed_places_are_noticed() {
    let (parent, cache, file) = cache();
    let other = EntryKey { digest: "sha256:bb", ..KEY };
    cache.put(&other, b"other code").unwrap();
    let other_file = entry_files(parent.path()).into_iter().find(|path| *path != file).unwrap();
    fs::copy(&other_file, &file).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
    assert_eq!(cache.get(&other), Lookup::Hit(b"other code".to_vec()));
}

#[test]
fn an_entry_under_another_key_is_noticed() {
    let (parent, cache, _) = cache();
    drop(cache);
    fs::remove_file(parent.path().join("plugins/key")).unwrap();
    assert!(is_rejected(CompiledCache::open(parent.path()).unwrap().get(&KEY)));
}

#[test]
fn links_and_files_that_others_can_write_are_not_read() {
    let (_parent, cache, file) = cache();
    let elsewhere = file.with_extension("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
    fs::rename(&elsewhere, &file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
}

#[test]
fn directory_and_key_are_for_their_user_alone() {
    let (parent, cache, _) = cache();
    drop(cache);
    let directory = parent.path().join("plugins");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&directory), mode(&directory.join("key"))), (0o700, 0o600));
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(CompiledCache::open(parent.path()), Err(CacheError::Untrusted { .. })));
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(CompiledCache::open(parent.path()).is_ok());
    assert_eq!(mode(&directory), 0o700);
    fs::set_permissions(directory.join("key"), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(CompiledCache::open(parent.path()), Err(CacheError::Untrusted { .. })));
}

#[test]
fn a_linked_directory_is_not_used() {
    let parent = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), parent.path().join("plugins")).unwrap();
    assert!(matches!(CompiledCache::open(parent.path()), Err(CacheError::Io { .. })));
}

#[test]
fn old_entries_make_room_for_new_ones() {
    let (parent, cache, _) = cache();
    for number in 0..MAX_ENTRIES + 5 {
        cache.put(&EntryKey { context: &format!("c{number}"), ..KEY }, b"x").unwrap();
    }
    assert_eq!(entry_files(parent.path()).len(), MAX_ENTRIES);
    assert_eq!(cache.get(&EntryKey { context: &format!("c{}", MAX_ENTRIES + 4), ..KEY }), Lookup::Hit(b"x".to_vec()));
}

#[test]
fn what_belongs_to_another_user_is_not_trusted() {
    let own = rustix::process::geteuid().as_raw();
    assert_eq!(distrust(own, 0o600, OPEN), None);
    assert!(distrust(own + 1, 0o600, OPEN).is_some());
    assert!(distrust(own + 1, 0o600, WRITABLE).is_some());
    for mode in [0o602, 0o620, 0o666, 0o777] {
        assert!(distrust(own, mode, WRITABLE).is_some(), "{mode:o}");
    }
}

#[test]
fn code_of_another_compiler_under_the_name_of_this_one_is_noticed() {
    let (parent, cache, file) = cache();
    cache.put(&EntryKey { context: "v0 of the compiler", ..KEY }, b"code with a miscompile").unwrap();
    let older = entry_files(parent.path()).into_iter().find(|path| *path != file).unwrap();
    fs::rename(older, &file).unwrap();
    assert!(is_rejected(cache.get(&KEY)));
}
