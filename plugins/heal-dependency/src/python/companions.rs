//! Distributions that an installed one asks for in words when it needs them: extras, parsers, drivers, pytest's plugins.
//!
//! A name that a message gives is believed only where the package itself confirms it: an installed distribution lists it among
//! its optional requirements, or a table knows it. Text of a log alone could name anything.

use plugin_sdk::prelude::*;

use super::Project;
use super::installed::Owner;
use super::names::distribution_of;
use super::requirements::{normal, parse};
use super::traceback;

/// What is asked for in words that do not hold the name: the words, the distribution.
const IN_WORDS: &[(&str, &str)] = &[
    ("Missing dependencies for SOCKS support", "PySocks"),
    ("using the 'socks' extra", "socksio"),
    ("Using http2=True, but the 'h2' package is not installed", "h2"),
    ("the greenlet library is required", "greenlet"),
    ("tree builder with the features you requested: lxml", "lxml"),
    ("tree builder with the features you requested: html5lib", "html5lib"),
    ("tried using: 'pyarrow', 'fastparquet'", "pyarrow"),
    ("argon2: no backends available", "argon2-cffi"),
    ("bcrypt: no backends available", "bcrypt<4.1"),
    ("Do you have cryptography installed", "cryptography"),
    ("requires \"python-multipart\" to be installed", "python-multipart"),
    ("jinja2 must be installed", "jinja2"),
    ("itsdangerous must be installed", "itsdangerous"),
    ("email-validator is not installed", "email-validator"),
    ("Install 'email_validator' for email validation support", "email-validator"),
    ("Error loading psycopg2 or psycopg module", "psycopg2-binary"),
    ("Error loading psycopg2 module", "psycopg2-binary"),
    ("Error loading MySQLdb module", "mysqlclient"),
    ("because Pillow is not installed", "Pillow"),
    ("'cryptography' package is required", "cryptography"),
    ("cryptography package is required for sha256_password", "cryptography"),
    ("lxml not found, please install it", "lxml"),
    ("html5lib not found, please install it", "html5lib"),
    ("Matplotlib is required", "matplotlib"),
    ("matplotlib is required for plotting", "matplotlib"),
    ("No supported WebSocket library detected", "websockets"),
];

/// Options of pytest: how one begins, the plugin.
const OPTIONS: &[(&str, &str)] = &[
    ("--cov", "pytest-cov"),
    ("--no-cov", "pytest-cov"),
    ("-n", "pytest-xdist"),
    ("--numprocesses", "pytest-xdist"),
    ("--dist", "pytest-xdist"),
    ("--timeout", "pytest-timeout"),
    ("--reruns", "pytest-rerunfailures"),
    ("--benchmark", "pytest-benchmark"),
    ("--html", "pytest-html"),
    ("--self-contained-html", "pytest-html"),
    ("--asyncio-mode", "pytest-asyncio"),
    ("--ds", "pytest-django"),
    ("--reuse-db", "pytest-django"),
    ("--nomigrations", "pytest-django"),
    ("--create-db", "pytest-django"),
    ("--json-report", "pytest-json-report"),
    ("--alluredir", "allure-pytest"),
    ("--random-order", "pytest-random-order"),
    ("--randomly-seed", "pytest-randomly"),
    ("--mypy", "pytest-mypy"),
    ("--flake8", "pytest-flake8"),
    ("--black", "pytest-black"),
    ("--pylint", "pytest-pylint"),
    ("--ruff", "pytest-ruff"),
    ("--disable-socket", "pytest-socket"),
    ("--nbval", "nbval"),
    ("--nbmake", "nbmake"),
    ("--picked", "pytest-picked"),
    ("--testmon", "pytest-testmon"),
    ("--docker-compose", "pytest-docker"),
    ("--snapshot-details", "syrupy"),
];

/// Fixtures that only one well-known plugin brings.
const FIXTURES: &[(&str, &str)] = &[
    ("mocker", "pytest-mock"),
    ("class_mocker", "pytest-mock"),
    ("module_mocker", "pytest-mock"),
    ("session_mocker", "pytest-mock"),
    ("benchmark", "pytest-benchmark"),
    ("requests_mock", "requests-mock"),
    ("httpx_mock", "pytest-httpx"),
    ("respx_mock", "respx"),
    ("httpserver", "pytest-httpserver"),
    ("aiohttp_client", "pytest-aiohttp"),
    ("aiohttp_server", "pytest-aiohttp"),
    ("freezer", "pytest-freezer"),
    ("faker", "Faker"),
    ("fs", "pyfakefs"),
    ("qtbot", "pytest-qt"),
    ("qapp", "pytest-qt"),
    ("datadir", "pytest-datadir"),
    ("shared_datadir", "pytest-datadir"),
    ("data_regression", "pytest-regressions"),
    ("num_regression", "pytest-regressions"),
    ("file_regression", "pytest-regressions"),
    ("django_db_setup", "pytest-django"),
    ("django_user_model", "pytest-django"),
    ("admin_client", "pytest-django"),
    ("live_server", "pytest-django"),
    ("rf", "pytest-django"),
    ("worker_id", "pytest-xdist"),
    ("testrun_uid", "pytest-xdist"),
    ("httpbin", "pytest-httpbin"),
    ("postgresql", "pytest-postgresql"),
    ("subtests", "pytest-subtests"),
    ("docker_services", "pytest-docker"),
    ("socket_enabled", "pytest-socket"),
    ("snapshot", "syrupy"),
    ("page", "pytest-playwright"),
];

/// Remedies for a distribution that a message asks for.
pub fn remedies(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let root = incident.root();
    if incident.is_offline() {
        return Vec::new();
    }
    let text = &root.cause.text;
    let below = log.below(root.cause.line, 4);
    let says = |words: &str| text.contains(words) || below.iter().any(|line| line.text.contains(words));
    // What a release of today asks for is newer than the table.
    let in_words = || IN_WORDS.iter().find(|(words, _)| says(words)).map(|(_, wanted)| (*wanted).to_owned());
    let Some(wanted) = confirmed(root, log, project).or_else(in_words) else { return Vec::new() };
    required(&wanted, &format!("what is installed asks for {wanted} when it is used this way"), 0.88, project)
}

/// Remedies for an option or a fixture that a plugin of pytest brings.
pub fn of_pytest(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let root = incident.root();
    if incident.is_offline() {
        return Vec::new();
    }
    if let Some((_, unknown)) = root.cause.text.split_once("unrecognized arguments: ") {
        let mut plugins: Vec<&str> = Vec::new();
        for word in unknown.split_whitespace() {
            let known = OPTIONS.iter().find(|(option, _)| word.starts_with(option));
            plugins.extend(known.map(|(_, plugin)| *plugin).filter(|plugin| !plugins.contains(plugin)));
        }
        let why = |plugin: &str| format!("pytest does not know an option that {plugin} brings");
        return plugins.first().map(|plugin| required(plugin, &why(plugin), 0.88, project)).unwrap_or_default();
    }
    let is_asynchronous = root.cause.text.contains("async def functions are not natively supported");
    let fixture = root.capture("name").unwrap_or_default();
    let plugin = match FIXTURES.iter().find(|(name, _)| *name == fixture) {
        Some((_, plugin)) => *plugin,
        None if is_asynchronous && marks(log, "pytest.mark.anyio") => "anyio",
        None if is_asynchronous => "pytest-asyncio",
        None if fixture == "event_loop" => "pytest-asyncio",
        None => return Vec::new(),
    };
    let why = if is_asynchronous {
        format!("the tests are coroutines, which pytest only runs with a plugin such as {plugin}")
    } else {
        format!("a test asks for the fixture {fixture}, which {plugin} brings and nothing in the project defines")
    };
    required(plugin, &why, 0.85, project)
}

fn marks(log: &dyn Log, mark: &str) -> bool {
    !log.find(mark, 1, 1).is_empty()
}

fn required(wanted: &str, why: &str, confidence: f64, project: &Project) -> Vec<Remedy> {
    let Some((name, specifiers, _)) = parse(wanted) else { return Vec::new() };
    if project.manifests.find(&name).is_some_and(|declared| declared.written == name) && project.installs_itself {
        // Declared and installed, and still asked for: something else is wrong.
        return Vec::new();
    }
    let proposed = remedy("dependency", format!("require {wanted}")).because(why.to_owned()).confidence(confidence);
    project.require(proposed, &name, &specifiers).into_iter().collect()
}

/// The name in a message, if a package on the way to the failure lists it among its own optional requirements.
fn confirmed(root: &Finding, log: &dyn Log, project: &Project) -> Option<String> {
    let named = ["requirement", "package", "module", "name", "option", "tool", "target"]
        .iter()
        .find_map(|capture| root.capture(capture))?;
    let (name, _, _) = parse(named.trim_matches(['\'', '"', '`']))?;
    let frames = traceback::frames(root, log);
    let owners: Vec<Owner> = frames.iter().filter_map(|frame| frame.owner(project)).collect();
    let (base, extra) = name.split_once('[').map_or((name.as_str(), None), |(base, rest)| {
        (base, rest.split([']', ',']).next().filter(|extra| !extra.is_empty()))
    });
    let wanted = if extra.is_some() { normal(base) } else { normal(&distribution_of(base).0) };
    owners.iter().find_map(|owner| {
        let optional = project.environment.optional_requirements(&owner.name);
        match extra {
            // `httpx[http2]`, asked for by httpx itself: what stands behind its extra.
            Some(extra) if normal(&owner.name) == wanted => {
                optional.iter().find(|(of, _)| of == extra).map(|(_, requirement)| requirement.clone())
            }
            _ => optional
                .into_iter()
                .map(|(_, requirement)| requirement)
                .find(|requirement| normal(requirement) == wanted),
        }
    })
}
