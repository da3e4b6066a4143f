//! What a plugin may do: the one place where imports meet grants.

use pipeline::definition::Grant;

use crate::inspect::{ImportStanding, Inspection, Interface};

/// Which of its imports a plugin gets, or why it is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The grant in force; the default one grants nothing.
    pub grant: Grant,
    /// The granted interfaces that it imports.
    pub interfaces: Vec<Interface>,
}

/// Checks a plugin's imports against its grant. The error says which import is in the way and what to add. `digest` is only
/// asked for where the grant names one.
pub fn allow(
    id: &str,
    inspection: &Inspection,
    digest: impl FnOnce() -> String,
    grant: Option<&Grant>,
) -> Result<Allowance, String> {
    for import in &inspection.imports {
        if let ImportStanding::Refused(why) = &import.standing {
            return Err(format!("it imports {}: {why}", import.name));
        }
    }
    let needed = inspection.needed_grants();
    let (grant, stale) = match grant {
        Some(grant) => match stale_digest(grant, digest) {
            None => (grant.clone(), None),
            Some(stale) => (Grant::default(), Some(stale)),
        },
        None => (Grant::default(), None),
    };
    let missing: Vec<Interface> = needed.iter().copied().filter(|need| !need.is_granted_by(&grant)).collect();
    if missing.is_empty() {
        return Ok(Allowance { grant, interfaces: needed });
    }
    let names: Vec<&str> = missing.iter().map(|need| need.as_str()).collect();
    let reason = match stale {
        Some(stale) => format!(
            "it imports {} and its grant is for other bytes: [plugins.grants.\"{id}\"] says digest = \"{}\", the file has \
             \"{}\"; look at what changed, then update the digest",
            names.join(", "),
            stale.granted,
            stale.actual
        ),
        None => {
            let lines: Vec<&str> = missing.iter().map(|need| need.toml_line()).collect();
            format!(
                "it imports {}, which is not granted; to grant it, add to [plugins.grants.\"{id}\"]: {}",
                names.join(", "),
                lines.join(", ")
            )
        }
    };
    Err(reason)
}

struct StaleDigest {
    granted: String,
    actual: String,
}

/// The two digests, when the grant is for other bytes.
fn stale_digest(grant: &Grant, digest: impl FnOnce() -> String) -> Option<StaleDigest> {
    let granted = grant.digest.as_deref()?;
    let actual = digest();
    (granted != actual).then(|| StaleDigest { granted: granted.to_owned(), actual })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::{Import, Role, digest};

    fn importing(interface: Interface) -> Inspection {
        Inspection {
            size: 3,
            roles: vec![Role::Healer],
            imports: vec![Import {
                name: format!("selfheal:plugin/{}@0.1.0", interface.as_str()),
                standing: ImportStanding::NeedsGrant(interface),
            }],
            api_version: Some("0.1.0".to_owned()),
            unknown_exports: Vec::new(),
        }
    }

    #[test]
    fn a_missing_grant_is_named_with_the_line_to_add() {
        let reason = allow("acme/x", &importing(Interface::State), || digest(b"abc"), None).expect_err("no grant");
        assert!(reason.contains("state, which is not granted"), "{reason}");
        assert!(reason.contains("[plugins.grants.\"acme/x\"]: state = true"), "{reason}");
    }

    #[test]
    fn a_grant_for_other_bytes_grants_nothing() {
        let mut grant = Grant { clock: true, digest: Some(digest(b"abc")), ..Grant::default() };
        assert!(allow("x", &importing(Interface::Clock), || digest(b"abc"), Some(&grant)).is_ok());
        grant.digest = Some(digest(b"abd"));
        let reason =
            allow("x", &importing(Interface::Clock), || digest(b"abc"), Some(&grant)).expect_err("other bytes");
        assert!(reason.contains("other bytes"), "{reason}");
        // Nothing of such a grant is in force, not even where no import needs it.
        let free = Inspection { imports: Vec::new(), ..importing(Interface::Clock) };
        assert_eq!(allow("x", &free, || digest(b"abc"), Some(&grant)), Ok(Allowance::default()));
    }

    #[test]
    fn an_empty_list_of_programs_grants_no_program() {
        let grant = Grant { clock: true, ..Grant::default() };
        assert!(allow("x", &importing(Interface::Process), || digest(b"abc"), Some(&grant)).is_err());
    }
}
