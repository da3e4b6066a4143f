use super::*;

const INSTALLS: &str = ".venv/bin/pip install -q -r requirements.txt && .venv/bin/python main.py";

fn import(name: &str, module: &str) -> IncidentBuilder {
    incident(
        finding("python.import-name-removed", "dependency-conflict").capture("name", name).capture("module", module),
    )
    .script(INSTALLS)
}

fn attribute(attribute: &str, module: &str) -> IncidentBuilder {
    let found = finding("python.attribute-removed", "dependency-conflict")
        .capture("attribute", attribute)
        .capture("module", module);
    incident(found).script(INSTALLS)
}

fn project(requirements: &str) -> World {
    World::new().file("requirements.txt", requirements)
}

fn edited(find: &str, replace: &str) -> Action {
    action::edit_file("requirements.txt", find, replace)
}

#[test]
fn a_pinned_user_moves_on_before_the_provider_stays_back() {
    for (incident, requirements, expected) in [
        (
            import("escape", "jinja2"),
            "flask==1.1.2\njinja2>=3.1\n",
            [edited("flask==1.1.2", "flask>=2.3"), edited("jinja2>=3.1", "jinja2<3.1")],
        ),
        (
            import("soft_unicode", "markupsafe"),
            "jinja2==2.11.3\nmarkupsafe>=2.1\n",
            [edited("jinja2==2.11.3", "jinja2>=3.0"), edited("markupsafe>=2.1", "markupsafe<2.1")],
        ),
        (
            import("_unicodefun", "click"),
            "black==21.12b0\nclick>=8.1\n",
            [edited("black==21.12b0", "black>=22.3"), edited("click>=8.1", "click<8.1")],
        ),
        (
            import("appengine", "requests.packages.urllib3.contrib"),
            "requests-toolbelt==0.9.1\nurllib3>=2\n",
            [edited("requests-toolbelt==0.9.1", "requests-toolbelt>=1.0"), edited("urllib3>=2", "urllib3<2")],
        ),
    ] {
        let remedies = propose(project(requirements), incident);
        let actions: Vec<Action> = remedies.iter().flat_map(|remedy| remedy.actions.clone()).collect();
        assert_eq!(actions, expected, "{requirements}");
        assert!(remedies[0].confidence > remedies[1].confidence, "{requirements}");
    }
}

#[test]
fn where_the_project_itself_uses_the_name_the_provider_stays_back() {
    let engine = finding("python.object-attribute-removed", "dependency-conflict")
        .capture("object", "Engine")
        .capture("attribute", "execute");
    let remedies = propose(project("sqlalchemy\n"), incident(engine).script(INSTALLS));
    assert_eq!(first(&remedies), [edited("sqlalchemy", "sqlalchemy<2")]);
    let bcrypt = propose(project("passlib==1.7.4\nbcrypt>=5\n"), attribute("__about__", "bcrypt"));
    assert_eq!(first(&bcrypt), [edited("bcrypt>=5", "bcrypt<4.1")]);
    let undeclared = propose(project("nothing\n"), attribute("bool", "numpy"));
    assert_eq!(first(&undeclared), [action::append_to_file("requirements.txt", "numpy<1.24\n")]);
}

#[test]
fn a_failure_whose_explanation_stands_above_it_is_understood() {
    let value = incident(finding("python.value-error", "dependency-conflict").cause(9, "ValueError: too long"))
        .script(INSTALLS);
    let log = "(trapped) error reading bcrypt version\n";
    let remedies = propose_with_log(project("bcrypt>=5\n"), value, log);
    assert_eq!(first(&remedies), [edited("bcrypt>=5", "bcrypt<4.1")]);
}

#[test]
fn a_package_that_is_given_up_leaves_before_its_successor_comes() {
    let remedies = propose(project("nose==1.3.7\n"), attribute("Callable", "collections"));
    let uninstall = action::run_command([".venv/bin/python", "-m", "pip", "uninstall", "-y", "nose"]);
    assert_eq!(first(&remedies), [uninstall.into(), edited("nose==1.3.7", "pynose")]);
}

#[test]
fn pkg_resources_left_setuptools() {
    for code in ["python.setuptools-pkg-resources", "python.module-not-found"] {
        let gone = incident(finding(code, "dependency-missing").capture("module", "pkg_resources")).script(INSTALLS);
        let remedies = propose(project("setuptools>=82\n"), gone);
        assert_eq!(first(&remedies), [edited("setuptools>=82", "setuptools<81")], "{code}");
    }
}

#[test]
fn an_unknown_removal_frees_the_pinned_user_that_the_traceback_shows() {
    let log = "\
Traceback (most recent call last):
  File \"/src/job/main.py\", line 1, in <module>
    import oldlib
  File \"/src/job/.venv/lib/python3.11/site-packages/oldlib/__init__.py\", line 3, in <module>
    from newlib import thing
ImportError: cannot import name 'thing' from 'newlib'
";
    let found = finding("python.import-name-removed", "dependency-conflict")
        .capture("name", "thing")
        .capture("module", "newlib");
    let gone =
        || incident(found.clone().cause(6, "ImportError: cannot import name 'thing' from 'newlib'")).script(INSTALLS);
    let world = || {
        project("oldlib==1.2\nnewlib\n").file(".venv/lib/python3.11/site-packages/newlib-4.1.0.dist-info/METADATA", "")
    };
    let remedies = propose_with_log(world(), gone(), log);
    assert_eq!(first(&remedies), [edited("oldlib==1.2", "oldlib>1.2")]);
    assert_eq!(remedies[1].actions, [edited("newlib", "newlib<4")]);
}

#[test]
fn every_removal_can_be_acted_upon() {
    use crate::python::removals::{Consumer, REMOVALS, Shown};
    for removal in REMOVALS {
        let names = match removal.shown {
            Shown::Import(_, names) | Shown::Attribute(_, names) | Shown::Object(_, names) | Shown::Module(names) => {
                names.len()
            }
            Shown::Text(text) => text.len(),
        };
        assert!(names > 0, "{removal:?}");
        let (provider, consumers) = (removal.provider, removal.consumers);
        assert!(
            provider.is_some() || !consumers.is_empty() || matches!(removal.shown, Shown::Attribute("base64", _)),
            "{removal:?}"
        );
        for consumer in consumers {
            if let Consumer::From(name, versions) = consumer {
                assert!(versions.starts_with(">=") && !name.is_empty(), "{removal:?}");
            }
        }
    }
}
