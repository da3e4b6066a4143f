//! The standard plugins, built from `plugins/` by this crate's build script and embedded as bytes.
//!
//! They have no privilege that a user's plugin could not be granted; this crate only knows their ids and bytes. It may not
//! depend on the host or on the plugins' code.

/// A component of `plugins/`.
#[derive(Clone, Copy)]
pub struct StandardPlugin {
    /// The plugin's id: the name of its folder and package.
    pub id: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// `sha256:…` of the component, computed by the build.
    pub digest: &'static str,
    /// The component.
    pub bytes: &'static [u8],
}

impl std::fmt::Debug for StandardPlugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{} ({} bytes)", self.id, self.version, self.bytes.len())
    }
}

/// As the build script writes it.
type Row = (&'static str, &'static str, &'static str, &'static [u8]);

const ROWS: &[Row] = include!(concat!(env!("OUT_DIR"), "/components.rs"));

const fn plugin(row: Row) -> StandardPlugin {
    StandardPlugin { id: row.0, version: row.1, digest: row.2, bytes: row.3 }
}

static ALL: [StandardPlugin; ROWS.len()] = {
    let mut all = [StandardPlugin { id: "", version: "", digest: "", bytes: &[] }; ROWS.len()];
    let mut index = 0;
    while index < ROWS.len() {
        all[index] = plugin(ROWS[index]);
        index += 1;
    }
    all
};

/// Returns every standard plugin, sorted by id.
pub fn all() -> &'static [StandardPlugin] {
    &ALL
}

/// Returns the standard plugin of this id.
pub fn find(id: &str) -> Option<&'static StandardPlugin> {
    all().iter().find(|plugin| plugin.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_plugins_is_embedded_as_a_component() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins");
        let entries = std::fs::read_dir(folder).expect("plugins/ exists");
        let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().join("Cargo.toml").is_file());
        let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let ids: Vec<&str> = all().iter().map(|plugin| plugin.id).collect();
        assert_eq!(ids, names);
        for plugin in all() {
            assert!(plugin.bytes.starts_with(b"\0asm\x0d\0\x01\0"), "{plugin:?} is not a component");
        }
    }
}
