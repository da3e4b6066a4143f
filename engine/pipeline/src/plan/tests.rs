use std::collections::HashSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::definition::Stage;
use crate::remedy::CommandLine;

/// A pipeline whose stage number `i` is called `s<i>` and needs the stages that are listed.
fn pipeline(needs: &[Vec<usize>]) -> Pipeline {
    let stages = needs.iter().enumerate().map(|(index, needs)| Stage {
        needs: needs.iter().map(|need| StageName::new(format!("s{need}"))).collect(),
        ..Stage::new(StageName::new(format!("s{index}")), CommandLine::Shell("true".to_owned()))
    });
    Pipeline { stages: stages.collect(), ..Pipeline::named("test") }
}

/// `a → b → d`, `a → c → d`, and `e` on its own.
fn diamond() -> Plan {
    Plan::new(&pipeline(&[vec![], vec![0], vec![0], vec![1, 2], vec![]]))
}

fn ready(schedule: &Schedule) -> Vec<usize> {
    schedule.ready().collect()
}

#[test]
fn a_stage_becomes_ready_with_the_last_of_its_needs() {
    let plan = diamond();
    let mut schedule = plan.schedule();
    assert_eq!(ready(&schedule), [0, 4]);
    schedule.start(0);
    assert_eq!((ready(&schedule), schedule.standing(0)), (vec![4], Standing::Running));
    assert_eq!(schedule.pass(&plan, 0), [1, 2]);
    assert!(schedule.pass(&plan, 1).is_empty());
    assert_eq!(schedule.blocked().collect::<Vec<_>>(), [3]);
    assert_eq!(schedule.pass(&plan, 2), [3]);
}

#[test]
fn what_needs_a_failed_stage_is_pointless_and_the_rest_goes_on() {
    let plan = diamond();
    let mut schedule = plan.schedule();
    schedule.pass(&plan, 0);
    assert_eq!(schedule.fail(&plan, 1), [3]);
    assert_eq!(ready(&schedule), [2, 4]);
    schedule.pass(&plan, 2);
    schedule.pass(&plan, 4);
    assert_eq!(schedule.standing(3), Standing::Pointless);
    assert!(schedule.is_finished());
}

#[test]
fn an_unwanted_stage_is_passed_without_its_needs() {
    let plan = diamond();
    let mut schedule = plan.schedule();
    schedule.pass(&plan, 1);
    assert_eq!(schedule.fail(&plan, 0), [2, 3], "d still needs c");
    assert_eq!(schedule.standing(1), Standing::Passed);
}

#[test]
fn a_repeated_event_changes_nothing() {
    let plan = diamond();
    let mut schedule = plan.schedule();
    schedule.start(0);
    schedule.pass(&plan, 0);
    let before = schedule.clone();
    schedule.start(0);
    schedule.start(3);
    assert!(schedule.pass(&plan, 0).is_empty());
    assert!(schedule.fail(&plan, 0).is_empty());
    assert_eq!(schedule, before);
}

#[test]
fn the_longest_chain_of_work_goes_first() {
    let plan = diamond();
    let durations = [("s0", 10), ("s1", 100), ("s2", 5), ("s3", 1), ("s4", 50)];
    let durations = durations.into_iter().map(|(name, ms)| (StageName::from(name), ms)).collect();
    let priorities = plan.priorities(&durations);
    assert_eq!(priorities, [111, 101, 6, 1, 50]);
    let mut schedule = plan.schedule_by(&priorities);
    assert_eq!(ready(&schedule), [0, 4]);
    schedule.pass(&plan, 0);
    assert_eq!(ready(&schedule), [1, 4, 2]);
}

#[test]
fn a_stage_that_was_never_measured_counts_as_the_mean_of_the_others() {
    let plan = diamond();
    let durations = HashMap::from([(StageName::from("s0"), 10), (StageName::from("s3"), 20), ("gone".into(), 999)]);
    assert_eq!(plan.priorities(&durations), [45, 35, 35, 20, 15]);
    assert_eq!(plan.priorities(&HashMap::new()), [3, 2, 2, 1, 1]);
}

#[test]
fn needs_and_dependents_are_followed_to_their_end() {
    let plan = diamond();
    assert_eq!(plan.transitive_needs(&[3]), [0, 1, 2]);
    assert_eq!(plan.transitive_dependents(&[0]), [1, 2, 3]);
    assert!(plan.transitive_dependents(&[4]).is_empty());
    assert_eq!(plan.index_of(&"s4".into()), Some(4));
    assert_eq!(plan.index_of(&"s5".into()), None);
}

#[test]
fn ten_thousand_stages_in_a_chain_and_side_by_side_are_planned() {
    let chain: Vec<Vec<usize>> = (0..10_000_usize).map(|index| index.checked_sub(1).into_iter().collect()).collect();
    let plan = Plan::new(&pipeline(&chain));
    assert_eq!(plan.priorities(&HashMap::new())[0], 10_000);
    assert_eq!(plan.schedule().fail(&plan, 0).len(), 9_999);

    let wide = Plan::new(&pipeline(&vec![vec![]; 10_000]));
    assert_eq!(wide.schedule().ready().count(), 10_000);
}

/// The obvious way: everything is asked again each time.
struct Oracle {
    needs: Vec<Vec<usize>>,
    started: HashSet<usize>,
    passed: HashSet<usize>,
    failed: HashSet<usize>,
}

impl Oracle {
    fn new(needs: &[Vec<usize>]) -> Self {
        Self { needs: needs.to_vec(), started: HashSet::new(), passed: HashSet::new(), failed: HashSet::new() }
    }

    fn standing(&self, stage: usize) -> Standing {
        if self.passed.contains(&stage) {
            Standing::Passed
        } else if self.failed.contains(&stage) {
            Standing::Failed
        } else if self.needs[stage]
            .iter()
            .any(|&need| matches!(self.standing(need), Standing::Failed | Standing::Pointless))
        {
            Standing::Pointless
        } else if self.started.contains(&stage) {
            Standing::Running
        } else if self.needs[stage].iter().all(|need| self.passed.contains(need)) {
            Standing::Ready
        } else {
            Standing::Blocked
        }
    }

    fn longest(&self, stage: usize, durations: &[u64]) -> u64 {
        let dependents = (0..self.needs.len()).filter(|&other| self.needs[other].contains(&stage));
        durations[stage] + dependents.map(|other| self.longest(other, durations)).max().unwrap_or(0)
    }

    fn leads_to(&self, from: usize, to: usize) -> bool {
        self.needs[to].iter().any(|&need| need == from || self.leads_to(from, need))
    }
}

/// A graph without circles whose stages are not in the order of their needs.
fn any_graph() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let edges = prop::collection::vec(prop::collection::vec(any::<Index>(), 0..4), 1..10);
    edges
        .prop_flat_map(|edges| {
            let places: Vec<usize> = (0..edges.len()).collect();
            (Just(edges), Just(places).prop_shuffle())
        })
        .prop_map(|(edges, places)| {
            let mut needs = vec![Vec::new(); edges.len()];
            for (index, edges) in edges.iter().enumerate().skip(1) {
                let mut own: Vec<usize> = edges.iter().map(|need| places[need.index(index)]).collect();
                own.sort_unstable();
                own.dedup();
                needs[places[index]] = own;
            }
            needs
        })
}

proptest! {
    #[test]
    fn the_order_is_complete_and_nothing_comes_before_its_needs(needs in any_graph()) {
        let plan = Plan::new(&pipeline(&needs));
        let place = |stage: usize| plan.order().iter().position(|&other| other == stage);
        for (stage, needs) in needs.iter().enumerate() {
            prop_assert!(place(stage).is_some());
            for &need in needs {
                prop_assert!(place(need) < place(stage));
            }
        }
        prop_assert_eq!(plan.order().len(), needs.len());
    }

    #[test]
    fn a_schedule_stands_where_the_obvious_way_says(
        needs in any_graph(),
        events in prop::collection::vec((any::<Index>(), 0..4_u8), 0..40),
    ) {
        let plan = Plan::new(&pipeline(&needs));
        let mut schedule = plan.schedule();
        let mut oracle = Oracle::new(&needs);
        for (stage, event) in events {
            let stage = stage.index(needs.len());
            let before: Vec<Standing> = (0..needs.len()).map(|stage| oracle.standing(stage)).collect();
            let is_over = matches!(before[stage], Standing::Passed | Standing::Failed | Standing::Pointless);
            let changed = match event {
                0 => {
                    schedule.start(stage);
                    if before[stage] == Standing::Ready { oracle.started.insert(stage); }
                    None
                }
                1 | 2 => {
                    if !is_over { oracle.passed.insert(stage); }
                    Some((schedule.pass(&plan, stage), Standing::Ready))
                }
                _ => {
                    if !is_over { oracle.failed.insert(stage); }
                    Some((schedule.fail(&plan, stage), Standing::Pointless))
                }
            };
            let after: Vec<Standing> = (0..needs.len()).map(|stage| oracle.standing(stage)).collect();
            for (stage, &standing) in after.iter().enumerate() {
                prop_assert_eq!(schedule.standing(stage), standing);
            }
            if let Some((changed, to)) = changed {
                let became = |&stage: &usize| before[stage] != to && after[stage] == to;
                prop_assert_eq!(changed, (0..needs.len()).filter(became).collect::<Vec<_>>());
            }
            let is_ready = |&stage: &usize| after[stage] == Standing::Ready;
            prop_assert_eq!(ready(&schedule), (0..needs.len()).filter(is_ready).collect::<Vec<_>>());
            let is_open = |standing: &Standing| matches!(standing, Standing::Blocked | Standing::Ready | Standing::Running);
            prop_assert_eq!(schedule.is_finished(), !after.iter().any(is_open));
        }
    }

    #[test]
    fn a_run_in_which_everything_passes_runs_each_stage_once_after_its_needs(needs in any_graph(), picks: Vec<Index>) {
        let plan = Plan::new(&pipeline(&needs));
        let mut schedule = plan.schedule();
        let mut passed = Vec::new();
        let mut picks = picks.into_iter();
        while !schedule.is_finished() {
            let ready = ready(&schedule);
            prop_assert!(!ready.is_empty(), "a graph without circles never gets stuck");
            let stage = ready[picks.next().map_or(0, |pick| pick.index(ready.len()))];
            prop_assert!(needs[stage].iter().all(|need| passed.contains(need)));
            schedule.start(stage);
            schedule.pass(&plan, stage);
            passed.push(stage);
        }
        passed.sort_unstable();
        prop_assert_eq!(passed, (0..needs.len()).collect::<Vec<_>>());
    }

    #[test]
    fn chains_and_priorities_are_those_of_the_obvious_way(
        needs in any_graph(),
        durations in prop::collection::vec(1..1000_u64, 10),
    ) {
        let plan = Plan::new(&pipeline(&needs));
        let oracle = Oracle::new(&needs);
        let measured = (0..needs.len()).map(|stage| (StageName::new(format!("s{stage}")), durations[stage])).collect();
        let priorities = plan.priorities(&measured);
        let all = 0..needs.len();
        for stage in all.clone() {
            prop_assert_eq!(priorities[stage], oracle.longest(stage, &durations));
            let dependents: Vec<usize> = all.clone().filter(|&other| oracle.leads_to(stage, other)).collect();
            prop_assert_eq!(plan.transitive_dependents(&[stage]), dependents);
            let needs: Vec<usize> = all.clone().filter(|&other| oracle.leads_to(other, stage)).collect();
            prop_assert_eq!(plan.transitive_needs(&[stage]), needs);
        }
    }
}
