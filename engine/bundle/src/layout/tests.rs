use std::fs;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use tar::{Builder, EntryType, Header};

use super::*;
use crate::bundle::Bundle;
use crate::samples::packed;

fn layout() -> Layout {
    packed("acme/heal-terraform", "1.2.0").to_layout()
}

/// A tar file with one more entry than a real one.
fn with_entry(name: &str, kind: EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.as_ustar_mut().expect("it is one").name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, content).expect("a vector takes everything");
    let mut bytes = builder.into_inner().expect("a vector takes everything");
    bytes.truncate(bytes.len() - 1024);
    bytes.extend(layout().to_tar());
    bytes
}

#[test]
fn a_folder_and_a_file_hold_the_same() {
    let folder = tempfile::tempdir().expect("there is room");
    layout().write_folder(folder.path()).expect("it is written");
    assert_eq!(Layout::open(folder.path()).expect("it is read"), layout());
    let file = folder.path().join("bundle.tar");
    fs::write(&file, layout().to_tar()).expect("it is written");
    assert_eq!(Layout::open(&file).expect("it is read"), layout());
    assert_eq!(layout().blobs.keys().copied().collect::<BTreeSet<_>>(), reachable(&layout()));
}

#[test]
fn entries_that_no_layout_has_are_refused() {
    let hex = Digest::of(b"x").hex();
    for name in ["../evil", "/etc/passwd", "blobs/sha256/../../evil", "blobs/sha256/AB", "plugin.cwasm", "index.json/x"]
    {
        let error = Layout::read_tar(with_entry(name, EntryType::Regular, b"x").as_slice()).expect_err(name);
        assert!(matches!(error, LayoutError::ForeignEntry(_)), "{name}: {error}");
    }
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo, EntryType::Directory] {
        let name = format!("blobs/sha256/{hex}");
        let error = Layout::read_tar(with_entry(&name, kind, b"").as_slice()).expect_err("it is refused");
        assert!(matches!(error, LayoutError::NotAFile(_)), "{kind:?}: {error}");
    }
    let error = Layout::read_tar(with_entry(INDEX_FILE, EntryType::Regular, b"{}").as_slice());
    assert!(matches!(error, Err(LayoutError::Twice(_))));
}

#[test]
fn an_entry_that_is_too_large_is_refused_before_it_is_read() {
    let mut header = Header::new_ustar();
    header.set_size(MAX_DOCUMENT_BYTES + 1);
    header.as_ustar_mut().expect("it is one").name[..INDEX_FILE.len()].copy_from_slice(INDEX_FILE.as_bytes());
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    let error = Layout::read_tar(header.as_bytes().as_slice());
    assert!(matches!(error, Err(LayoutError::TooLarge { .. })), "{error:?}");
}

#[test]
fn a_file_of_very_many_entries_is_refused_early() {
    let mut header = Header::new_ustar();
    header.as_ustar_mut().expect("it is one").name[..INDEX_FILE.len()].copy_from_slice(INDEX_FILE.as_bytes());
    header.set_entry_type(EntryType::Regular);
    header.set_size(0);
    let mut file = Vec::new();
    for number in 0..40_000_u32 {
        // Each with a name of its own, so that only their number can be the reason.
        let name = format!("blobs/sha256/{number:064x}");
        header.as_ustar_mut().expect("it is one").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        file.extend_from_slice(header.as_bytes());
    }
    assert!(matches!(Layout::read_tar(file.as_slice()), Err(LayoutError::TooMany(_))));
}

/// A compressed bundle cannot be a bomb, because none is unpacked.
#[test]
fn a_compressed_file_is_not_unpacked() {
    for magic in [&b"\x1f\x8b\x08\0\0\0\0\0"[..], b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\0", b"PK\x03\x04"] {
        let mut file = magic.to_vec();
        file.resize(4 << 10, 0xa5);
        assert!(Layout::read_tar(file.as_slice()).is_err(), "{magic:x?}");
    }
}

#[test]
fn a_link_in_a_folder_is_not_followed() {
    let folder = tempfile::tempdir().expect("there is room");
    layout().write_folder(folder.path()).expect("it is written");
    let (index, elsewhere) = (folder.path().join(INDEX_FILE), folder.path().join("elsewhere"));
    fs::rename(&index, &elsewhere).expect("it is moved");
    symlink(&elsewhere, &index).expect("a link is made");
    assert!(matches!(Layout::read_folder(folder.path()), Err(LayoutError::NotAFile(_))));
}

#[test]
fn a_fifo_in_place_of_a_bundle_is_refused_without_waiting() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("bundle.tar");
    let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo is there");
    assert!(made.success());
    assert!(matches!(Layout::open(&path), Err(LayoutError::NotAFile(_))));
}

#[test]
fn a_changed_blob_in_a_folder_is_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    layout().write_folder(folder.path()).expect("it is written");
    let blob = folder.path().join("blobs/sha256").join(layout().blobs.keys().next().expect("there are some").hex());
    fs::write(&blob, b"something else").expect("it is written");
    assert!(matches!(Layout::read_folder(folder.path()), Err(LayoutError::WrongBytes(_))));
    fs::remove_file(&blob).expect("it is removed");
    assert!(matches!(Layout::read_folder(folder.path()), Err(LayoutError::Missing(_))));
}

/// Bytes that are padding, times or owners of a tar file may change without changing what is read; nothing else may.
#[test]
fn no_flipped_byte_of_a_file_changes_what_is_read() {
    let original = packed("acme/heal-terraform", "1.2.0");
    let tar = original.to_layout().to_tar();
    for at in 0..tar.len() {
        let mut bytes = tar.clone();
        bytes[at] ^= 0x20;
        let Ok(layout) = Layout::read_tar(bytes.as_slice()) else { continue };
        let Ok(read) = Bundle::from_layout(&layout) else { continue };
        // Flipped in `index.json`, where tags and types repeat what the manifests say, or in padding.
        assert_eq!(read, original, "byte {at}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        let _ = Layout::read_tar(bytes.as_slice());
        let _ = manifest(&bytes);
    }

    #[test]
    fn no_damage_makes_the_reader_panic(from: prop::sample::Index, len in 0_usize..600, with: u8) {
        let mut bytes = layout().to_tar();
        let from = from.index(bytes.len());
        let end = (from + len).min(bytes.len());
        bytes[from..end].fill(with);
        if let Ok(layout) = Layout::read_tar(bytes.as_slice()) {
            let _ = Bundle::from_layout(&layout);
        }
    }
}
