//! The thread on which an engine's runs take place, one after the other in the order in which they were asked for:
//! never the event loop's, and none of libuv's few either.

use crate::engine::{Compiled, Engine, Ran, Run};
use crate::pool;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Something to do, and what to do with what came out.
type Job = Box<dyn FnOnce(&Engine) + Send>;

/// An engine and its thread. Both end when nobody holds this and all that was asked for is done.
pub struct EngineThread {
    pub engine: Arc<Engine>,
    jobs: Sender<Job>,
}

impl EngineThread {
    pub fn start(engine: Engine) -> std::io::Result<EngineThread> {
        let engine = Arc::new(engine);
        let (jobs, todo) = channel::<Job>();
        let own = Arc::clone(&engine);
        std::thread::Builder::new().name("unroll-native-0".into()).spawn(move || {
            while let Some(job) = pool::watch(|| todo.try_recv().ok()).or_else(|| todo.recv().ok()) {
                job(&own);
            }
        })?;
        Ok(EngineThread { engine, jobs })
    }

    /// Asks for a run of a program; `done` is called on the engine's thread.
    pub fn run(
        &self,
        compiled: Arc<Mutex<Compiled>>,
        inputs: Vec<Vec<u32>>,
        how: Run,
        done: impl FnOnce(Result<Ran, String>) + Send + 'static,
    ) -> Result<(), String> {
        self.ask(Box::new(move |engine| {
            let result = run(engine, &compiled, &inputs, how);
            // What is given up here is given up off the event loop.
            drop(compiled);
            done(result);
        }))
    }

    /// Runs a program on the thread that calls.
    pub fn run_now(&self, compiled: &Mutex<Compiled>, inputs: &[Vec<u32>]) -> Result<Ran, String> {
        run(&self.engine, compiled, inputs, Run::Short)
    }

    /// Asks for the rate of the best large product, in GFLOP/s.
    pub fn limit(&self, done: impl FnOnce(Result<f64, String>) + Send + 'static) -> Result<(), String> {
        self.ask(Box::new(move |engine| done(caught(|| engine.limit()))))
    }

    /// Asks for the rate at which memory is read, in GB/s.
    pub fn bandwidth(
        &self,
        words: usize,
        done: impl FnOnce(Result<f64, String>) + Send + 'static,
    ) -> Result<(), String> {
        self.ask(Box::new(move |engine| done(caught(|| engine.bandwidth(words)))))
    }

    fn ask(&self, job: Job) -> Result<(), String> {
        self.jobs.send(job).map_err(|_| "The engine's thread has ended.".to_owned())
    }
}

fn run(engine: &Engine, compiled: &Mutex<Compiled>, inputs: &[Vec<u32>], how: Run) -> Result<Ran, String> {
    caught(|| {
        let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
        engine.run(&mut compiled, inputs, how)
    })
}

/// The result, where a panic is an error too: the thread goes on.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("The engine native failed.".to_owned()))
}
