//! States, runs and the rate of products.

use super::{Engine, Run};
use crate::program::draft::{Draft, at};
use crate::program::format::{COPY, FILL};
use crate::simd::kernels::Kernels;
use crate::words;

fn engine(threads: usize) -> Engine {
    Engine::new(threads, Kernels::detect().unwrap()).unwrap()
}

/// Copies state 0 to its output, then fills the state with 2.
fn draft() -> Draft {
    let mut draft = Draft::default();
    let (state, output) = (draft.state(0, 4), draft.output(4));
    draft.add(COPY, words![1, 4, at(state), 1, at(output), 1]);
    draft.add(FILL, words![4, at(state), 2.0]);
    draft
}

#[test]
fn states_outlive_runs_and_are_shared_by_programs() {
    let engine = engine(2);
    engine.state("s", 4).unwrap();
    engine.write("s", &[1.0, 0.0, -1.0, 7.0]).unwrap();
    let [mut first, mut second] = [0, 1].map(|_| engine.compile(&draft().words()).unwrap());
    let bytes =
        |values: [f32; 4]| vec![values.iter().flat_map(|value| value.to_ne_bytes()).collect::<Vec<u8>>()];
    assert_eq!(engine.run(&mut first, &[], Run::Shared).unwrap().outputs, bytes([1.0, 0.0, -1.0, 7.0]));
    assert_eq!(engine.run(&mut second, &[], Run::Shared).unwrap().outputs, bytes([2.0; 4]));
    assert_eq!(engine.read("s").unwrap(), [2.0; 4]);
}

#[test]
fn programs_run_on_the_engine_that_compiled_them() {
    let [first, second] = [1, 3].map(engine);
    first.state("s", 4).unwrap();
    let mut compiled = first.compile(&draft().words()).unwrap();
    let refused = second.run(&mut compiled, &[], Run::Shared).map(|ran| ran.outputs);
    assert_eq!(refused.unwrap_err(), "The program was compiled by another engine.");
}

#[test]
fn short_runs_give_the_same_on_whatever_threads() {
    let engine = engine(3);
    engine.state("s", 4).unwrap();
    let mut compiled = engine.compile(&draft().words()).unwrap();
    // As many as a try of one thread and the way back take.
    for run in 0..400 {
        engine.write("s", &[run as f32; 4]).unwrap();
        let bytes: Vec<u8> = [run as f32; 4].iter().flat_map(|value| value.to_ne_bytes()).collect();
        assert_eq!(engine.run(&mut compiled, &[], Run::Short).unwrap().outputs, [bytes]);
        assert_eq!(engine.read("s").unwrap(), [2.0; 4]);
    }
}

#[test]
fn a_timed_run_gives_milliseconds_for_each_instruction() {
    let engine = engine(2);
    engine.state("s", 4).unwrap();
    let mut compiled = engine.compile(&draft().words()).unwrap();
    let ran = engine.run(&mut compiled, &[], Run::Timed).unwrap();
    assert!(
        ran.milliseconds.len() == 2 && ran.milliseconds.iter().all(|time| *time > 0.0),
        "{:?}",
        ran.milliseconds
    );
    assert!(engine.run(&mut compiled, &[], Run::Shared).unwrap().milliseconds.is_empty());
}

#[test]
fn the_limit_is_measured_once() {
    let engine = engine(1);
    let limit = engine.limit().unwrap();
    assert!(limit > 0.0 && engine.limit().unwrap() == limit);
}
