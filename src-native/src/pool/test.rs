//! Threads that meet, fail, sleep and wake.

use super::*;
use std::sync::atomic::AtomicU32;

#[test]
fn threads_meet_at_the_barrier() {
    for threads in [1, 2, 5] {
        let pool = Pool::new(threads).unwrap();
        let counts: Vec<AtomicU32> = (0..threads).map(|_| AtomicU32::new(0)).collect();
        for run in 0..5 {
            let result = pool.run(&|worker| {
                for turn in 0..20 {
                    counts[worker.thread].fetch_add(1, Ordering::Relaxed);
                    worker.wait()?;
                    for count in &counts {
                        assert_eq!(count.load(Ordering::Relaxed), run * 20 + turn + 1);
                    }
                    worker.wait()?;
                }
                Ok(())
            });
            assert_eq!(result, Ok(()));
        }
    }
}

#[test]
fn one_threads_error_or_panic_stops_all_and_the_next_run_works() {
    let pool = Pool::new(3).unwrap();
    for bad in 0..3 {
        let failing = |panics: bool| {
            pool.run(&|worker: Worker| {
                for turn in 0..10 {
                    if worker.thread == bad && turn == 5 {
                        assert!(!panics, "on purpose");
                        return Err(Failure::Error(format!("thread {bad}")));
                    }
                    worker.wait()?;
                }
                Ok(())
            })
        };
        assert_eq!(failing(false), Err(format!("thread {bad}")));
        assert_eq!(failing(true), Err("the engine failed: on purpose".to_string()));
        assert_eq!(pool.run(&|worker| Ok(worker.wait()?)), Ok(()));
    }
}

#[test]
fn one_thread_works_alone_and_its_failures_are_errors() {
    let pool = Pool::new(3).unwrap();
    let ran = AtomicU32::new(0);
    let count = |worker: Worker| {
        assert_eq!((worker.thread, worker.threads), (0, 1));
        ran.fetch_add(1, Ordering::Relaxed);
        Ok(worker.wait()?)
    };
    assert_eq!(pool.alone(&count), Ok(()));
    assert_eq!(ran.load(Ordering::Relaxed), 1);
    assert_eq!(pool.alone(&|_| Err(Failure::Error("no".into()))), Err("no".into()));
    assert_eq!(pool.alone(&|_| panic!("on purpose")), Err("the engine failed: on purpose".into()));
    assert_eq!(pool.run(&|worker| Ok(worker.wait()?)), Ok(()));
}

#[test]
fn a_pool_that_slept_wakes() {
    let pool = Pool::new(2).unwrap();
    for _ in 0..3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let ran = AtomicU32::new(0);
        assert_eq!(
            pool.run(&|worker| {
                ran.fetch_add(1, Ordering::Relaxed);
                Ok(worker.wait()?)
            }),
            Ok(())
        );
        assert_eq!(ran.load(Ordering::Relaxed), 2);
    }
}

/// Half the smallest normal number, computed where the compiler cannot.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn half() -> f32 {
    std::hint::black_box(f32::MIN_POSITIVE) * std::hint::black_box(0.5)
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[test]
fn denormal_numbers_are_zero_during_a_run_only() {
    let pool = Pool::new(3).unwrap();
    assert!(half() > 0.0);
    let run = pool.run(&|_| if half() == 0.0 { Ok(()) } else { Err(Failure::Error("denormal".into())) });
    assert_eq!(run, Ok(()));
    assert!(half() > 0.0);
}
