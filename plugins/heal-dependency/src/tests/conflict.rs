//! Requirements that exclude each other, with a resolver that knows one way out.

use plugin_sdk::host::process::{ProcessError, ProcessRequest, ProcessResult};
use plugin_sdk::json::{self, Value, json};

use super::*;

const REPORT: &str = "\
The conflict is caused by:
    The user requested lib==1.0.3
    tool 2.0.0 depends on lib<3 and >=1.5
";

/// A resolver for which `works` tells whether a set of requirements holds together; it then chooses `version` of `lib`.
fn resolver(
    works: impl Fn(&[String]) -> bool + 'static,
    version: &'static str,
) -> impl Fn(&ProcessRequest) -> Result<ProcessResult, ProcessError> {
    move |request| {
        let question: Value = json::from_str(&request.argv[4]).unwrap();
        let answer = match question["ask"].as_str().unwrap() {
            "explain" => json!({ "text": REPORT }),
            "resolve" => {
                let sets: Vec<Vec<String>> = json::from_value(question["alternatives"].clone()).unwrap();
                let number = sets.iter().position(|set| works(set));
                json!({ "number": number, "versions": number.map(|_| json!({ "lib": version, "tool": "2.0.0" })) })
            }
            other => panic!("{other}"),
        };
        let stdout_tail = answer.to_string().into_bytes();
        Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail })
    }
}

fn conflict() -> IncidentBuilder {
    incident(finding("python.pip-conflict", "dependency-conflict")).script("pip install -q -r requirements.txt")
}

fn world() -> World {
    World::new().file("requirements.txt", "lib==1.0.3\ntool==2.0.0\n")
}

#[test]
fn the_smallest_change_that_the_resolver_accepts_is_proposed_also_where_pip_was_quiet() {
    let works = |set: &[String]| set.contains(&"lib>=1.0.3,<2".to_owned()) && set.contains(&"tool==2.0.0".to_owned());
    for log in [REPORT, "ERROR: ResolutionImpossible\n"] {
        let remedies = propose_with_log(world().process(resolver(works, "1.9.2")), conflict(), log);
        assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "lib==1.0.3", "lib==1.9.2")]);
        assert_eq!(remedies.len(), 1);
    }
}

#[test]
fn two_requirements_move_only_where_one_is_not_enough() {
    let works = |set: &[String]| set == ["lib", "tool"];
    // What the resolver leaves as it was is no change.
    let remedies = propose_with_log(world().process(resolver(works, "2.1.0")), conflict(), REPORT);
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "lib==1.0.3", "lib==2.1.0")]);
}

#[test]
fn without_the_resolver_the_report_is_followed_and_the_remedy_says_that_nobody_checked() {
    let remedies = propose_with_log(world(), conflict(), REPORT);
    assert!(remedies[0].rationale.contains("not checked: python3 could not be run"), "{}", remedies[0].rationale);
    assert!(remedies[0].confidence < 0.7);
}
