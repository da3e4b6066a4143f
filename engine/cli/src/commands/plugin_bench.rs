//! `selfheal plugin bench`: what a call costs.

use std::path::Path;
use std::time::Duration;

use plugin_project::bench::Cost;
use plugin_project::build::BuildOptions;
use serde_json::json;

use super::plugin_build::{component_of, open};
use super::plugin_test::{bench_of, cannot_try, fixtures_of};
use crate::args::Format;
use crate::engine;
use crate::exit::{self, Failure};
use crate::report::paint::{FAILED, HEALED, NAME, paint, size};

/// Builds, and calls the plugin with each of its fixtures for some seconds.
pub fn bench(dir: &Path, seconds: u64, format: Format) -> Result<u8, Failure> {
    let project = open(dir)?;
    let built = component_of(&project, &BuildOptions::default())?;
    let (bench, fixtures) = (bench_of(&project)?, fixtures_of(&project, None)?);
    let runtime = engine::runtime()?;
    if format == Format::Human {
        say!(
            "{} {}, limit of memory {}",
            paint(NAME, &project.manifest.id),
            size(built.size),
            size(bench.limits().memory as u64)
        );
    }
    let mut faults = 0;
    for fixture in &fixtures {
        let cost = runtime.block_on(bench.measure(fixture, Duration::from_secs(seconds))).map_err(cannot_try)?;
        match (cost, format) {
            (Some(cost), Format::Json) => say!("{}", as_json(&cost)),
            (Some(cost), Format::Human) => {
                faults += cost.faults;
                show(&cost);
            }
            (None, Format::Json) => {}
            (None, Format::Human) => say!("{} {} makes no call of the plugin", paint(HEALED, "!"), fixture.name),
        }
    }
    if fixtures.is_empty() {
        tell!("hint: a call is measured with the question of a fixture; tests/ has none");
        return Ok(exit::NOTHING);
    }
    if faults > 0 {
        say!("{} {faults} calls ended in a fault", paint(FAILED, "✗"));
    }
    Ok(exit::PASSED)
}

fn show(cost: &Cost) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    say!(
        "{:<24} {:<9} {:>9.0} calls/s  median {:>7.3} ms  p95 {:>7.3} ms  memory {:>9}",
        cost.name,
        cost.function,
        cost.per_second,
        ms(cost.median),
        ms(cost.p95),
        size(cost.memory)
    );
}

fn as_json(cost: &Cost) -> serde_json::Value {
    json!({
        "version": 1, "fixture": cost.name, "function": cost.function, "calls": cost.calls,
        "per_second": cost.per_second, "median_us": cost.median.as_micros() as u64, "p95_us": cost.p95.as_micros() as u64,
        "memory_bytes": cost.memory, "faults": cost.faults,
    })
}
