//! Threads that run one piece of work side by side, each all of it, and meet at a barrier between its parts.

mod flush;
#[cfg(test)]
mod test;

use flush::Flush;
use std::any::Any;
use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Turns of waiting in a loop before the processor is offered to another thread: tens of microseconds.
const SPINS: u32 = 4_000;
/// How long a thread without work watches for some before it sleeps. A step asked for by the event loop when the one
/// before has ended comes within a tenth of a millisecond; to be woken takes as long again.
const WATCH: Duration = Duration::from_micros(200);

/// A value in cache lines of its own.
#[repr(align(128))]
struct Alone<T>(T);

/// Another thread stopped with an error, which [`Pool::run`] gives.
#[derive(Debug, PartialEq, Eq)]
pub struct Stopped;

/// Where all threads of a run wait for each other.
struct Barrier {
    threads: usize,
    arrived: Alone<AtomicUsize>,
    turn: Alone<AtomicUsize>,
    stopped: AtomicBool,
}

impl Barrier {
    fn new(threads: usize) -> Self {
        let [arrived, turn] = [0, 0].map(|zero| Alone(AtomicUsize::new(zero)));
        Barrier { threads, arrived, turn, stopped: AtomicBool::new(false) }
    }

    fn wait(&self) -> Result<(), Stopped> {
        if self.threads > 1 {
            let turn = self.turn.0.load(Ordering::Relaxed);
            if self.arrived.0.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
                self.arrived.0.store(0, Ordering::Relaxed);
                self.turn.0.store(turn.wrapping_add(1), Ordering::Release);
            } else {
                let mut patience = Patience::default();
                while self.turn.0.load(Ordering::Acquire) == turn {
                    if self.stopped.load(Ordering::Relaxed) {
                        return Err(Stopped);
                    }
                    patience.turn();
                }
            }
        }
        if self.stopped.load(Ordering::Relaxed) { Err(Stopped) } else { Ok(()) }
    }
}

/// Waiting in a loop: at first busily, then with the processor on offer to others.
#[derive(Default)]
struct Patience(u32);

impl Patience {
    fn turn(&mut self) {
        self.0 = self.0.saturating_add(1);
        if self.0 < SPINS {
            spin_loop();
        } else {
            thread::yield_now();
        }
    }
}

/// Looks for something again and again, the processor on offer to others between; None after a moment, when it is time
/// to sleep.
pub fn watch<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let found = look();
        if found.is_some() || start.elapsed() > WATCH {
            return found;
        }
        thread::yield_now();
    }
}

/// One thread's view of a run.
#[derive(Clone, Copy)]
pub struct Worker<'a> {
    pub thread: usize,
    pub threads: usize,
    barrier: &'a Barrier,
}

impl Worker<'_> {
    /// Waits until all threads of the run are here. Where one has stopped with an error, all get [`Stopped`].
    pub fn wait(&self) -> Result<(), Stopped> {
        self.barrier.wait()
    }
}

/// Why a thread's part of a run ended early.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another thread's error came first.
    Stopped,
    Error(String),
}

impl From<Stopped> for Failure {
    fn from(_: Stopped) -> Self {
        Failure::Stopped
    }
}

/// One thread's part of a run.
type Work<'a> = dyn Fn(Worker) -> Result<(), Failure> + Sync + 'a;

struct Shared {
    barrier: Barrier,
    /// Counts runs; a thread that sees a new number takes the work.
    run: Alone<AtomicUsize>,
    done: Alone<AtomicUsize>,
    ended: AtomicBool,
    work: UnsafeCell<Option<*const Work<'static>>>,
    errors: Vec<Mutex<Option<String>>>,
}

// SAFETY: `work` is written only while no run is under way, and read only during one.
unsafe impl Sync for Shared {}
// SAFETY: as above; the pointer's target outlives the run.
unsafe impl Send for Shared {}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the engine failed: {}", text.unwrap_or("a panic"))
}

/// One thread's part of a run. A panic ends as an error.
fn part(work: &Work<'_>, thread: usize, barrier: &Barrier) -> Result<(), Failure> {
    let worker = Worker { thread, threads: barrier.threads, barrier };
    catch_unwind(AssertUnwindSafe(|| work(worker)))
        .unwrap_or_else(|panic| Err(Failure::Error(message(panic.as_ref()))))
}

impl Shared {
    /// One thread's part; what it failed of stops the others.
    fn part(&self, work: &Work<'_>, thread: usize) {
        if let Err(failure) = part(work, thread, &self.barrier) {
            *lock(&self.errors[thread]) = match failure {
                Failure::Stopped => None,
                Failure::Error(message) => Some(message),
            };
            self.barrier.stopped.store(true, Ordering::Release);
        }
    }

    fn serve(&self, thread: usize) {
        let _flush = Flush::new();
        let mut seen = 0;
        loop {
            let Some(run) = watch(|| Some(self.run.0.load(Ordering::Acquire)).filter(|&run| run != seen))
            else {
                // A run that starts meanwhile has left a token, so this returns at once.
                thread::park();
                continue;
            };
            seen = run;
            if self.ended.load(Ordering::Relaxed) {
                return;
            }
            // SAFETY: set before the run was counted, and alive until all threads are done.
            if let Some(work) = unsafe { *self.work.get() } {
                // SAFETY: as above.
                self.part(unsafe { &*work }, thread);
            }
            self.done.0.fetch_add(1, Ordering::Release);
        }
    }
}

/// Threads that wait for work: they watch for it for a moment, then sleep.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    one: Mutex<()>,
}

impl Pool {
    /// # Errors
    /// Where the system gives no more threads.
    pub fn new(threads: usize) -> std::io::Result<Pool> {
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            barrier: Barrier::new(threads),
            run: Alone(AtomicUsize::new(0)),
            done: Alone(AtomicUsize::new(0)),
            ended: AtomicBool::new(false),
            work: UnsafeCell::new(None),
            errors: (0..threads).map(|_| Mutex::new(None)).collect(),
        });
        let mut pool = Pool { shared, threads: Vec::new(), one: Mutex::new(()) };
        for thread in 1..threads {
            let shared = Arc::clone(&pool.shared);
            let builder = thread::Builder::new().name(format!("unroll-native-{thread}"));
            pool.threads.push(builder.spawn(move || shared.serve(thread))?);
        }
        Ok(pool)
    }

    pub fn threads(&self) -> usize {
        self.shared.barrier.threads
    }

    /// Runs `work` on all threads, this one being the first of them, with denormal numbers taken as zero; one run at a
    /// time.
    ///
    /// # Errors
    /// The first thread's that had one. A panic is one too.
    pub fn run(&self, work: &Work<'_>) -> Result<(), String> {
        let _one = lock(&self.one);
        let _flush = Flush::new();
        let shared = &*self.shared;
        shared.barrier.stopped.store(false, Ordering::Relaxed);
        shared.barrier.arrived.0.store(0, Ordering::Relaxed);
        if !self.threads.is_empty() {
            // SAFETY: only the lifetime changes: this function does not return before all threads are done with it.
            let work = unsafe { std::mem::transmute::<*const Work<'_>, *const Work<'static>>(work) };
            // SAFETY: no run is under way.
            unsafe { *shared.work.get() = Some(work) };
            shared.done.0.store(0, Ordering::Relaxed);
            shared.run.0.fetch_add(1, Ordering::Release);
            for thread in &self.threads {
                thread.thread().unpark();
            }
        }
        shared.part(work, 0);
        let mut patience = Patience::default();
        while shared.done.0.load(Ordering::Acquire) < self.threads.len() {
            patience.turn();
        }
        let errors: Vec<_> = shared.errors.iter().filter_map(|error| lock(error).take()).collect();
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Runs `work` on this thread alone, the others asleep.
    ///
    /// # Errors
    /// Its error. A panic is one too.
    pub fn alone(&self, work: &Work<'_>) -> Result<(), String> {
        let _one = lock(&self.one);
        let _flush = Flush::new();
        match part(work, 0, &Barrier::new(1)) {
            Ok(()) | Err(Failure::Stopped) => Ok(()),
            Err(Failure::Error(message)) => Err(message),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        self.shared.run.0.fetch_add(1, Ordering::Release);
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            // A thread's panics are caught: joining cannot fail.
            let _ = thread.join();
        }
    }
}
