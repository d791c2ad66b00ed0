//! One thread's way through a program: every thread runs the same list and does its share of each instruction.

use super::memory::Memory;
use super::share::Share;
use crate::chain;
use crate::pool::{Failure, Worker};
use crate::product::{self, gradient, packed};
use crate::program::Program;
use crate::program::instruction::{Instruction, Loop, Place, Product, Right};
use crate::simd::buffer::Words;
use crate::simd::kernels::Kernels;
use std::time::Instant;

/// What a thread needs beside the program's memory, made once.
pub struct Own {
    pub scratch: Words,
    /// Addresses, filled for each chain and emptied before the next.
    pub operands: Vec<chain::Operand>,
    pub parts: Vec<(product::Left, product::MatrixMut)>,
    /// Seconds by instruction, in a run that is timed.
    pub seconds: Vec<f64>,
}

// SAFETY: the addresses in it are looked at only by the thread that put them there, in the same call.
unsafe impl Send for Own {}

impl Own {
    /// None where there is no memory for it.
    pub fn new(program: &Program) -> Option<Own> {
        let needed = |instruction: &Instruction| match instruction {
            Instruction::Product(Product { b: Right::Packed(..), .. }) => (packed::SCRATCH, 0, 0),
            Instruction::Gradient(gradient) => (gradient::SCRATCH, 0, gradient.lefts.len()),
            Instruction::Chain(chain) => (chain::SCRATCH, chain.operands.len(), 0),
            // A row of exponentials that nobody asked for.
            Instruction::CrossEntropy(entropy) => (entropy.classes, 0, 0),
            Instruction::Softmax(softmax) => (softmax.classes, 0, 0),
            _ => (0, 0, 0),
        };
        let all = || program.instructions.iter().map(needed);
        Some(Own {
            scratch: Words::try_new(all().map(|(words, _, _)| words).max().unwrap_or(0))?,
            operands: Vec::with_capacity(all().map(|(_, operands, _)| operands).max().unwrap_or(0)),
            parts: Vec::with_capacity(all().map(|(_, _, parts)| parts).max().unwrap_or(0)),
            seconds: Vec::new(),
        })
    }
}

/// A thread in a run.
pub struct Thread<'a> {
    pub program: &'a Program,
    pub memory: &'a Memory,
    pub kernels: &'static Kernels,
    pub worker: Worker<'a>,
    pub own: &'a mut Own,
    /// Of the loop around the instruction.
    pub step: usize,
    pub turn: Turn,
}

/// Where in the loop around an instruction a thread is, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    First,
    Between,
    Last,
}

impl Thread<'_> {
    /// Runs the whole program. With `timed`, all threads wait for each other after every instruction outside of loops
    /// by rows, and what that took is added to the instruction's seconds.
    pub fn run(&mut self, timed: bool) -> Result<(), Failure> {
        let program = self.program;
        let mut index = 0;
        while let Some(instruction) = program.instructions.get(index) {
            (self.step, self.turn) = (0, Turn::Between);
            match instruction {
                Instruction::Loop(around) => {
                    if around.rows > 0 {
                        self.by_rows(around, index, timed)?;
                    } else {
                        self.step_by_step(around, index, timed)?;
                    }
                    index += around.body;
                }
                _ => self.together(index, timed)?,
            }
            index += 1;
        }
        Ok(())
    }

    /// All threads do their part of one instruction.
    fn together(&mut self, index: usize, timed: bool) -> Result<(), Failure> {
        if self.program.barriers[index] && !timed {
            self.worker.wait()?;
        }
        let share = Share::Part { thread: self.worker.thread, threads: self.worker.threads };
        self.one(index, &share, timed)?;
        if timed { self.meet(index) } else { Ok(()) }
    }

    fn step_by_step(&mut self, around: &Loop, header: usize, timed: bool) -> Result<(), Failure> {
        for turn in 0..around.length {
            if turn > 0 && !timed {
                self.worker.wait()?;
            }
            self.begin(around, turn);
            for index in header + 1..=header + around.body {
                self.together(index, timed)?;
            }
        }
        Ok(())
    }

    /// A loop's only turn is its first.
    fn begin(&mut self, around: &Loop, turn: usize) {
        self.step = around.step(turn);
        self.turn = match turn {
            0 => Turn::First,
            _ if turn + 1 == around.length => Turn::Last,
            _ => Turn::Between,
        };
    }

    /// Runs this thread's rows through all steps.
    fn by_rows(&mut self, around: &Loop, header: usize, timed: bool) -> Result<(), Failure> {
        if self.program.barriers[header] && !timed {
            self.worker.wait()?;
        }
        let rows = product::share(around.rows, self.worker.thread, self.worker.threads);
        if !rows.is_empty() {
            let share = Share::Rows(rows);
            for turn in 0..around.length {
                self.begin(around, turn);
                for index in header + 1..=header + around.body {
                    self.one(index, &share, timed)?;
                }
            }
        }
        if timed { self.meet(header) } else { Ok(()) }
    }

    fn one(&mut self, index: usize, share: &Share, timed: bool) -> Result<(), Failure> {
        if !timed {
            return self.execute(&self.program.instructions[index], share);
        }
        let start = Instant::now();
        let result = self.execute(&self.program.instructions[index], share);
        self.own.seconds[index] += start.elapsed().as_secs_f64();
        result
    }

    /// Waits for the other threads. What that takes counts for the instruction.
    fn meet(&mut self, index: usize) -> Result<(), Failure> {
        let start = Instant::now();
        self.worker.wait()?;
        self.own.seconds[index] += start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Refuses indices outside a table of so many rows.
    ///
    /// # Safety
    /// The indices are readable, and nobody writes them meanwhile.
    pub unsafe fn check_indices(&self, index: *const i32, count: usize, rows: usize) -> Result<(), Failure> {
        // SAFETY: the caller's promise.
        let indices = unsafe { std::slice::from_raw_parts(index, count) };
        match indices.iter().find(|&&index| index < 0 || index as usize >= rows) {
            None => Ok(()),
            Some(index) => Err(Failure::Error(format!("Index {index} is outside a table of {rows} rows."))),
        }
    }

    /// An int32 place in this step, from an element on.
    pub fn indices(&self, place: Place, from: usize) -> *const i32 {
        self.at(place).wrapping_add(from).cast()
    }

    pub fn at(&self, place: Place) -> *mut f32 {
        self.memory.at(place, self.step)
    }
}
