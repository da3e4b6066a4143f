//! Needs by name → needs by stage; unknown ones and circles are reported. Linear in stages and needs.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use super::matrix::Expanded;
use super::model::Stage;
use super::problem::{ProblemKind, Report};
use super::spelling::nearest;
use super::tree::Span;
use crate::id::StageName;

/// Unknown needs of one file that are compared with every stage's name to find what was meant; more of them would take
/// the square of the pipeline's size.
const MAX_SUGGESTIONS: usize = 20;

/// What a name in the file means: the stages with these indices.
type Meanings = HashMap<String, Range<usize>>;

/// A need as the index of a stage, and where it is written.
type Edge = (usize, Span);

/// Gives the stages their needs.
pub(super) fn resolve(groups: Vec<Expanded>, report: &mut Report<'_>) -> Vec<Stage> {
    let meanings = meanings(&groups);
    let mut advice_left = MAX_SUGGESTIONS;
    let mut edges: Vec<Vec<Edge>> = Vec::new();
    for group in &groups {
        let own = edges_of(group, &meanings, &mut advice_left, report);
        edges.extend(group.stages.iter().map(|_| own.clone()));
    }
    let mut stages: Vec<Stage> = groups.into_iter().flat_map(|group| group.stages).collect();
    report_circles(&stages, &edges, report);
    let names: Vec<StageName> = stages.iter().map(|stage| stage.name.clone()).collect();
    for (stage, edges) in stages.iter_mut().zip(&edges) {
        let mut seen = HashSet::new();
        let targets = edges.iter().map(|(target, _)| *target);
        stage.needs = targets.filter(|target| seen.insert(*target)).map(|target| names[target].clone()).collect();
    }
    stages
}

/// A name in the file means all stages that a matrix made of it; a full name means one of them.
fn meanings(groups: &[Expanded]) -> Meanings {
    let mut meanings = Meanings::new();
    let mut first = 0;
    for group in groups {
        for (offset, stage) in group.stages.iter().enumerate() {
            meanings.insert(stage.name.as_str().to_owned(), first + offset..first + offset + 1);
        }
        meanings.insert(group.name.clone(), first..first + group.stages.len());
        first += group.stages.len();
    }
    meanings
}

fn edges_of(group: &Expanded, meanings: &Meanings, advice_left: &mut usize, report: &mut Report<'_>) -> Vec<Edge> {
    let mut listed: HashSet<&str> = HashSet::new();
    let mut edges = Vec::new();
    for (need, span) in &group.needs {
        if !listed.insert(need) {
            let (stage, need) = (group.name.clone(), need.clone());
            report.warn(span, ProblemKind::RepeatedNeed { stage, need });
        } else if let Some(targets) = meanings.get(need) {
            edges.extend(targets.clone().map(|target| (target, span.clone())));
        } else {
            let advice = advice_for(need, meanings, advice_left);
            let (stage, need) = (group.name.clone(), need.clone());
            report.error(span, ProblemKind::UnknownNeed { stage, need, advice });
        }
    }
    edges
}

fn advice_for(need: &str, meanings: &Meanings, advice_left: &mut usize) -> String {
    if *advice_left == 0 {
        return String::new();
    }
    *advice_left -= 1;
    // A map has no order; of two names that are equally near the same one has to win each time.
    let mut names: Vec<&str> = meanings.keys().map(String::as_str).collect();
    names.sort_unstable();
    nearest(need, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Reports one shortest circle of each group of stages that wait for each other.
fn report_circles(stages: &[Stage], edges: &[Vec<Edge>], report: &mut Report<'_>) {
    let targets: Vec<Vec<usize>> =
        edges.iter().map(|edges| edges.iter().map(|(target, _)| *target).collect()).collect();
    for group in knots(&targets) {
        let circle = shortest_circle(group[0], &group, &targets);
        let next = circle.get(1).copied().unwrap_or(circle[0]);
        let span = edges[circle[0]].iter().find(|(target, _)| *target == next).map(|(_, span)| span.clone());
        let closed = circle.iter().chain(circle.first());
        let names: Vec<String> = closed.map(|&stage| format!("`{}`", stages[stage].name)).collect();
        report.error(&span.unwrap_or(0..0), ProblemKind::Circle { circle: names.join(" → ") });
    }
}

/// Groups of nodes of which each can be reached from each over at least one edge, sorted; in the order of their first
/// node. (Tarjan, "Depth-first search and linear graph algorithms", 1972; with a stack of its own, because a chain of
/// 10,000 needs would exhaust the program's.)
pub(super) fn knots(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut number = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut count = 0;
    let mut found: Vec<Vec<usize>> = Vec::new();
    for root in 0..edges.len() {
        if number[root] != UNSEEN {
            continue;
        }
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some(&mut (node, ref mut next)) = path.last_mut() {
            if *next == 0 && number[node] == UNSEEN {
                number[node] = count;
                low[node] = count;
                count += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&target) = edges[node].get(*next) {
                *next += 1;
                if number[target] == UNSEEN {
                    path.push((target, 0));
                } else if is_open[target] {
                    low[node] = low[node].min(number[target]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == number[node] {
                let start = open.iter().rposition(|&other| other == node).unwrap_or(0);
                let mut group = open.split_off(start);
                group.iter().for_each(|&member| is_open[member] = false);
                let is_circle = group.len() > 1 || edges[node].contains(&node);
                if is_circle {
                    group.sort_unstable();
                    found.push(group);
                }
            }
        }
    }
    found.sort_unstable();
    found
}

/// A shortest way from `start` back to itself inside its group, without the second `start`.
pub(super) fn shortest_circle(start: usize, group: &[usize], edges: &[Vec<usize>]) -> Vec<usize> {
    let members: HashSet<usize> = group.iter().copied().collect();
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for &target in edges[node].iter().filter(|target| members.contains(target)) {
            if target == start {
                let mut circle = vec![node];
                let mut at = node;
                while at != start {
                    at = came_from[&at];
                    circle.push(at);
                }
                circle.reverse();
                return circle;
            }
            if let Entry::Vacant(place) = came_from.entry(target) {
                place.insert(node);
                open.push_back(target);
            }
        }
    }
    vec![start]
}
