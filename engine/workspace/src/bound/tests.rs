#![allow(clippy::unwrap_used)]

use std::os::unix::fs::symlink;

use super::*;

/// A directory `w` in a temporary folder.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let base = tempfile::tempdir().unwrap();
    let top = base.path().canonicalize().unwrap().join("w x");
    fs::create_dir(&top).unwrap();
    (base, top)
}

fn write(top: &Path, path: &str, content: &str) {
    let path = top.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content.replace("TOP", top.to_str().unwrap())).unwrap();
}

fn tie(top: &Path) -> Option<(String, Tie)> {
    let entries = everything(top, &mut Rules::of_folder(top, None), Path::new("/nowhere")).unwrap();
    first_tie(top, &entries).unwrap().map(|(path, tie)| (path.to_string_lossy().into_owned(), tie))
}

#[test]
fn what_is_bound_to_its_path_is_found() {
    let url = "file://TOP/lib".replace(' ', "%20");
    for (path, content, expected) in [
        (".venv/pyvenv.cfg", "", Tie::Environment),
        ("node_modules/x/env/pyvenv.cfg", "", Tie::Environment),
        ("target/.rustc_info.json", "{}", Tie::CargoTarget),
        ("build/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=TOP\n", Tie::Named),
        ("bin/tool", "#!TOP/bin/python\n", Tie::Named),
        ("x.pth", "TOP/src", Tie::Named),
        (".git/config", "[core]\n\tworktree = TOP\n", Tie::Named),
        (".git/worktrees/a/gitdir", "/elsewhere/.git", Tie::WorkTree),
        (".git/objects/info/alternates", "../../../other/.git/objects\n", Tie::LeadsOut),
        ("Cargo.toml", "[dependencies]\na = { path = \"../a\" }\n", Tie::LeadsOut),
        ("deep/er/package.json", "{\"dependencies\":{\"a\":\"file:../../../a\"}}", Tie::LeadsOut),
        ("direct_url.json", &url, Tie::Named),
    ] {
        let (_base, top) = folder();
        let content = if content == url {
            format!("{{\"url\": \"file://{}\"}}", top.to_str().unwrap().replace(' ', "%20"))
        } else {
            content.to_owned()
        };
        write(&top, path, &content);
        let found = tie(&top).map(|(_, tie)| tie);
        assert_eq!(found, Some(expected), "{path}");
    }
}

#[test]
fn links_are_bound_where_they_are_absolute_or_lead_out() {
    for (at, target, expected) in [
        ("l", "TOP/f", Some(Tie::AbsoluteLink)),
        ("d/l", "../../other", Some(Tie::LeadsOut)),
        ("d/l", "../f", None),
        ("l", "/etc/hostname", None),
        ("l", "nowhere", None),
    ] {
        let (_base, top) = folder();
        write(&top, "f", "");
        write(&top, "d/f", "");
        symlink(target.replace("TOP", top.to_str().unwrap()), top.join(at)).unwrap();
        assert_eq!(tie(&top).map(|(_, tie)| tie), expected, "{at} -> {target}");
    }
}

#[test]
fn other_paths_data_logs_and_what_git_notes_down_are_no_ties() {
    let (_base, top) = folder();
    write(&top, "a.txt", "TOP-other/x, TOPper and TOP.old");
    write(&top, "compiled", "\0TOP/src/main.c");
    write(&top, "build.log", "entering TOP");
    write(&top, ".git/logs/HEAD", "clone: from TOP");
    write(&top, "sub/Cargo.toml", "a = { path = \"../a\" }");
    assert_eq!(tie(&top), None);
}

#[test]
fn a_path_across_two_chunks_of_a_long_file_is_found() {
    for before in [256 * 1024 - 3, 256 * 1024, 511 * 1024] {
        let (_base, top) = folder();
        write(&top, "long.txt", &format!("{}TOP/x", "y".repeat(before)));
        assert_eq!(tie(&top), Some(("long.txt".to_owned(), Tie::Named)), "{before}");
    }
}

#[test]
fn what_only_one_of_two_paths_has_above_itself_is_found() {
    let (_base, top) = folder();
    let (inner, state) = (top.join("a/b"), top.join("state/copy/b"));
    fs::create_dir_all(&inner).unwrap();
    write(&top, "package.json", "{}");
    assert_eq!(found_upwards(&inner, &state), None, "both have it");
    write(&top, "a/.npmrc", "");
    assert_eq!(found_upwards(&inner, &state), Some(top.join("a/.npmrc")));
    assert_eq!(found_upwards(&state, &inner), Some(top.join("a/.npmrc")));
}

#[test]
fn translation_puts_the_other_path_in_and_nothing_else() {
    let (_base, top) = folder();
    let copy = Path::new("/copy of/w");
    write(&top, "f", "#!/copy of/w/bin/python\nfile:///copy%20of/w/x /copy of/w-2\n");
    let translated = translate(&top.join("f"), copy, Path::new("/the w")).unwrap().unwrap();
    assert_eq!(String::from_utf8(translated).unwrap(), "#!/the w/bin/python\nfile:///the%20w/x /copy of/w-2\n");
    write(&top, "g", "/copy of/other");
    assert_eq!(translate(&top.join("g"), copy, Path::new("/w")).unwrap(), None);
}
