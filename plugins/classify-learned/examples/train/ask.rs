//! Asks the finished plugin about logs whose answers are known.

use std::error::Error;

use classify_learned::classes::{COUNT, index};
use classify_learned::training::Figures;
use classify_learned::training::figures::Answer;
use classify_learned::{ClassifyLearned, FLOOR, rules};
use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;
use plugin_sdk::testing::{LogText, World};

/// Prints figures over the logs of a file of JSON lines.
pub fn ask(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let (mut answers, mut quiet, mut healthy, mut silent, mut roots) = (Vec::new(), 0, 0, 0, 0);
    for line in text.lines() {
        let row: Value = json::from_str(line)?;
        let field = |path: &str| row.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let finding = answer(&field("/text"))?;
        let category = field("/category");
        if category == "none" {
            healthy += 1;
            quiet += usize::from(finding.is_none());
            continue;
        }
        let Some(finding) = finding else {
            silent += 1;
            continue;
        };
        let accepted = [category.clone(), field("/second_reader/category")];
        let truth = if accepted.contains(&finding.category) { &finding.category } else { &category };
        let place =
            |code: &str| index(code).filter(|place| *place < COUNT).ok_or("a category that is not in the contract");
        answers.push(Answer {
            truth: place(truth)?,
            said: place(&finding.category)?,
            score: finding.confidence as f32,
            fold: 0,
        });
        let said = finding.cause.text.trim();
        let is_root = [field("/root_line"), field("/second_reader/root_line")].iter().any(|root| root.trim() == said);
        roots += usize::from(is_root);
        if std::env::var_os("WRONG").is_some() && truth != &finding.category {
            println!(
                "  {}: {category}, said {} ({:.2}): {said:.100}",
                field("/id"),
                finding.category,
                finding.confidence
            );
        }
    }
    let figures = Figures::of(&answers);
    let failures = answers.len() + silent;
    println!("{name}, answers of at least {FLOOR}:\n{figures}");
    println!(
        "  right of all failures  {:.3} ({failures})",
        figures.accuracy * answers.len() as f32 / failures.max(1) as f32
    );
    println!("  no answer              {silent} of {failures}");
    println!("  root line              {roots} of {}", answers.len());
    println!("  quiet on healthy logs  {quiet} of {healthy}");
    Ok(())
}

/// Asks as the host does: about the first line that the plugin's rule matches. A log without one has no answer.
fn answer(text: &str) -> Result<Option<Finding>, PluginError> {
    let log = LogText::new(text);
    let pattern = regex::Regex::new(rules::ALL[0][0].pattern)
        .map_err(|error| PluginError::failed("io-failed", error.to_string()))?;
    let hit = (1..).zip(text.lines()).find(|(_, line)| pattern.is_match(line));
    let Some((line, text)) = hit else { return Ok(None) };
    let candidate = Candidate {
        code: rules::FAILURE_WORD.to_owned(),
        line: LogLine { line, text: text.to_owned() },
        captures: Vec::new(),
        outcome: None,
    };
    Ok(World::new().enter(|| ClassifyLearned::classify(candidate, &log))?.into_iter().next())
}
