//! Who may be at work on a failure, of those whose turn it can be: several side by side, or one that works alone.

use std::collections::{BTreeSet, VecDeque};

use crate::healing::{Moved, Rank};

/// Incidents that are worked on, by index.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    /// Most that are worked on at the same time. Each has at most one attempt under way, so this bounds attempts as well.
    most: usize,
    /// In the order in which they got their turn.
    active: Vec<usize>,
    /// The one that everybody else waits for.
    alone: Option<usize>,
    /// Those whose next turn is theirs alone.
    put_off: BTreeSet<usize>,
    /// What was committed since the scratches were opened that are open now.
    moved: Option<Moved>,
}

/// What can happen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing without a further fact.
    Nothing,
    /// The first that waits for its turn gets it.
    Begin { is_alone: bool },
    /// This one waits for everybody else, and everybody else waits too.
    GoOn(usize),
}

impl Roster {
    pub(super) fn new(most: u32) -> Self {
        Self { most: most as usize, active: Vec::new(), alone: None, put_off: BTreeSet::new(), moved: None }
    }

    /// Whether nobody is worked on.
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether this one is worked on.
    pub(super) fn holds(&self, number: usize) -> bool {
        self.active.contains(&number)
    }

    /// Whether others may have a scratch while this one is worked on.
    pub(super) fn is_beside_others(&self, number: usize) -> bool {
        self.alone != Some(number) || self.active.len() > 1
    }

    /// What can happen now. `rank` tells of those that wait for everybody else how urgent they are.
    pub(super) fn next(&self, waiting: &VecDeque<usize>, rank: impl Fn(usize) -> Option<Rank>) -> Next {
        if let Some(alone) = self.alone {
            return if rank(alone).is_some() { Next::GoOn(alone) } else { Next::Nothing };
        }
        let quiet: Vec<(Rank, usize)> =
            self.active.iter().filter_map(|&number| Some((rank(number)?, number))).collect();
        if !self.active.is_empty() && quiet.len() == self.active.len() {
            // The first of the most urgent ones: `min_by_key` keeps the earlier of equals.
            return quiet.iter().min_by_key(|(rank, _)| *rank).map_or(Next::Nothing, |(_, number)| Next::GoOn(*number));
        }
        let Some(first) = waiting.front() else { return Next::Nothing };
        let is_only = self.active.is_empty() && waiting.len() == 1;
        if self.most < 2 || is_only || self.put_off.contains(first) {
            return if self.active.is_empty() { Next::Begin { is_alone: true } } else { Next::Nothing };
        }
        // Once somebody waits to commit, nobody opens a scratch of a workspace that is about to change.
        if quiet.is_empty() && self.active.len() < self.most { Next::Begin { is_alone: false } } else { Next::Nothing }
    }

    /// Begins to work on one.
    pub(super) fn begin(&mut self, number: usize, is_alone: bool) {
        self.active.push(number);
        if is_alone {
            self.alone = Some(number);
        }
    }

    /// Lets everybody else wait for one; returns what was committed since its scratch was opened.
    pub(super) fn give_alone(&mut self, number: usize) -> Option<Moved> {
        self.alone = Some(number);
        self.moved.clone()
    }

    /// Notes that something was committed.
    pub(super) fn commit(&mut self, now: Moved) {
        let moved = self.moved.get_or_insert_default();
        moved.is_versioned |= now.is_versioned;
        moved.paths.extend(now.paths);
    }

    /// Ends the work on one.
    pub(super) fn end(&mut self, number: usize) {
        self.active.retain(|&other| other != number);
        self.alone = self.alone.filter(|&other| other != number);
        if self.active.is_empty() {
            self.moved = None;
        }
    }

    /// Ends the work on one that has to be tried again, alone.
    pub(super) fn put_off(&mut self, number: usize) {
        self.end(number);
        self.put_off.insert(number);
    }

    /// Lets everybody work alone from now on: no scratch can be opened beside another one.
    pub(super) fn one_by_one(&mut self) {
        self.most = 1;
    }

    /// Forgets everybody.
    pub(super) fn clear(&mut self) {
        self.active.clear();
        self.alone = None;
        self.put_off.clear();
        self.moved = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(of: &[usize]) -> VecDeque<usize> {
        of.iter().copied().collect()
    }

    #[test]
    fn as_many_begin_as_may_and_one_that_is_the_only_one_begins_alone() {
        let mut roster = Roster::new(2);
        assert_eq!(roster.next(&waiting(&[0]), |_| None), Next::Begin { is_alone: true });
        assert_eq!(roster.next(&waiting(&[0, 1, 2]), |_| None), Next::Begin { is_alone: false });
        roster.begin(0, false);
        assert_eq!(roster.next(&waiting(&[1, 2]), |_| None), Next::Begin { is_alone: false });
        roster.begin(1, false);
        assert_eq!(roster.next(&waiting(&[2]), |_| None), Next::Nothing);
        roster.end(0);
        assert_eq!(roster.next(&waiting(&[2]), |_| None), Next::Begin { is_alone: false });
        assert_eq!(Roster::new(1).next(&waiting(&[0, 1]), |_| None), Next::Begin { is_alone: true });
        roster.one_by_one();
        assert_eq!(roster.next(&waiting(&[2]), |_| None), Next::Nothing);
    }

    #[test]
    fn everybody_waits_for_the_one_that_commits_and_nobody_begins_meanwhile() {
        let mut roster = Roster::new(3);
        roster.begin(0, false);
        roster.begin(1, false);
        let second_commits = |number| (number == 1).then_some(Rank::Commit);
        assert_eq!(roster.next(&waiting(&[2]), second_commits), Next::Nothing, "the first is at work");
        let all_wait = |number| Some(if number == 1 { Rank::Offer } else { Rank::Commit });
        assert_eq!(roster.next(&waiting(&[2]), all_wait), Next::GoOn(1));
        assert_eq!(roster.give_alone(1), None);
        assert_eq!(roster.next(&waiting(&[2]), |number| (number == 0).then_some(Rank::Commit)), Next::Nothing);
        let moved = |path: &str| Moved { is_versioned: false, paths: vec![path.to_owned()] };
        roster.commit(moved(".venv"));
        roster.end(1);
        assert_eq!(roster.next(&waiting(&[2]), |_| Some(Rank::Commit)), Next::GoOn(0));
        assert_eq!(roster.give_alone(0), Some(moved(".venv")));
        roster.put_off(0);
        assert_eq!(roster.next(&waiting(&[0]), |_| None), Next::Begin { is_alone: true });
        roster.begin(0, true);
        assert!(!roster.is_beside_others(0));
        assert_eq!(roster.give_alone(0), None, "its scratch is of the workspace as it is now");
    }
}
