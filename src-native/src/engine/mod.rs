//! An engine: threads, the states of one network, and programs compiled over them.

mod bandwidth;
mod execute;
#[cfg(test)]
mod fuzz;
mod limit;
mod memory;
mod pace;
pub mod share;
#[cfg(test)]
mod test;
pub mod thread;

use crate::pool::{Pool, Worker};
use crate::program::panels::Panels;
use crate::program::{self, Program};
use crate::simd::buffer::Words;
use crate::simd::kernels::Kernels;
use memory::Memory;
use pace::{Pace, Way};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;
use thread::{Own, Thread, Turn};

/// A state: a tensor that lives as long as the engine, zero at first.
struct State {
    name: String,
    words: Arc<Words>,
}

pub struct Engine {
    /// Tells it from others: programs run on the engine that compiled them.
    id: usize,
    pool: Pool,
    kernels: &'static Kernels,
    /// Held by whoever reads or writes states: one run, one copy at a time.
    states: Mutex<Vec<State>>,
    limit: OnceLock<f64>,
}

/// A program with its memory.
pub struct Compiled {
    /// The engine whose states and threads it is for.
    engine: usize,
    program: Program,
    memory: Memory,
    /// One for each thread.
    own: Vec<Mutex<Own>>,
    pace: Pace,
}

/// How a run takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// On all threads.
    Shared,
    /// On all threads, each instruction timed.
    Timed,
    /// On all threads or on one, whichever was faster of late.
    Short,
}

/// What a run gives.
pub struct Ran {
    /// The bytes of the program's outputs, in its order.
    pub outputs: Vec<Vec<u8>>,
    /// Milliseconds by instruction as the first thread saw it, in a run that was timed.
    pub milliseconds: Vec<f64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    pub fn new(threads: usize, kernels: &'static Kernels) -> std::io::Result<Engine> {
        static ENGINES: AtomicUsize = AtomicUsize::new(0);
        let id = ENGINES.fetch_add(1, Ordering::Relaxed);
        let (states, limit) = (Mutex::new(Vec::new()), OnceLock::new());
        Ok(Engine { id, pool: Pool::new(threads)?, kernels, states, limit })
    }

    /// The index of a state of so many words, which is declared where there is none of that name.
    pub fn state(&self, name: &str, length: usize) -> Result<usize, String> {
        let mut states = lock(&self.states);
        if let Some(index) = states.iter().position(|state| state.name == name) {
            let has = states[index].words.len();
            return if has == length {
                Ok(index)
            } else {
                Err(format!("State {name} has {has} words, not {length}."))
            };
        }
        let words = Words::try_new(length).ok_or_else(|| no_memory(length))?;
        states.push(State { name: name.to_owned(), words: Arc::new(words) });
        Ok(states.len() - 1)
    }

    /// A copy of a state's words.
    pub fn read(&self, name: &str) -> Result<Vec<f32>, String> {
        let states = lock(&self.states);
        // No run is under way while the states are locked, and only runs and `write` write them.
        Ok(find(&states, name)?.words.as_slice().to_vec())
    }

    pub fn write(&self, name: &str, words: &[f32]) -> Result<(), String> {
        let states = lock(&self.states);
        let state = find(&states, name)?;
        if state.words.len() != words.len() {
            return Err(format!("State {name} has {} words, not {}.", state.words.len(), words.len()));
        }
        // SAFETY: the lengths are the same; no run is under way while the states are locked, and nobody else has a
        // reference into them.
        unsafe { state.words.pointer().copy_from_nonoverlapping(words.as_ptr(), words.len()) };
        Ok(())
    }

    /// Decodes and checks a program and gives it memory.
    pub fn compile(&self, words: &[u32]) -> Result<Compiled, String> {
        let states: Vec<_> = lock(&self.states).iter().map(|state| state.words.clone()).collect();
        let lengths: Vec<_> = states.iter().map(|words| words.len()).collect();
        let program = program::decode(words, &lengths, Panels::of(self.kernels))
            .map_err(|refusal| refusal.to_string())?;
        let memory = Memory::new(&program, &states).ok_or_else(|| no_memory(program.arena))?;
        let own = (0..self.pool.threads()).map(|_| Own::new(&program).map(Mutex::new)).collect::<Option<_>>();
        Ok(Compiled {
            engine: self.id,
            memory,
            own: own.ok_or("There is no memory for the threads' scratch.")?,
            program,
            pace: Pace::default(),
        })
    }

    /// Runs a program once. `inputs` are words for each of its inputs, in its order.
    pub fn run(&self, compiled: &mut Compiled, inputs: &[Vec<u32>], how: Run) -> Result<Ran, String> {
        let timed = how == Run::Timed;
        let _states = lock(&self.states);
        if compiled.engine != self.id {
            return Err("The program was compiled by another engine.".into());
        }
        let Compiled { program, memory, own, pace, .. } = compiled;
        program.check_inputs(inputs)?;
        for (buffer, words) in program.inputs.iter().zip(inputs) {
            memory.fill(*buffer, words);
        }
        if timed {
            lock(&own[0]).seconds = vec![0.0; program.instructions.len()];
        }
        let (program, memory, own) = (&*program, &*memory, &*own);
        let work = |worker: Worker| {
            let mut own = lock(&own[worker.thread]);
            if timed && worker.thread > 0 {
                own.seconds = vec![0.0; program.instructions.len()];
            }
            let kernels = self.kernels;
            Thread { program, memory, kernels, worker, own: &mut own, step: 0, turn: Turn::Between }
                .run(timed)
        };
        if how != Run::Short || self.pool.threads() == 1 {
            self.pool.run(&work)?;
        } else {
            let start = Instant::now();
            match pace.way() {
                Way::All => self.pool.run(&work)?,
                Way::Alone => self.pool.alone(&work)?,
            }
            pace.took(start.elapsed());
        }
        let outputs = program.outputs.iter().map(|&id| memory.copy(id, program.buffers[id].length)).collect();
        let milliseconds = lock(&own[0]).seconds.drain(..).map(|seconds| seconds * 1e3).collect();
        Ok(Ran { outputs, milliseconds })
    }

    /// GFLOP/s of the best large product on these threads; measured when it is asked for first.
    pub fn limit(&self) -> Result<f64, String> {
        if let Some(limit) = self.limit.get() {
            return Ok(*limit);
        }
        let _states = lock(&self.states);
        let limit = limit::measure(&self.pool, self.kernels)?;
        Ok(*self.limit.get_or_init(|| limit))
    }

    /// GB/s at which these threads read so many words of memory again and again.
    pub fn bandwidth(&self, words: usize) -> Result<f64, String> {
        let _states = lock(&self.states);
        bandwidth::measure(&self.pool, self.kernels, words)
    }
}

fn find<'a>(states: &'a [State], name: &str) -> Result<&'a State, String> {
    states.iter().find(|state| state.name == name).ok_or_else(|| format!("There is no state {name}."))
}

fn no_memory(words: usize) -> String {
    format!("There is no memory for {words} words.")
}
