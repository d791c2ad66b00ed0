//! What each instruction calls. Safety rests on two things that were settled before: places lie inside their buffers and
//! are apart as [`crate::program`] checks, and the shares of two threads are apart (`share.rs`).

use super::share::Share;
use super::thread::{Thread, Turn};
use crate::chain;
use crate::pool::Failure;
use crate::product::{self, Direct, Init};
use crate::program::instruction::{
    self as program, Chain, GatheredRows, Gradient, Instruction, Pack, Precision, Product, Right, Turns,
};
use crate::simd::kernels::Bf16;
use std::ops::Range;

impl Thread<'_> {
    pub fn execute(&mut self, instruction: &Instruction, share: &Share) -> Result<(), Failure> {
        match instruction {
            Instruction::Loop(_) => {}
            Instruction::Pack(pack) => self.pack(pack, share),
            Instruction::Product(product) => self.product(product, share)?,
            Instruction::Gradient(gradient) => self.gradient(gradient),
            Instruction::Chain(chain) => self.chain(chain, share)?,
            Instruction::CrossEntropy(entropy) => self.cross_entropy(entropy, share)?,
            Instruction::Softmax(softmax) => self.softmax(softmax, share),
            Instruction::Reduce(reduce) => self.reduce(reduce, share),
            Instruction::Gather(gather) => self.gather(gather, share)?,
            Instruction::ScatterAdd(scatter) => self.scatter_add(scatter, share)?,
            Instruction::OneHot(hot) => self.one_hot(hot, share)?,
            Instruction::Copy(copy) => self.copy(copy, share),
            Instruction::Fill(fill) => self.fill(fill, share),
        }
        Ok(())
    }

    fn pack(&self, pack: &Pack, share: &Share) {
        let (panels, precision) = (share.rows(self.kernels.panels(pack.n)), pack.precision);
        let pack = product::Pack {
            k: pack.k,
            n: pack.n,
            from: self.at(pack.source),
            row_stride: pack.row_stride,
            column_stride: pack.column_stride,
            to: self.at(pack.target),
        };
        // SAFETY: the source is readable and the target has the packed length; threads take different panels.
        unsafe { self.bf16(precision).map_or(self.kernels.pack, |bf16| bf16.pack)(&pack, panels) };
    }

    /// The kernels of bfloat16 where they are meant; a program that means them is refused where there are none.
    fn bf16(&self, precision: Precision) -> Option<&'static Bf16> {
        if precision == Precision::Bfloat16 { self.kernels.bf16() } else { None }
    }

    fn product(&self, p: &Product, share: &Share) -> Result<(), Failure> {
        let (m, n) = (p.m, p.n);
        let k = match p.turns {
            Turns::BeforeLast if self.turn == Turn::Last => return Ok(()),
            Turns::AfterFirst if self.turn == Turn::First => 0,
            _ => p.k,
        };
        let (a, c) = (self.memory.matrix(p.a, self.step), self.memory.matrix_mut(p.c, self.step));
        let init = |rows: &Range<usize>| self.init(&p.init, rows);
        match p.b {
            Right::Packed(precision, place) => {
                let (rows, panels) = share.rows_or_panels(m, self.kernels.panels(n));
                let init = init(&rows)?;
                let product = product::Product { m, n, k, a, packed: self.at(place), c, init };
                let product = product.rows(rows);
                // SAFETY: extents and overlaps are checked, indices as well; threads take different rows or panels, and
                // the scratch is this thread's own.
                unsafe {
                    let kernel = self.bf16(precision).map_or(self.kernels.product, |bf16| bf16.product);
                    kernel(&product, panels, self.own.scratch.pointer());
                }
            }
            Right::Plain { place, row_stride, column_stride } => {
                let (rows, columns) = match share {
                    Share::Rows(rows) => (rows.clone(), 0..n),
                    Share::Part { thread, threads } => (0..m, super::share::lines(n, *thread, *threads)),
                };
                let init = init(&rows)?;
                let whole = product::Product { m, n, k, a, packed: std::ptr::null(), c, init }.rows(rows);
                let b = self.at(place);
                let direct = Direct {
                    m: whole.m,
                    n,
                    k,
                    a: whole.a,
                    b,
                    row_stride,
                    column_stride,
                    c: whole.c,
                    init: whole.init,
                };
                // SAFETY: as above.
                unsafe { (self.kernels.direct)(&direct, columns) };
            }
        }
        Ok(())
    }

    /// What a product is added to, its indices checked for this thread's rows.
    fn init(&self, init: &program::Init, rows: &Range<usize>) -> Result<Init, Failure> {
        Ok(match init {
            program::Init::None => Init::None,
            program::Init::Rows(matrix) => Init::Matrix(self.memory.matrix(*matrix, self.step)),
            program::Init::Gathered { index, table, rows: count } => {
                // SAFETY: the index has a word for each row.
                unsafe { self.check_indices(self.indices(*index, rows.start), rows.len(), *count)? };
                Init::Gathered {
                    index: self.indices(*index, 0),
                    table: self.memory.matrix(*table, self.step),
                }
            }
        })
    }

    fn gradient(&mut self, g: &Gradient) {
        let (thread, threads) = (self.worker.thread, self.worker.threads);
        let kernel = self.bf16(g.precision).map_or(self.kernels.gradient, |bf16| bf16.gradient);
        for accumulate in [false, true] {
            self.own.parts.clear();
            for left in g.lefts.iter().filter(|left| left.accumulate == accumulate) {
                let a = left.a.map_or(product::Left::Ones, |a| product::Left::Matrix {
                    a: self.memory.matrix(a, self.step),
                    m: left.m,
                });
                let c = self.memory.matrix_mut(left.c, self.step);
                self.own.parts.push((a, c));
            }
            if self.own.parts.is_empty() {
                continue;
            }
            let b = self.memory.matrix(g.b, self.step);
            let gradient = product::Gradient { k: g.k, n: g.n, b, parts: &self.own.parts, accumulate };
            // SAFETY: extents and overlaps are checked; the kernel divides the elements of C among the threads, and the
            // scratch is this thread's own.
            unsafe { kernel(&gradient, thread, threads, self.own.scratch.pointer()) };
        }
    }

    fn chain(&mut self, c: &Chain, share: &Share) -> Result<(), Failure> {
        let mut chain = chain::Chain {
            steps: &c.steps,
            operands: &[],
            scratch: c.scratch,
            dims: [c.d0, c.d1],
            columns: c.columns,
        };
        let (rows, columns) = share.rows_or_columns(c.d0 * c.d1, c.columns);
        self.own.operands.clear();
        for operand in &c.operands {
            let index = match operand.gathered {
                None => std::ptr::null(),
                Some(GatheredRows { index, rows: count }) => {
                    // SAFETY: the index has a word for each of the d1 rows, and d0 is 1.
                    unsafe { self.check_indices(self.indices(index, rows.start), rows.len(), count)? };
                    self.indices(index, 0)
                }
            };
            self.own.operands.push(chain::Operand {
                at: self.at(operand.place),
                strides: [operand.s0, operand.s1],
                column_stride: operand.column_stride,
                read: operand.read,
                written: operand.written,
                index,
            });
        }
        chain.operands = &self.own.operands;
        // SAFETY: extents and overlaps are checked, registers and indices as well; threads take different rows or
        // columns, and the scratch is this thread's own.
        unsafe { (self.kernels.chain)(&chain, rows, columns, self.own.scratch.pointer()) };
        Ok(())
    }
}
