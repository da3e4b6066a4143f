//! Tests of the whole: scenarios through real components and real processes, and the rules that the tree itself keeps.

mod tree;

use ::lab;

mod schema;
mod tidy;

mod approval;
mod authoring;
mod command_line;
mod crash;
mod examples;
mod guide;
mod hostile;
mod interrupts;
mod learning;
mod passthrough;
mod planning;
mod policy_replay;
mod promises;
mod quarantine;
mod rails;
mod same_commit;
mod secrets;
mod several;
mod sharing;
mod strategies;
mod tickets;
mod transfer;
