//! The classifiers of this repository, in one list.

use std::collections::BTreeSet;
use std::path::Path;

use plugin_sdk::classifier::{Candidate, Classifier};
use plugin_sdk::prelude::*;
use plugin_sdk::testing::check_rules;

/// What a second look is given and answers.
type Classify = fn(Candidate, &dyn Log) -> Result<Vec<Finding>, PluginError>;

/// A classifier without its component.
pub struct Pack {
    /// Name of its folder, which is its id.
    pub id: &'static str,
    /// Its rules.
    pub rules: &'static [&'static [Rule]],
    /// Its second look.
    pub classify: Classify,
}

/// Every classifier.
pub const ALL: &[Pack] = &[
    pack::<classify_ci::ClassifyCi>("classify-ci"),
    pack::<classify_container::ClassifyContainer>("classify-container"),
    pack::<classify_delivery::ClassifyDelivery>("classify-delivery"),
    pack::<classify_dotnet::ClassifyDotnet>("classify-dotnet"),
    pack::<classify_go::ClassifyGo>("classify-go"),
    pack::<classify_jvm::ClassifyJvm>("classify-jvm"),
    pack::<classify_learned::ClassifyLearned>("classify-learned"),
    pack::<classify_native::ClassifyNative>("classify-native"),
    pack::<classify_node::ClassifyNode>("classify-node"),
    pack::<classify_languages::ClassifyLanguages>("classify-languages"),
    pack::<classify_php::ClassifyPhp>("classify-php"),
    pack::<classify_python::ClassifyPython>("classify-python"),
    pack::<classify_ruby::ClassifyRuby>("classify-ruby"),
    pack::<classify_rust::ClassifyRust>("classify-rust"),
    pack::<classify_scanners::ClassifyScanners>("classify-scanners"),
    pack::<classify_system::ClassifySystem>("classify-system"),
];

/// Its rules match once per log whatever the line is about, so they take nothing away from a rule.
const LEARNED: &str = "classify-learned";

const fn pack<C: Classifier>(id: &'static str) -> Pack {
    Pack { id, rules: C::RULES, classify: C::classify }
}

#[test]
fn every_classifier_is_in_the_list() {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in plugins/");
    let folders = std::fs::read_dir(plugins).expect("plugins/ can be listed");
    let names = folders.map(|entry| entry.expect("an entry of plugins/").file_name().to_string_lossy().into_owned());
    let there: BTreeSet<String> = names.filter(|name| name.starts_with("classify-")).collect();
    let listed: BTreeSet<String> = ALL.iter().map(|pack| pack.id.to_owned()).collect();
    assert_eq!(listed, there, "a classifier is listed here and named in the [dev-dependencies] of this package");
}

#[test]
fn no_classifier_takes_an_example_of_another_away_from_it() {
    let all: Vec<&[Rule]> =
        ALL.iter().filter(|pack| pack.id != LEARNED).flat_map(|pack| pack.rules.iter().copied()).collect();
    check_rules(&all);
}
