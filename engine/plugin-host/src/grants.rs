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

/// How a grant has to name the plugin that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By its id: the bytes are part of the program, or the caller chose them.
    Id,
    /// By its digest: where the bytes come from a place that others may write to, a name is no reason to trust them.
    Digest,
}

/// A plugin that wants to be let in.
pub struct Applicant<'a> {
    /// Its id.
    pub id: &'a str,
    /// What its bytes say.
    pub inspection: &'a Inspection,
    /// What the user lets it do.
    pub grant: Option<&'a Grant>,
    /// How that has to name it.
    pub naming: Naming,
    /// All that it asks for, where it says so. Nothing else is given to it, whatever is granted.
    pub requested: Option<&'a Grant>,
}

/// Checks a plugin's imports against its grant: what is in force is what was both asked for and granted. The error says which
/// import is in the way and what to add. `digest` is only asked for where it matters.
pub fn allow(applicant: &Applicant<'_>, digest: impl Fn() -> String) -> Result<Allowance, String> {
    let Applicant { id, inspection, grant, naming, requested } = *applicant;
    for import in &inspection.imports {
        if let ImportStanding::Refused(why) = &import.standing {
            return Err(format!("it imports {}: {why}", import.name));
        }
    }
    let needed = inspection.needed_grants();
    let mut stale = None;
    let mut nameless = false;
    let mut in_force = Grant::default();
    if let Some(grant) = grant {
        stale = stale_digest(grant, &digest);
        nameless = grant.digest.is_none() && naming == Naming::Digest;
        if stale.is_none() && !nameless {
            in_force = requested.map_or_else(|| grant.clone(), |requested| grant.and(requested));
        }
    }
    let missing: Vec<Interface> = needed.iter().copied().filter(|need| !need.is_granted_by(&in_force)).collect();
    if missing.is_empty() {
        return Ok(Allowance { grant: in_force, interfaces: needed });
    }
    let names = missing.iter().map(|need| need.as_str()).collect::<Vec<&str>>().join(", ");
    if let Some(stale) = stale {
        return Err(format!(
            "it imports {names} and its grant is for other bytes: [plugins.grants.\"{id}\"] says digest = \"{}\", the file has \
             \"{}\"; look at what changed, then update the digest",
            stale.granted, stale.actual
        ));
    }
    if nameless {
        return Err(format!(
            "it imports {names} and its grant names no bytes; add to [plugins.grants.\"{id}\"]: digest = \"{}\"",
            digest()
        ));
    }
    let mut lines: Vec<String> = missing.iter().map(|need| need.toml_line(requested)).collect();
    if naming == Naming::Digest && grant.is_none() {
        lines.push(format!("digest = \"{}\"", digest()));
    }
    let lines = lines.join(", ");
    Err(format!("it imports {names}, which is not granted; to grant it, add to [plugins.grants.\"{id}\"]: {lines}"))
}

struct StaleDigest {
    granted: String,
    actual: String,
}

/// The two digests, when the grant is for other bytes.
fn stale_digest(grant: &Grant, digest: impl Fn() -> String) -> Option<StaleDigest> {
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

    fn checked(
        id: &str,
        inspection: &Inspection,
        bytes: &[u8],
        grant: Option<&Grant>,
        naming: Naming,
    ) -> Result<Allowance, String> {
        allow(&Applicant { id, inspection, grant, naming, requested: None }, || digest(bytes))
    }

    #[test]
    fn a_missing_grant_is_named_with_the_line_to_add() {
        let reason = checked("acme/x", &importing(Interface::State), b"abc", None, Naming::Id).expect_err("no grant");
        assert!(reason.contains("state, which is not granted"), "{reason}");
        assert!(reason.ends_with("[plugins.grants.\"acme/x\"]: state = true"), "{reason}");
        let reason = checked("x", &importing(Interface::State), b"abc", None, Naming::Digest).expect_err("no grant");
        assert!(reason.ends_with(&format!("state = true, digest = \"{}\"", digest(b"abc"))), "{reason}");
    }

    #[test]
    fn the_line_to_add_names_what_the_plugin_asks_for() {
        let requested = Grant { process: vec!["terraform".to_owned()], ..Grant::default() };
        let inspection = importing(Interface::Process);
        let applicant = Applicant {
            id: "x",
            inspection: &inspection,
            grant: None,
            naming: Naming::Id,
            requested: Some(&requested),
        };
        let reason = allow(&applicant, || digest(b"abc")).expect_err("no grant");
        assert!(reason.ends_with("process = [\"terraform\"]"), "{reason}");
    }

    #[test]
    fn a_grant_for_other_bytes_grants_nothing() {
        let check = |interface, grant: &Grant| checked("x", &importing(interface), b"abc", Some(grant), Naming::Digest);
        let mut grant = Grant { clock: true, digest: Some(digest(b"abc")), ..Grant::default() };
        assert!(check(Interface::Clock, &grant).is_ok());
        grant.digest = Some(digest(b"abd"));
        let reason = check(Interface::Clock, &grant).expect_err("other bytes");
        assert!(reason.contains("other bytes"), "{reason}");
        // Nothing of such a grant is in force, not even where no import needs it.
        let free = Inspection { imports: Vec::new(), ..importing(Interface::Clock) };
        assert_eq!(checked("x", &free, b"abc", Some(&grant), Naming::Digest), Ok(Allowance::default()));
    }

    #[test]
    fn a_grant_that_names_no_bytes_is_none_for_a_file() {
        let grant = Grant { clock: true, ..Grant::default() };
        let check = |naming| checked("x", &importing(Interface::Clock), b"abc", Some(&grant), naming);
        assert!(check(Naming::Id).is_ok());
        let reason = check(Naming::Digest).expect_err("it names no bytes");
        assert!(
            reason.contains(&format!("names no bytes; add to [plugins.grants.\"x\"]: digest = \"{}\"", digest(b"abc"))),
            "{reason}"
        );
    }

    #[test]
    fn what_was_granted_and_not_asked_for_is_not_given() {
        let inspection = importing(Interface::Process);
        let programs = |names: &[&str]| Grant {
            process: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Grant::default()
        };
        let (granted, requested) = (programs(&["git", "sh"]), programs(&["git", "terraform"]));
        let applicant = Applicant {
            id: "x",
            inspection: &inspection,
            grant: Some(&granted),
            naming: Naming::Id,
            requested: Some(&requested),
        };
        let allowance = allow(&applicant, || digest(b"abc")).expect("git is granted");
        assert_eq!(allowance.grant.process, ["git"]);
        let nothing = programs(&["terraform"]);
        let applicant = Applicant { grant: Some(&nothing), requested: Some(&granted), ..applicant };
        assert!(allow(&applicant, || digest(b"abc")).is_err());
    }

    #[test]
    fn an_empty_list_of_programs_grants_no_program() {
        let grant = Grant { clock: true, ..Grant::default() };
        assert!(checked("x", &importing(Interface::Process), b"abc", Some(&grant), Naming::Id).is_err());
    }
}
