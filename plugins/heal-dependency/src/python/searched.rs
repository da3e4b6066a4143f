//! Remedies for an API that is gone and that the table of removals does not know: see [`super::upstream`].

use plugin_sdk::prelude::*;

use super::Project;
use super::index::{Expected, Index, Unasked};
use super::installed::Owner;
use super::removed::{gone, is_held_back};
use super::requirements::normal;
use super::traceback::{self, Frame};
use super::upstream::{self, Boundary};
use crate::version::Version;

/// Most distributions that are asked whether a class is theirs.
const MAX_CLASS_OWNERS: usize = 3;
/// Sure enough when the archives were read; the run has the last word.
const READ: f64 = 0.85;
/// Half a guess.
const GUESSED: f64 = 0.45;

/// The remedies: the consumer moves on to where it does without, or the provider stays where it still has it.
pub fn remedies(root: &Finding, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let frames = traceback::frames(root, log);
    let Some(mut expected) = expected(root) else { return Vec::new() };
    let index = &project.index;
    let is_argument = !expected.argument.is_empty();
    let provider = if expected.class.is_empty() && !is_argument {
        project.environment.owner_of(&expected.module)
    } else {
        owner_of_class(&expected, &frames, project)
    };
    let is_of_python = provider.is_none() && expected.class.is_empty() && !is_argument;
    if provider.is_none() && !is_of_python {
        return Vec::new();
    }
    // A module that is missing as a whole went away only if what it was part of is there.
    if expected.name.is_empty() && provider.as_ref().is_none_or(|provider| provider.version.is_none()) {
        return Vec::new();
    }
    let consumer = consumer(&frames, provider.as_ref(), project);
    let stays = provider.as_ref().and_then(|provider| stays(provider, &expected, consumer.as_ref(), root, project));
    if !expected.class.is_empty() {
        // Code calls a method without naming its class.
        expected.module = String::new();
    }
    // How a call is spelt does not tell which function it reaches, so nobody is asked who calls it so no more.
    let moves = consumer
        .as_ref()
        .filter(|_| !is_argument)
        .and_then(|consumer| moves(consumer, &expected, root, project, index));
    let is_consumer_held =
        consumer.is_some_and(|consumer| project.manifests.find(&consumer.name).is_some_and(is_held_back));
    let (first, second) = match (stays, moves) {
        (Some(stays), Some(moves)) if is_consumer_held && moves.confidence >= stays.confidence => {
            (Some(moves), Some(stays))
        }
        (Some(stays), Some(moves)) if moves.confidence > stays.confidence => (Some(moves), Some(stays)),
        other => other,
    };
    let mut remedies: Vec<Remedy> = first.into_iter().chain(second).collect();
    if let [first, second] = &mut remedies[..] {
        second.confidence = second.confidence.min(first.confidence - 0.1);
    }
    remedies
}

/// What the finding says is gone.
fn expected(root: &Finding) -> Option<Expected> {
    let capture = |name: &str| root.capture(name).map(|text| text.trim_matches(['\'', '"']).to_owned());
    let name = capture("name").or_else(|| capture("attribute"));
    match root.code.as_str() {
        "python.import-name-removed" | "python.attribute-removed" | "python.numpy-alias-removed" => {
            let module = super::removed::module_of(root)?.to_owned();
            Some(Expected { name: name?, ..Expected::module(&module) })
        }
        "python.object-attribute-removed" => {
            let class = capture("object")?.rsplit('.').next()?.to_owned();
            Some(Expected { class, name: name?, ..Expected::module("") })
        }
        "python.unexpected-argument" => {
            let class = capture("object").unwrap_or_default();
            Some(Expected { class, name: capture("name")?, argument: capture("option")?, ..Expected::module("") })
        }
        "python.module-not-found" => {
            capture("module").filter(|name| name.contains('.')).map(|name| Expected::module(&name))
        }
        _ => None,
    }
}

/// The first package above the failure that is not the provider itself; `None` when the project's own code is.
fn consumer(frames: &[Frame], provider: Option<&Owner>, project: &Project) -> Option<Owner> {
    let is_provider = |owner: &Owner| provider.is_some_and(|provider| normal(&provider.name) == normal(&owner.name));
    let mut outside = frames.iter().map(|frame| frame.owner(project));
    let mut found = outside.find(|owner| !owner.as_ref().is_some_and(is_provider)).flatten()?;
    // An environment that cannot be looked into still follows a pin.
    let pin = || project.manifests.find(&found.name)?.specifiers.strip_prefix("==").map(str::to_owned);
    found.version = found.version.clone().or_else(|| pin().filter(|pin| !pin.contains([',', '*'])));
    Some(found)
}

/// A class is of the package whose code fails, or of one that this code imports.
fn owner_of_class(expected: &Expected, frames: &[Frame], project: &Project) -> Option<Owner> {
    let innermost = frames.first()?;
    let text =
        path::existing(&innermost.file, &project.directory).and_then(|file| host::workspace::read_text(&file).ok());
    let text = text.unwrap_or_default();
    let imports = text.lines().flat_map(traceback::imported).collect::<Vec<_>>();
    let imported = imports.iter().filter_map(|module| project.environment.owner_of(module));
    let mut owners: Vec<Owner> = Vec::new();
    for owner in innermost.owner(project).into_iter().chain(imported) {
        if owner.version.is_some() && !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    let lacks = |owner: &Owner| {
        let version = owner.version.as_deref().unwrap_or_default();
        project.index.has(&owner.name, version, expected) == Ok(Some(false))
    };
    // A function of the project may have the same name; that a package has one without the argument has to be read.
    let only = owners.len() == 1 && expected.argument.is_empty();
    owners.into_iter().take(MAX_CLASS_OWNERS).find(|owner| only || lacks(owner))
}

fn stays(
    provider: &Owner,
    expected: &Expected,
    consumer: Option<&Owner>,
    root: &Finding,
    project: &Project,
) -> Option<Remedy> {
    let (name, what) = (&provider.name, gone(root));
    let propose = |specifiers: &str, why: String, confidence: f64| {
        let proposed = remedy("dependency", format!("require {name}{specifiers}")).because(why).confidence(confidence);
        project.require(proposed, name, specifiers)
    };
    match upstream::last_with(provider, expected, consumer, &project.index) {
        Ok(Boundary::Read { wanted, other: Some(other) }) => {
            let why =
                format!("{name} {wanted} has `{what}` and {other} does not: the archives of the package index say so");
            propose(&upstream::below(&wanted, &other), why, READ)
        }
        Ok(Boundary::Read { wanted, other: None }) => {
            let why = format!("`{what}` came with a newer {name} than the installed one; {wanted} has it");
            propose(&format!(">={wanted}"), why, READ)
        }
        // An argument that nobody ever took is the caller's mistake: only what was read counts.
        Ok(Boundary::Guessed { .. }) | Err(_) if !expected.argument.is_empty() => None,
        Ok(Boundary::Guessed { wanted, other, unchecked }) => {
            let other = other.unwrap_or_else(|| provider.version.clone().unwrap_or_default());
            let why = format!(
                "{name} took `{what}` away; {wanted} is the last release before that as far as dates and numbers tell. That it has `{what}` was not checked: {unchecked}"
            );
            propose(&upstream::below(&wanted, &other), why, GUESSED)
        }
        Ok(Boundary::Nowhere) => None,
        Err(why) => unasked(provider, &what, &why).and_then(|(specifiers, why)| propose(&specifiers, why, GUESSED)),
    }
}

/// Without the index: names go away with a new major version.
fn unasked(provider: &Owner, what: &str, why: &Unasked) -> Option<(String, String)> {
    let installed = provider.version.as_deref().and_then(Version::parse).filter(|version| version.major() > 0)?;
    let name = &provider.name;
    let because = format!(
        "{name} {} is installed and has no `{what}`; names go away with a new major version. Which release took it away was not checked: {why}",
        installed.text
    );
    Some((format!("<{}", installed.major()), because))
}

fn moves(consumer: &Owner, expected: &Expected, root: &Finding, project: &Project, index: &Index) -> Option<Remedy> {
    let (name, what) = (&consumer.name, gone(root));
    let installed = consumer.version.as_deref().unwrap_or_default();
    let propose = |specifiers: &str, why: String, confidence: f64| {
        let proposed = remedy("dependency", format!("require {name}{specifiers}")).because(why).confidence(confidence);
        project.require(proposed, name, specifiers)
    };
    match upstream::first_without(consumer, expected, index) {
        Ok(Boundary::Read { wanted, .. }) => {
            let why = format!(
                "{name} {installed} uses `{what}`, which is gone; {wanted} does without it: its archive says so"
            );
            propose(&format!(">={wanted}"), why, READ)
        }
        Ok(Boundary::Guessed { unchecked, .. }) if !installed.is_empty() => {
            let why = format!(
                "{name} {installed} uses `{what}`, which is gone; a newer one may do without it. That was not checked: {unchecked}"
            );
            propose(&format!(">{installed}"), why, GUESSED)
        }
        Err(unchecked) if project.manifests.find(name).is_some_and(is_held_back) && !installed.is_empty() => {
            let why = format!(
                "{name} {installed} uses `{what}`, which is gone; a newer one may do without it. That was not checked: {unchecked}"
            );
            propose(&format!(">{installed}"), why, GUESSED)
        }
        _ => None,
    }
}
