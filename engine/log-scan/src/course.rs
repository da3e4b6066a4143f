//! How the job went on after a line: to a failure, or to the next step.
//!
//! A shell that stops at errors, a CI service and a build tool all start nothing new after what ended the job. So a line
//! after which the next step started, or a tool reported success, is seldom the cause.

use std::collections::VecDeque;

use crate::hint::Says;

/// Runs kept from the start and from the end of the log each. Between them a line takes the next run that is known.
const MOST_RUNS: usize = 2048;

/// What happened next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    WentOn,
    Failed,
}

/// Neighbouring events of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    turn: Turn,
    last: u64,
}

/// The events of a log in the order of their lines. At most 64 KiB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Course {
    first: Vec<Run>,
    last: VecDeque<Run>,
}

impl Course {
    /// Notes what a line says. Lines come in order.
    pub(crate) fn note(&mut self, says: Says, line: u64) {
        let turn = match says {
            Says::StepStarted | Says::PartPassed | Says::JobPassed => Turn::WentOn,
            Says::PartFailed | Says::JobFailed => Turn::Failed,
            Says::JobStarted | Says::ShellTraces => return,
        };
        if let Some(run) = self.last.back_mut().or(self.first.last_mut()).filter(|run| run.turn == turn) {
            run.last = line;
            return;
        }
        if self.first.len() < MOST_RUNS {
            self.first.push(Run { turn, last: line });
            return;
        }
        if self.last.len() == MOST_RUNS {
            self.last.pop_front();
        }
        self.last.push_back(Run { turn, last: line });
    }

    /// Whether the next thing that is known to have happened after a line is that the job went on.
    pub(crate) fn went_on_after(&self, line: u64) -> bool {
        let next = self.first.partition_point(|run| run.last <= line);
        let run = self.first.get(next).or_else(|| self.last.get(self.last.partition_point(|run| run.last <= line)));
        run.is_some_and(|run| run.turn == Turn::WentOn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_next_decides() {
        let mut course = Course::default();
        course.note(Says::StepStarted, 10);
        course.note(Says::StepStarted, 20);
        course.note(Says::PartFailed, 30);
        course.note(Says::JobFailed, 31);
        course.note(Says::StepStarted, 40);
        assert!(course.went_on_after(5) && course.went_on_after(15));
        assert!(!course.went_on_after(20) && !course.went_on_after(30));
        assert!(course.went_on_after(35));
        assert!(!course.went_on_after(40), "nothing is known of what came after the last event");
    }

    #[test]
    fn memory_stays_flat_and_the_end_stays_known() {
        let mut course = Course::default();
        for line in 0..20_000 {
            course.note(if line % 2 == 0 { Says::StepStarted } else { Says::PartFailed }, line);
        }
        assert_eq!(course.first.len() + course.last.len(), 2 * MOST_RUNS);
        assert!(!course.went_on_after(0) && course.went_on_after(19_997) && !course.went_on_after(19_998));
    }
}
