//! The search for the release that took an API away, with the package index's answers as they were recorded in November 2026.

use plugin_sdk::host::process::{ProcessError, ProcessRequest, ProcessResult};
use plugin_sdk::json::{self, Value, json};

use super::*;
use crate::python::{Project, removed};

const INSTALLS: &str = ".venv/bin/pip install -q -r requirements.txt && .venv/bin/python main.py";

/// The provider's releases: version, day, whether the name is there.
const PROVIDER: &[(&str, &str, bool)] = &[
    ("1.0", "2017-03-07", true),
    ("1.1.1", "2019-02-24", true),
    ("2.0.0", "2021-05-11", true),
    ("2.0.1", "2021-05-18", true),
    ("2.1.0", "2022-02-18", false),
    ("2.1.5", "2024-02-02", false),
    ("3.0.2", "2024-10-18", false),
    ("3.0.3", "2025-09-27", false),
];
/// The consumer's releases: version, day, whether the name is used.
const CONSUMER: &[(&str, &str, bool)] = &[
    ("2.10.3", "2019-10-04", true),
    ("2.11.3", "2021-01-31", true),
    ("3.0.3", "2021-11-09", false),
    ("3.1.6", "2025-03-05", false),
];
const LOG: &str = "\
Traceback (most recent call last):
  File \"/src/job/main.py\", line 1, in <module>
    import jinja2
  File \"/src/job/.venv/lib/python3.11/site-packages/jinja2/filters.py\", line 13, in <module>
    from markupsafe import soft_unicode
ImportError: cannot import name 'soft_unicode' from 'markupsafe'
";

/// What the index answers; `reads` says whether its archives can be read.
fn index(request: &ProcessRequest, reads: bool) -> Result<ProcessResult, ProcessError> {
    assert_eq!(request.argv[..3], ["python3", "-I", "-c"]);
    let question: Value = json::from_str(&request.argv[4]).unwrap();
    let text = |key: &str| question[key].as_str().unwrap_or_default().to_owned();
    let table = if text("name").eq_ignore_ascii_case("markupsafe") { PROVIDER } else { CONSUMER };
    let answer = match text("ask").as_str() {
        "releases" => json!({ "releases": table.iter().map(|(version, date, _)| {
            json!({ "version": version, "date": date, "fits": true })
        }).collect::<Vec<_>>() }),
        _ if !reads => json!({ "says": null }),
        "has" | "uses" => {
            assert_eq!((text("module"), text("name_in_module")), ("markupsafe".to_owned(), "soft_unicode".to_owned()));
            json!({ "says": table.iter().find(|(version, ..)| *version == text("version")).unwrap().2 })
        }
        other => panic!("{other}"),
    };
    let stdout_tail = answer.to_string().into_bytes();
    Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail })
}

fn world(requirements: &str) -> World {
    World::new()
        .file("requirements.txt", requirements)
        .file(".venv/pyvenv.cfg", "version = 3.11.7\n")
        .file(".venv/lib/python3.11/site-packages/MarkupSafe-3.0.3.dist-info/top_level.txt", "markupsafe\n")
        .file(".venv/lib/python3.11/site-packages/Jinja2-2.11.3.dist-info/top_level.txt", "jinja2\n")
}

fn gone() -> IncidentBuilder {
    let found = finding("python.import-name-removed", "dependency-conflict")
        .capture("name", "soft_unicode")
        .capture("module", "markupsafe")
        .cause(6, "ImportError: cannot import name 'soft_unicode' from 'markupsafe'");
    incident(found).script(INSTALLS)
}

/// With no entry of the table of removals at all.
fn unknowing(world: &World, incident: IncidentBuilder, log: &str) -> Vec<Remedy> {
    let (incident, log) = (incident.build(), LogText::new(log));
    world.enter(|| removed::remedies_knowing(&[], &incident, &log, &Project::of(&incident, &log)))
}

#[test]
fn a_removal_that_the_table_does_not_know_is_bounded_at_the_release_that_made_it() {
    let world = world("jinja2==2.11.3\nmarkupsafe>=2.0.1\n").process(|request| index(request, true));
    let remedies = unknowing(&world, gone(), LOG);
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "jinja2==2.11.3", "jinja2>=3.0.3")]);
    assert_eq!(
        remedies[1].actions,
        [action::edit_file("requirements.txt", "markupsafe>=2.0.1", "markupsafe>=2.0.1,<2.1")]
    );
    assert!(remedies[1].rationale.contains("2.0.1 has `soft_unicode` and 2.1.0 does not"), "{}", remedies[1].rationale);
    let asked = world.process_requests().len();
    assert!(asked <= 14, "{asked} questions");
}

#[test]
fn where_the_project_itself_is_the_user_only_the_provider_is_bounded() {
    let own = "\
Traceback (most recent call last):
  File \"/src/job/main.py\", line 1, in <module>
    from markupsafe import soft_unicode
ImportError: cannot import name 'soft_unicode' from 'markupsafe'
";
    let world = world("markupsafe\n").process(|request| index(request, true));
    let remedies = unknowing(&world, gone(), own);
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "markupsafe", "markupsafe<2.1")]);
    assert_eq!(remedies.len(), 1);
}

#[test]
fn where_archives_do_not_tell_the_dates_do_and_the_remedy_says_so() {
    let world = world("jinja2==2.11.3\nmarkupsafe\n").process(|request| index(request, false));
    let remedies = unknowing(&world, gone(), LOG);
    let provider =
        remedies.iter().find(|remedy| remedy.title.contains("markupsafe") || remedy.title.contains("MarkupSafe"));
    let provider = provider.unwrap();
    // The consumer is of January 2021: 2.0.1 is the last release within a year of it.
    assert_eq!(provider.actions, [action::edit_file("requirements.txt", "markupsafe", "markupsafe<2.1")]);
    assert!(provider.rationale.contains("was not checked"), "{}", provider.rationale);
    assert!(provider.confidence < 0.5);
}

#[test]
fn without_the_index_the_major_version_is_the_guess_and_the_remedy_says_why() {
    let denied = unknowing(&world("jinja2\nmarkupsafe\n"), gone(), LOG);
    assert_eq!(first(&denied), [action::edit_file("requirements.txt", "markupsafe", "markupsafe<3")]);
    assert!(denied[0].rationale.contains("not checked: python3 could not be run"), "{}", denied[0].rationale);
    let world = world("jinja2\nmarkupsafe\n").process(|_| panic!("an offline run asks nobody"));
    let offline = unknowing(&world, gone().attr("offline", "true"), LOG);
    assert_eq!(first(&offline), first(&denied));
    assert!(offline[0].rationale.contains("not checked: the run is offline"), "{}", offline[0].rationale);
}

/// The releases of a provider whose function took an argument up to 2.0.1.
fn argument(request: &ProcessRequest, ever: bool) -> Result<ProcessResult, ProcessError> {
    let question: Value = json::from_str(&request.argv[4]).unwrap();
    let releases = || PROVIDER.iter().map(|(version, date, _)| json!({"version": version, "date": date, "fits": true}));
    let answer = match question["ask"].as_str().unwrap() {
        "releases" => json!({ "releases": releases().collect::<Vec<_>>() }),
        "has" => {
            assert_eq!((&question["class"], &question["argument"]), (&json!("Markup"), &json!("safe")));
            json!({ "says": ever && PROVIDER.iter().any(|(version, _, has)| *has && question["version"] == *version) })
        }
        other => panic!("{other}"),
    };
    let stdout_tail = answer.to_string().into_bytes();
    Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail })
}

#[test]
fn an_argument_that_a_release_took_away_bounds_the_package_and_one_that_nobody_ever_took_does_not() {
    let text = "TypeError: Markup.__init__() got an unexpected keyword argument 'safe'";
    let log = format!(
        "Traceback (most recent call last):\n  File \"/src/job/main.py\", line 2, in <module>\n    Markup(safe=1)\n{text}\n"
    );
    let found = finding("python.unexpected-argument", "test-failure")
        .capture("object", "Markup")
        .capture("name", "__init__")
        .capture("option", "safe")
        .cause(4, text);
    for (ever, expected) in
        [(true, vec![action::edit_file("requirements.txt", "markupsafe", "markupsafe<2.1")]), (false, vec![])]
    {
        let world = world("markupsafe\n")
            .file("main.py", "from markupsafe import Markup\nMarkup(safe=1)\n")
            .process(move |request| argument(request, ever));
        let remedies = unknowing(&world, incident(found.clone()).script(INSTALLS), &log);
        assert_eq!(first(&remedies), expected);
    }
    let denied = world("markupsafe\n").file("main.py", "from markupsafe import Markup\n");
    assert!(unknowing(&denied, incident(found).script(INSTALLS), &log).is_empty());
}
