//! Components for the tests of the host, built from `programs/` by this crate's build script.
//!
//! `misbehaving` does what its configuration says (see its `behaviour.rs` for the list), `imports-http` and
//! `imports-filesystem` ask for what they must not get, `prying` looks for what it was never given, `errands` runs programs
//! and sends requests, and `two-roles` is a good plugin with two roles. May not be used outside of tests.

/// As the build script writes it: id, version, digest, bytes.
type Row = (&'static str, &'static str, &'static str, &'static [u8]);

const ROWS: &[Row] = include!(concat!(env!("OUT_DIR"), "/components.rs"));

/// Returns the ids of all components, sorted.
pub fn ids() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|row| row.0)
}

/// Returns the component of this id, the name of its folder in `programs/`.
///
/// # Panics
/// When there is none: a test that misspells an id has to fail.
#[track_caller]
pub fn component(id: &str) -> &'static [u8] {
    match ROWS.iter().find(|row| row.0 == id) {
        Some(row) => row.3,
        None => panic!("no guest is called {id}; there are {:?}", ids().collect::<Vec<_>>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Interface names stand in a component as plain text, so that no parser is needed to look for one.
    fn names(id: &str, interface: &str) -> bool {
        component(id).windows(interface.len()).any(|window| window == interface.as_bytes())
    }

    #[test]
    fn a_component_with_two_roles_exports_both_and_no_third() {
        assert!(names("two-roles", "selfheal:plugin/classifier@") && names("two-roles", "selfheal:plugin/healer@"));
        for role in ["planner", "runner", "notifier"] {
            assert!(!names("two-roles", &format!("selfheal:plugin/{role}@")), "{role}");
        }
    }

    #[test]
    fn only_interfaces_that_are_called_become_imports() {
        assert!(names("imports-http", "selfheal:plugin/http@"));
        assert!(names("imports-filesystem", "wasi:filesystem/"));
        for id in ["two-roles", "misbehaving"] {
            for interface in
                ["selfheal:plugin/http@", "selfheal:plugin/workspace@", "wasi:filesystem/", "wasi:sockets/"]
            {
                assert!(!names(id, interface), "{id} imports {interface}");
            }
        }
    }
}
