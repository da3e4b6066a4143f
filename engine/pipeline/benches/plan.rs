//! How long a pipeline of 10,000 stages takes to read, plan and run through. Target: planned in less than 100 ms.
//!
//! `cargo bench -p pipeline --bench plan` prints the best of ten rounds of each step; nothing is asserted, because a busy
//! machine is no defect.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use pipeline::plan::Plan;

const STAGES: usize = 10_000;

fn main() {
    let text = pipeline_file();
    let parsed = pipeline::definition::parse(&text, "selfheal.toml").expect("the generated file is right");
    let pipeline = parsed.pipeline;
    let durations: HashMap<_, _> =
        pipeline.stages.iter().enumerate().map(|(index, stage)| (stage.name.clone(), index as u64 % 997)).collect();
    let plan = Plan::new(&pipeline);

    report("read the file", || pipeline::definition::parse(&text, "selfheal.toml"));
    report("plan (graph and priorities)", || {
        let plan = Plan::new(&pipeline);
        plan.schedule_by(&plan.priorities(&durations))
    });
    report("start and pass every stage", || {
        let mut schedule = plan.schedule_by(&plan.priorities(&durations));
        let mut next = schedule.ready().next();
        while let Some(stage) = next {
            schedule.start(stage);
            schedule.pass(&plan, stage);
            next = schedule.ready().next();
        }
        assert!(schedule.is_finished());
        schedule
    });
}

/// Layers of 100 stages; each stage needs three of the layer before.
fn pipeline_file() -> String {
    let mut text = String::new();
    for stage in 0..STAGES {
        text.push_str(&format!("[[stage]]\nname = \"stage-{stage}\"\nrun = \"make part-{stage}\"\n"));
        if let Some(before) = stage.checked_sub(100) {
            let row = before - before % 100;
            let needs = [before, row + (before + 7) % 100, row + (before + 31) % 100];
            let needs: Vec<String> = needs.iter().map(|need| format!("\"stage-{need}\"")).collect();
            text.push_str(&format!("needs = [{}]\n", needs.join(", ")));
        }
    }
    text
}

fn report<T>(step: &str, mut work: impl FnMut() -> T) {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        black_box(work());
        best = best.min(start.elapsed());
    }
    println!("{step}: {:.1} ms for {STAGES} stages", best.as_secs_f64() * 1000.0);
}
