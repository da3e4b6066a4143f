//! What is said about limits that were learned: at the start of a run, and by `selfheal learn show`.

use pipeline::definition::Pipeline;
use pipeline::floor::{GivenFloor, with_floor};
use pipeline::remedy::Limits;

use super::paint::{HEALED, NAME, duration, paint, size};

/// One line for each stage that starts with other limits than its definition gives it, or tries to do with less.
pub fn given(pipeline: &Pipeline, floors: &[GivenFloor]) -> Vec<String> {
    let line = |floor: &GivenFloor| {
        let defined = &pipeline.stages.iter().find(|stage| stage.name == floor.stage)?.limits;
        let limits = with_floor(defined, &floor.limits);
        let changed = differences(defined, &limits);
        let what = match (floor.is_probe, changed.is_empty()) {
            (true, true) => "is tried without them again".to_owned(),
            (true, false) => format!("is tried with less: {}", changed.join(", ")),
            (false, _) => format!("starts with {}", changed.join(", ")),
        };
        let (title, run) = (paint(HEALED, "learned limits:"), paint(NAME, &floor.run));
        Some(format!("{title} {} {what} (healed in run {run})", floor.stage))
    };
    floors.iter().filter_map(line).collect()
}

/// Limits in words.
pub fn words(limits: &Limits) -> String {
    differences(&Limits::default(), limits).join(", ")
}

fn differences(before: &Limits, after: &Limits) -> Vec<String> {
    let told = |name: &str, before: Option<String>, after: Option<String>| {
        let after = after.filter(|after| before.as_ref() != Some(after))?;
        Some(match before {
            Some(before) => format!("{name} {after} instead of {before}"),
            None => format!("{name} {after}"),
        })
    };
    let bytes = |limit: Option<u64>| limit.map(size);
    let time = |limit: Option<u64>| limit.map(duration);
    let count = |limit: Option<u64>| limit.map(|limit| limit.to_string());
    [
        told("memory", bytes(before.memory_bytes), bytes(after.memory_bytes)),
        told("time limit", time(before.timeout_ms), time(after.timeout_ms)),
        told("processor time", time(before.cpu_ms), time(after.cpu_ms)),
        told("open files", count(before.open_files), count(after.open_files)),
        told("jobs", count(before.jobs.map(u64::from)), count(after.jobs.map(u64::from))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use pipeline::definition::Stage;
    use pipeline::remedy::CommandLine;

    use super::*;

    fn lines(limits: Limits, is_probe: bool) -> Vec<String> {
        let mut pipeline = Pipeline::named("shop");
        let mut stage = Stage::new("test", CommandLine::Shell("make".to_owned()));
        stage.limits.memory_bytes = Some(64 << 20);
        pipeline.stages.push(stage);
        let floor = GivenFloor { stage: "test".into(), limits, run: "r-1".into(), is_probe };
        given(&pipeline, &[floor]).iter().map(|line| anstream::adapter::strip_str(line.as_str()).to_string()).collect()
    }

    #[test]
    fn what_differs_is_said_and_where_it_was_learned() {
        let limits = Limits { memory_bytes: Some(128 << 20), jobs: Some(2), ..Limits::default() };
        let [line] = &lines(limits.clone(), false)[..] else { panic!("one line") };
        assert!(line.starts_with("learned limits: test starts with memory 128"), "{line}");
        assert!(line.contains(" instead of 64") && line.ends_with(", jobs 2 (healed in run r-1)"), "{line}");
        assert!(lines(limits, true)[0].contains("test is tried with less: memory 128"));
        assert!(lines(Limits::default(), true)[0].contains("test is tried without them again"));
    }
}
