//! What a stage's result depends on, as far as the rules know it: the recipe of the key under which outputs are kept.
//!
//! A recipe is a digest of the command, the directory, the variables that the file declares, the runner, the services and
//! the patterns of a stage, and of the lineages of the stages it needs: the key of one whose own outputs are kept, the
//! recipe of any other. Whoever looks into the cache adds what only the machine knows (the contents of the input files, the
//! runner's bytes) and so makes a [`crate::id::CacheKey`].

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::definition::{Service, Stage};
use crate::remedy::CommandLine;

/// Changes when the same recipe would mean something else.
const VERSION: u32 = 1;

/// Lineage of a stage that is skipped because its `when` does not hold.
pub const SKIPPED: &str = "skipped";

/// The fields that count, in a fixed order.
#[derive(Serialize)]
struct Ingredients<'a> {
    version: u32,
    command: &'a CommandLine,
    directory: &'a str,
    env: &'a std::collections::BTreeMap<String, String>,
    runner: Option<&'a str>,
    services: &'a [Service],
    inputs: &'a [String],
    outputs: &'a [String],
    needs: &'a [&'a str],
}

/// The recipe of a stage. `needs` are the lineages of the stages it needs, in the order of the
/// file.
pub fn recipe(stage: &Stage, needs: &[&str]) -> String {
    let ingredients = Ingredients {
        version: VERSION,
        command: &stage.command,
        directory: &stage.directory,
        env: &stage.env,
        runner: stage.runner.as_deref(),
        services: &stage.services,
        inputs: &stage.inputs,
        outputs: &stage.outputs,
        needs,
    };
    let json = serde_json::to_vec(&ingredients).expect("ingredients hold no maps with odd keys");
    Sha256::digest(&json).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a stage's results are kept at all: it says what it reads, and may run any number of times.
pub fn is_kept(stage: &Stage) -> bool {
    !stage.inputs.is_empty() && stage.is_idempotent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage() -> Stage {
        Stage::new("build", CommandLine::Shell("make".to_owned()))
    }

    #[test]
    fn everything_that_can_change_a_result_changes_the_recipe() {
        let plain = recipe(&stage(), &["a"]);
        let changed: [fn(&mut Stage); 7] = [
            |stage| stage.command = CommandLine::Shell("make -k".to_owned()),
            |stage| stage.directory = "web".to_owned(),
            |stage| drop(stage.env.insert("A".to_owned(), "b".to_owned())),
            |stage| stage.runner = None,
            |stage| stage.inputs.push("src".to_owned()),
            |stage| stage.outputs.push("dist".to_owned()),
            |stage| {
                stage.services.push(Service::new(
                    "db",
                    CommandLine::Shell("db".to_owned()),
                    crate::definition::Ready::Port { port: 5432 },
                ));
            },
        ];
        for (number, change) in changed.iter().enumerate() {
            let mut other = stage();
            change(&mut other);
            assert_ne!(recipe(&other, &["a"]), plain, "change {number}");
        }
        assert_ne!(recipe(&stage(), &["b"]), plain, "another lineage");
        assert_ne!(recipe(&stage(), &[]), plain, "no lineage");
    }

    #[test]
    fn a_name_a_limit_and_a_reason_change_nothing() {
        let mut other = Stage::new("compile", CommandLine::Shell("make".to_owned()));
        other.limits.timeout_ms = Some(1);
        other.reason = Some("there is a Makefile".to_owned());
        assert_eq!(recipe(&other, &[]), recipe(&stage(), &[]));
    }
}
