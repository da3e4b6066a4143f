//! The one thread that starts processes.
//!
//! `PR_SET_PDEATHSIG` kills a child when the *thread* that created it ends, not the process. Commands are supervised by
//! threads that come and go, so all of them are created by this one, which lives as long as anybody may need a child.

use std::io;
use std::sync::mpsc;
use std::thread::JoinHandle;

use crate::birth::{BirthError, Born, Nursery, ProcessPlan};

struct Job {
    plan: ProcessPlan,
    reply: mpsc::SyncSender<Result<Born, BirthError>>,
}

/// Handle to the thread; the thread ends with it.
#[derive(Debug)]
pub(crate) struct Spawner {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Spawner {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<Self> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (tell, is_ready) = mpsc::sync_channel(1);
        let work = move || {
            let mut nursery = match Nursery::new() {
                Ok(nursery) => nursery,
                Err(error) => return tell.send(Err(error)).unwrap_or(()),
            };
            // The starter waits for it, so it is there.
            tell.send(Ok(())).unwrap_or(());
            for Job { plan, reply } in inbox {
                let result = nursery.create(&plan);
                // The pipes' ends in the plan belong to the child alone from here on.
                drop(plan);
                // Whoever asked may be gone only if its thread panicked; then the child ends when its pipes close.
                reply.send(result).unwrap_or(());
            }
        };
        let thread = std::thread::Builder::new().name("spawner".to_owned()).spawn(work)?;
        is_ready.recv().unwrap_or_else(|_| Err(gone()))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Starts a process and returns after its exec.
    pub(crate) fn spawn(&self, plan: ProcessPlan) -> Result<Born, BirthError> {
        let (reply, answer) = mpsc::sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or_else(|| BirthError::Process(gone()))?;
        jobs.send(Job { plan, reply }).map_err(|_| BirthError::Process(gone()))?;
        answer.recv().unwrap_or_else(|_| Err(BirthError::Process(gone())))
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported when it happened.
            thread.join().unwrap_or(());
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the spawner thread is gone")
}
