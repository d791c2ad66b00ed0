//! Lists of instructions, changed at random: each is refused or runs, and what runs writes nothing but what the checks
//! know of, the same on one thread and on three. `cargo test --release -- --ignored` tries a million. Under AddressSanitizer,
//! with a nightly toolchain: `RUSTFLAGS=-Zsanitizer=address cargo +nightly test --release --lib fuzz --target
//! x86_64-unknown-linux-gnu -- --include-ignored`.

mod mutation;
mod seeds;

use super::{Compiled, Engine, Run};
use crate::program::access::{self, Access};
use crate::program::inputs::tables;
use crate::program::instruction::{Instruction, Product};
use crate::program::panels::Panels;
use crate::program::{Program, decode};
use crate::simd::kernels::Kernels;
use mutation::Random;
use seeds::STATES;

/// Beyond these a list is decoded and not run: it would only take time.
const MOST_WORK: usize = 1 << 17;
const MOST_MEMORY: usize = 1 << 16;

#[derive(Debug, Default)]
struct Count {
    refused: usize,
    large: usize,
    /// Stopped by an index outside of its table.
    stopped: usize,
    ran: usize,
}

#[test]
fn lists_that_nobody_changed_run() {
    for kernels in Kernels::available() {
        let tried = Tried::new(kernels);
        for (at, draft) in tried.seeds.iter().enumerate() {
            let program = decode(&draft.words(), &STATES, Panels::of(kernels));
            assert!(program.is_ok(), "seed {at}: {}", program.unwrap_err());
            assert!(work(&program.unwrap(), Panels::of(kernels)) <= MOST_WORK, "seed {at}");
            let first = (0..40).map(|seed| run(&tried.one, &draft.words(), seed, kernels));
            assert!(first.clone().any(|words| words.is_some()), "seed {at} is always stopped");
            assert!(
                first.eq((0..40).map(|seed| run(&tried.three, &draft.words(), seed, kernels))),
                "seed {at}"
            );
        }
    }
}

#[test]
fn some_changed_lists_are_refused_or_run() {
    try_lists(20_000);
}

#[test]
#[ignore = "takes minutes"]
fn a_million_changed_lists_are_refused_or_run() {
    try_lists(1_000_000);
}

fn try_lists(lists: usize) {
    let all: Vec<_> = Kernels::available().into_iter().map(Tried::new).collect();
    let mut count = Count::default();
    for list in 0..lists {
        let tried = &all[list % all.len()];
        tried.one(list as u64, &mut count);
    }
    println!("{lists} lists: {count:?}");
    assert!(count.ran > lists / 20 && count.refused > lists / 20 && count.stopped > 0, "{count:?}");
}

/// An instruction set, on one thread and on several.
struct Tried {
    kernels: &'static Kernels,
    seeds: Vec<crate::program::draft::Draft>,
    one: Engine,
    three: Engine,
}

impl Tried {
    fn new(kernels: &'static Kernels) -> Self {
        let engine = |threads| {
            let engine = Engine::new(threads, kernels).unwrap();
            for (index, length) in STATES.iter().enumerate() {
                engine.state(&index.to_string(), *length).unwrap();
            }
            engine
        };
        Self { kernels, seeds: seeds::all(kernels), one: engine(1), three: engine(3) }
    }

    fn one(&self, seed: u64, count: &mut Count) {
        let mut random = Random::new(seed);
        let words = mutation::changed(&self.seeds, &mut random);
        let Ok(program) = decode(&words, &STATES, Panels::of(self.kernels)) else {
            count.refused += 1;
            return;
        };
        if program.arena > MOST_MEMORY || work(&program, Panels::of(self.kernels)) > MOST_WORK {
            count.large += 1;
            return;
        }
        let first = run(&self.one, &words, seed, self.kernels);
        match first.is_some() {
            true => count.ran += 1,
            false => count.stopped += 1,
        }
        // Waiting for other threads takes long where there are fewer processors.
        if seed.is_multiple_of(8) && first.is_some() {
            assert!(
                run(&self.three, &words, seed, self.kernels) == first,
                "list {seed} differs on three threads"
            );
        }
    }
}

/// Runs a list over memory of which every word is known before; gives all words after, of the arena and the states,
/// or nothing where an index stopped it.
fn run(engine: &Engine, list: &[u32], seed: u64, kernels: &Kernels) -> Option<Vec<u32>> {
    let mut compiled = engine.compile(list).unwrap();
    let mut random = Random::new(seed ^ 0xabcd);
    compiled.memory.arena().fill_with(|| random.word());
    set_indices(&mut compiled, &mut random);
    for (index, length) in STATES.iter().enumerate() {
        engine.write(&index.to_string(), &vec![0.5; *length]).unwrap();
    }
    let Compiled { program, memory, .. } = &compiled;
    let inputs = program.inputs.iter().map(|&id| words(memory.copy(id, program.buffers[id].length)));
    let inputs: Vec<_> = inputs.collect();
    let before = compiled.memory.arena().to_vec();
    let result = engine.run(&mut compiled, &inputs, Run::Shared);
    let may_change = written(&compiled.program, Panels::of(kernels));
    for (word, (before, after)) in before.iter().zip(compiled.memory.arena()).enumerate() {
        assert!(may_change[word] || before.to_bits() == after.to_bits(), "list {seed} writes word {word}");
    }
    match result {
        Ok(_) => {
            let states = (0..STATES.len()).flat_map(|index| engine.read(&index.to_string()).unwrap());
            // One NaN is as good as another.
            let bits = |word: f32| if word.is_nan() { f32::NAN.to_bits() } else { word.to_bits() };
            Some(compiled.memory.arena().iter().copied().chain(states).map(bits).collect())
        }
        Err(message) => {
            assert!(message.starts_with("Index "), "list {seed}: {message}");
            None
        }
    }
}

fn words(bytes: Vec<u8>) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|word| u32::from_ne_bytes(*word)).collect()
}

/// Puts rows of their tables where most indices are read, or nothing would ever be gathered.
fn set_indices(compiled: &mut Compiled, random: &mut Random) {
    let Compiled { program, memory, .. } = compiled;
    for (place, count, rows) in program.instructions.iter().flat_map(tables) {
        if !random.once_in(20) {
            let mut words = words(memory.copy(place.buffer, program.buffers[place.buffer].length));
            let end = words.len().min(place.offset + 8 * place.step + count);
            words[place.offset..end].fill_with(|| random.below(rows) as u32);
            memory.fill(place.buffer, &words);
        }
    }
}

/// With the accesses of each instruction, the steps of the loop around it.
fn accesses(program: &Program, panels: Panels) -> Vec<(&Instruction, usize, Vec<Access>)> {
    let (mut length, mut end) = (1, 0);
    let instructions = program.instructions.iter().enumerate();
    instructions
        .map(|(index, instruction)| {
            if let Instruction::Loop(around) = instruction {
                (length, end) = (around.length, index + 1 + around.body);
            }
            (instruction, if index < end { length } else { 1 }, access::of(instruction, panels))
        })
        .collect()
}

/// About how many operations the program takes.
fn work(program: &Program, panels: Panels) -> usize {
    let sizes =
        |access: &Access| access.axes.iter().fold(1, |all: usize, (size, _)| all.saturating_mul(*size));
    let all = accesses(program, panels).into_iter().map(|(instruction, steps, accesses)| {
        let touched = accesses.iter().fold(0, |sum: usize, access| sum.saturating_add(sizes(access)));
        let each = match instruction {
            Instruction::Product(Product { k, .. }) => *k,
            Instruction::Gradient(gradient) => gradient.lefts.iter().map(|left| left.m).sum(),
            Instruction::Chain(chain) => 1 + chain.steps.len(),
            _ => 1,
        };
        touched.saturating_mul(each).saturating_mul(steps)
    });
    all.fold(0, usize::saturating_add)
}

/// For each word of the arena whether some access writes it.
fn written(program: &Program, panels: Panels) -> Vec<bool> {
    let mut all = vec![false; program.arena];
    for (_, steps, accesses) in accesses(program, panels) {
        for access in accesses.iter().filter(|access| access.written) {
            if let crate::program::buffers::Space::Arena(start) = program.buffers[access.place.buffer].space {
                for step in 0..steps {
                    mark(&mut all, start + access.place.offset + step * access.place.step, &access.axes);
                }
            }
        }
    }
    all
}

fn mark(all: &mut [bool], at: usize, axes: &[(usize, usize)]) {
    match axes.split_first() {
        None => all[at] = true,
        Some(((size, stride), rest)) => (0..*size).for_each(|i| mark(all, at + i * stride, rest)),
    }
}
