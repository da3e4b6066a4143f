//! Numbers that a run gives away, in an order that a replay repeats: random ones and those of attempts.

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::choice::draw_rng;
use crate::id::StageName;

/// Random numbers of a run, all from its seed and the number of the draw, so that a replay meets the same chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draws {
    seed: u64,
    drawn: u64,
}

impl Draws {
    /// Numbers from a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Number of the next draw.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn
    }

    /// A generator for the next draw.
    pub fn next_rng(&mut self, name: &str) -> ChaCha8Rng {
        let draw = self.draw();
        draw_rng(self.seed, name, draw)
    }

    /// Whether something of the given probability (0 to 1) happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.next_rng("happens").random::<f64>() < probability
    }
}

/// Numbers of attempts, per stage, counted upwards and never given twice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attempts(BTreeMap<StageName, u32>);

impl Attempts {
    /// The next number for a stage, from 1.
    pub fn next(&mut self, stage: &StageName) -> u32 {
        let last = self.0.entry(stage.clone()).or_insert(0);
        *last += 1;
        *last
    }
}
