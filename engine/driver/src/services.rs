//! Processes that a stage needs beside it: started before it, in order; waited for; stopped with it, however it ends.
//!
//! Each runs in a process group of its own through the executor, so the executor's promises hold for it: a capped log, no
//! process that outlives the answer, and none that outlives a killed engine. A service that does not become ready, or ends
//! while it is needed, ends the attempt as a failure: the end of its output goes into the stage's log under a heading, where
//! the classifiers see it, and [`Outcome::failed_service`] names it.

mod readiness;
mod story;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use pipeline::definition::{Service, Stage};
use pipeline::outcome::Outcome;
use pipeline::remedy::{CommandLine, Limits};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;

use crate::effects::{Reach, log_path};
use crate::ports::{Cancel, CancelSource, CommandEnd, CommandRequest, Place, Stdin};
use readiness::{LogWatch, wait_until_ready};

/// What an attempt and its services share.
pub(crate) struct Scene<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) attempt: u32,
    pub(crate) place: &'a Place,
    /// The stage's whole environment.
    pub(crate) env: &'a BTreeMap<String, String>,
    /// The part of it that remedies gave.
    pub(crate) given: &'a [(String, String)],
    /// The stage's log.
    pub(crate) log: &'a Path,
}

/// A service that was started.
struct Running {
    stop: CancelSource,
    task: JoinHandle<CommandEnd>,
}

/// Why an attempt cannot go on.
enum Trouble {
    /// The run was stopped.
    Cancelled,
    /// A service, by its number: what it did.
    Service(usize, String),
}

/// Runs `work` with the stage's services beside it. `work` gets what stops it.
pub(crate) async fn beside<F>(reach: &Reach, scene: &Scene<'_>, work: impl FnOnce(Cancel) -> F) -> Outcome
where
    F: Future<Output = Outcome>,
{
    if scene.stage.services.is_empty() {
        return work(reach.cancel.clone()).await;
    }
    let began = reach.clock.now();
    // Unbounded: each service tells its end once.
    let (tell, mut ends) = mpsc::unbounded_channel();
    let mut running = Vec::new();
    let (outcome, trouble) = match start_all(reach, scene, &mut running, &tell, &mut ends).await {
        Err(trouble) => (Outcome::default(), Some(trouble)),
        Ok(()) => watch(reach, scene, &mut ends, work).await,
    };
    let mut measured = Vec::new();
    for service in running.iter().rev() {
        service.stop.cancel();
    }
    for service in running {
        let end = service.task.await;
        measured.push(end.map_or_else(|_| Outcome::default(), |end| end.outcome));
    }
    match trouble {
        None => outcome,
        Some(Trouble::Cancelled) => Outcome { cancelled: true, ..outcome },
        Some(Trouble::Service(number, what)) => {
            let own = measured.into_iter().nth(number).unwrap_or_default();
            let spent = pipeline::time::millis(reach.clock.now().since(began));
            story::failure(reach, scene, &scene.stage.services[number], &what, &own, spent)
        }
    }
}

/// Starts one after the other; each has to be ready before the next.
async fn start_all(
    reach: &Reach,
    scene: &Scene<'_>,
    running: &mut Vec<Running>,
    tell: &UnboundedSender<usize>,
    ends: &mut UnboundedReceiver<usize>,
) -> Result<(), Trouble> {
    let mut cancel = reach.cancel.clone();
    for (number, service) in scene.stage.services.iter().enumerate() {
        let seen = LogWatch::of(&service.ready);
        let env = service_env(scene, service);
        let port = readiness::port_of(&service.ready, &env);
        // Who answers before the service was started is somebody else, so an answer shows nothing then.
        let is_taken = match port {
            Some(port) => readiness::answers(reach, port).await,
            None => false,
        };
        running.push(start(reach, scene, number, service, env.clone(), seen.clone(), tell.clone()));
        let patience = reach.clock.sleep(service.timeout_ms);
        let problem = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(Trouble::Cancelled),
            ended = ends.recv() => {
                let which = ended.unwrap_or(number);
                let when = if which == number { "before it was ready" } else { "while another service was started" };
                return Err(Trouble::Service(which, format!("ended {when}{}", taken(is_taken, port))));
            }
            () = wait_until_ready(reach, scene, service, &env, seen), if !is_taken => None,
            () = patience => Some(format!(
                "was not ready within {} s (waited for {}){}",
                service.timeout_ms as f64 / 1000.0,
                service.ready,
                taken(is_taken, port)
            )),
        };
        if let Some(problem) = problem {
            return Err(Trouble::Service(number, problem));
        }
    }
    Ok(())
}

/// In the words in which tools say it, so that the same rules read it.
fn taken(is_taken: bool, port: Option<u16>) -> String {
    match port {
        Some(port) if is_taken => {
            format!(": port {port} is already in use, it answered before the service was started")
        }
        _ => String::new(),
    }
}

/// Runs the stage until it ends, the run is stopped, or a service ends under it.
async fn watch<F>(
    reach: &Reach,
    scene: &Scene<'_>,
    ends: &mut UnboundedReceiver<usize>,
    work: impl FnOnce(Cancel) -> F,
) -> (Outcome, Option<Trouble>)
where
    F: Future<Output = Outcome>,
{
    let stop = CancelSource::new();
    let mut cancel = reach.cancel.clone();
    let work = work(stop.handle());
    tokio::pin!(work);
    tokio::select! {
        biased;
        outcome = &mut work => (outcome, None),
        () = cancel.cancelled() => {
            stop.cancel();
            (work.await, None)
        }
        ended = ends.recv() => {
            stop.cancel();
            let outcome = work.await;
            let number = ended.unwrap_or(0).min(scene.stage.services.len() - 1);
            (outcome, Some(Trouble::Service(number, "ended while the stage ran".to_owned())))
        }
    }
}

fn start(
    reach: &Reach,
    scene: &Scene<'_>,
    number: usize,
    service: &Service,
    env: BTreeMap<String, String>,
    seen: LogWatch,
    tell: UnboundedSender<usize>,
) -> Running {
    let stop = CancelSource::new();
    let request = CommandRequest {
        sink: seen.sink(),
        ..request(reach, scene, &service.command, env, log_of(reach, scene, service))
    };
    let (executor, cancel) = (Arc::clone(&reach.executor), stop.handle());
    let task = tokio::spawn(async move {
        let end = executor.run(request, cancel).await;
        // Nobody listens once the attempt is over.
        let _ = tell.send(number);
        end
    });
    Running { stop, task }
}

/// A command beside the stage: its place and directory, but none of its limits, which are the stage's own.
fn request(
    reach: &Reach,
    scene: &Scene<'_>,
    command: &CommandLine,
    env: BTreeMap<String, String>,
    log: std::path::PathBuf,
) -> CommandRequest {
    CommandRequest {
        argv: crate::attempt::argv_of(command),
        env,
        directory: scene.stage.directory.clone(),
        place: scene.place.clone(),
        limits: Limits::default(),
        log,
        log_cap: reach.settings.log_cap,
        secrets: Arc::clone(&reach.settings.secrets),
        sink: None,
        stdin: Stdin::Null,
        capture_bytes: 0,
    }
}

/// The stage's environment, then the service's own variables, then what remedies gave the stage: another port has to reach
/// who listens on it.
fn service_env(scene: &Scene<'_>, service: &Service) -> BTreeMap<String, String> {
    let mut env = scene.env.clone();
    env.extend(service.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    env.extend(scene.given.iter().cloned());
    env
}

/// Log of a service in one attempt, beside the stage's.
fn log_of(reach: &Reach, scene: &Scene<'_>, service: &Service) -> std::path::PathBuf {
    let stage = log_path(&reach.settings.state, &reach.settings.run, &scene.stage.name, scene.attempt);
    stage.with_extension(format!("service-{}.log", service.name))
}
