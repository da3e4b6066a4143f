//! Trains the weights that the plugin carries, and says how good they are.
//!
//! `cargo run --release -p classify-learned --example train -- plugins/classify-learned/data/*.jsonl -o
//! plugins/classify-learned/weights.bin`. With `--ask FILE` the finished plugin is asked about whole logs (fields `text`,
//! `category`, and optionally `second_reader.category` and root lines) that it was not trained on.

use std::error::Error;
use std::fs;

use classify_learned::training::{self, samples};

mod ask;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut files, mut output, mut asked) = (Vec::new(), None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-o" => output = arguments.next(),
            "--ask" => asked.extend(arguments.next()),
            _ => files.push(argument),
        }
    }
    let mut all = Vec::new();
    for file in &files {
        all.extend(samples(&fs::read_to_string(file)?).map_err(|error| format!("{file}: {error}"))?);
    }
    let all = training::data::in_order(all);
    if !all.is_empty() {
        let made = training::make(&all);
        println!("{} samples, {} bytes of weights", all.len(), made.bytes.len());
        println!("single lines, {} folds by group:\n{}", training::folds::FOLDS, made.lines);
        println!("logs made of lines that were not trained on:\n{}", made.logs);
        if let Some(output) = output {
            fs::write(output, &made.bytes)?;
        }
    }
    for file in asked {
        ask::ask(&file, &fs::read_to_string(&file)?)?;
    }
    Ok(())
}
