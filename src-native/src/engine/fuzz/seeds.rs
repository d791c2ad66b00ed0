//! Whole programs to begin with, which have every instruction in every form between them.

use crate::program::draft::{ABSENT, Draft, at, matrix, operand};
use crate::program::format::*;
use crate::program::instruction::Precision::{self, Bfloat16, Float32};
use crate::program::panels::Panels;
use crate::simd::kernels::Kernels;
use crate::words;

/// Lengths of the states.
pub const STATES: [usize; 2] = [48, 160];

pub fn all(kernels: &Kernels) -> Vec<Draft> {
    let panels = Panels::of(kernels);
    vec![
        products(panels, Float32),
        products(panels, if panels.bf16 { Bfloat16 } else { Float32 }),
        gradients(),
        chains(),
        losses(),
        indices(),
        moves(),
        recurrent(panels, 0),
        recurrent(panels, 8),
    ]
}

fn products(panels: Panels, precision: Precision) -> Draft {
    let (m, n, k) = (9, 20, 12);
    let mut draft = Draft::default();
    let (a, b, c) = (draft.input(m * k), draft.input(k * n), draft.output(m * n));
    let packed = draft.buffer(panels.packed_words(precision, k as usize, n as usize) as u32);
    let turned = draft.buffer(panels.packed_words(precision, n as usize, k as usize) as u32);
    let (bias, index, table) = (draft.constant(vec![0x3f00_0000; 20]), draft.input(m), draft.input(4 * n));
    let sizes = words![m, n, k, matrix(a, k)];
    let (pack, product, gradient) = match precision {
        Float32 => (PACK, PRODUCT, GRADIENT),
        Bfloat16 => (PACK_BF16, PRODUCT_BF16, GRADIENT_BF16),
    };
    draft.add(pack, words![k, n, at(b), n, 1, at(packed)]);
    draft.add(pack, words![n, k, at(b), 1, n, at(turned)]);
    draft.add(product, words![sizes, at(packed), matrix(c, n), 1, matrix(bias, 0), 0]);
    draft.add(product, words![sizes, at(packed), matrix(c, n), 1, matrix(c, n), 0]);
    draft.add(product, words![sizes, at(packed), matrix(c, n), 2, at(index), matrix(table, n), 4, 0]);
    draft.add(product, words![m, k, n, matrix(c, n), at(turned), matrix(a, k), 0, 0]);
    draft.add(DIRECT, words![sizes, at(b), n, 1, matrix(c, n), 1, matrix(bias, 0), 0]);
    draft.add(DIRECT, words![m, k, n, matrix(c, n), at(b), 1, n, matrix(a, k), 0, 0]);
    draft.add(gradient, words![m, n, matrix(c, n), 1, 0, k, matrix(a, k), matrix(b, n), 0]);
    draft
}

fn gradients() -> Draft {
    let (k, n) = (21, 18);
    let mut draft = Draft::default();
    let (b, a, x) = (draft.input(k * n), draft.input(k * 5), draft.input(k * 7));
    let (c, d, sums) = (draft.output(5 * n), draft.output(7 * n), draft.output(n));
    let first = words![0, 5, matrix(a, 5), matrix(c, n), 0];
    let second = words![0, 7, matrix(x, 7), matrix(d, n), 1];
    draft.add(GRADIENT, words![k, n, matrix(b, n), 3, 1, matrix(sums, n), 0, first, second]);
    draft.add(REDUCE, words![0, 1, k, n, at(b), at(sums)]);
    draft
}

fn chains() -> Draft {
    let mut draft = Draft::default();
    let (p, m) = (draft.state(0, 48), draft.state(1, 160));
    let (g, y) = (draft.input(160), draft.output(160));
    let index = draft.input(4);
    let code = words![1, 3, 0, 1, 0, 0.0, 23, 1, 1, u32::MAX, 3, 0.9, 17, 2, 1, 0, 0, 0.0];
    draft.add(
        CHAIN,
        words![1, 1, 48, 3, operand(at(p), 48, 1), operand(at(m), 48, 3), operand(at(y), 48, 2), 1, 3, code],
    );
    // [2, 4, 20] with one number a row, columns apart, and rows by index.
    let strided = [y, 0, 0, 80, 20, 1, 2];
    let (row, apart) = ([g, 0, 0, 4, 1, 0, 1], [g, 8, 0, 0, 2, 3, 5]);
    let code = words![3, 3, 1, 2, 0, 0.0, 10, 0, 3, 2, u32::MAX, 1.0];
    draft.add(CHAIN, words![2, 4, 20, 3, strided, row, apart, 1, 2, code]);
    let gathered = words![[g, 0, 0, 0, 20, 1, 9], at(index), 6];
    draft.add(CHAIN, words![1, 4, 20, 2, gathered, operand(at(y), 20, 2), 0, 1, 21, 1, 0, 0, 0, 0.0]);
    draft
}

fn losses() -> Draft {
    let (rows, classes) = (6, 11);
    let mut draft = Draft::default();
    let (x, y) = (draft.input(rows * classes), draft.output(rows * classes));
    let (target, scale, loss) = (draft.input(rows), draft.input(rows), draft.output(rows));
    let (own, other) = (matrix(x, classes), matrix(y, classes));
    let none = words![ABSENT, 0];
    draft.add(CROSS_ENTROPY, words![rows, classes, own, at(target), at(loss), other, own, at(scale), 1]);
    draft.add(CROSS_ENTROPY, words![rows, classes, own, at(target), at(loss), none, none, ABSENT, 0]);
    draft.add(SOFTMAX, words![rows, classes, own, own, 1]);
    draft.add(SOFTMAX, words![rows, classes, own, other, 0]);
    draft.add(REDUCE, words![1, rows, classes, 1, at(y), at(loss)]);
    draft.add(REDUCE, words![2, 1, rows, classes, at(y), at(x)]);
    draft
}

fn indices() -> Draft {
    let (n, columns, rows) = (10, 13, 5);
    let mut draft = Draft::default();
    let (index, table) = (draft.input(n), draft.input(rows * columns));
    let (x, sums, hot) = (draft.output(n * columns), draft.output(rows * columns), draft.output(n * rows));
    let sizes = words![n, columns, at(index)];
    draft.add(GATHER, words![sizes, matrix(table, columns), rows, matrix(x, columns)]);
    draft.add(SCATTER_ADD, words![sizes, matrix(x, columns), matrix(sums, columns), rows]);
    draft.add(ONE_HOT, words![n, rows, at(index), matrix(hot, rows)]);
    draft
}

fn moves() -> Draft {
    let mut draft = Draft::default();
    let (x, y, s) = (draft.input(120), draft.output(120), draft.state(1, 160));
    draft.add(COPY, words![3, 4, 5, 6, at(x), 30, 6, 1, at(y), 6, 24, 1]);
    draft.add(COPY, words![2, 10, 12, at(y), 12, 1, at(x), 1, 10]);
    draft.add(FILL, words![160, at(s), 1.0]);
    draft.add(LOOP, words![3, 1, 0, 2]);
    draft.add(COPY, words![1, 40, [x, 0, 40], 1, [y, 0, 40], 1]);
    draft.add(FILL, words![20, [x, 0, 40], 0.25]);
    draft
}

/// h' = tanh(x + h·W) over four steps, by rows or with barriers; then what a loss would ask of every step.
fn recurrent(panels: Panels, rows: u32) -> Draft {
    let (batch, hidden, steps, classes) = (8, 16, 4, 5);
    let slot = batch * hidden;
    let mut draft = Draft::default();
    let (x, w) = (draft.input(steps * slot), draft.input(hidden * hidden));
    let packed = draft.buffer(panels.packed_words(Float32, 16, 16) as u32);
    let (h, z) = (draft.output((steps + 1) * slot), draft.buffer(steps * slot));
    let (index, taken, hot) = (draft.input(steps * batch), draft.buffer(slot), draft.buffer(batch * classes));
    let scores = draft.buffer(steps * batch * classes);
    draft.add(PACK, words![hidden, hidden, at(w), hidden, 1, at(packed)]);
    draft.add(FILL, words![slot, at(h), 0]);
    draft.add(LOOP, words![steps, 0, rows, 7]);
    let (init, c) = ([x, 0, slot, hidden], [z, 0, slot, hidden]);
    draft.add(PRODUCT, words![batch, hidden, hidden, [h, 0, slot, hidden], at(packed), c, 1, init, 1]);
    draft.add(PRODUCT, words![batch, hidden, hidden, [h, 0, slot, hidden], at(packed), c, 1, c, 2]);
    let (from, to) = (operand([z, 0, slot], hidden, 1), operand([h, slot, slot], hidden, 2));
    draft.add(CHAIN, words![1, batch, hidden, 2, from, to, 0, 1, 17, 1, 0, 0, 0, 0.0]);
    draft.add(GATHER, words![batch, hidden, [index, 0, batch], matrix(w, hidden), 16, matrix(taken, hidden)]);
    draft.add(ONE_HOT, words![batch, classes, [index, 0, batch], matrix(hot, classes)]);
    draft.add(REDUCE, words![0, batch, hidden, 1, at(taken), [scores, 0, batch * classes]]);
    draft.add(SOFTMAX, words![batch, classes, matrix(hot, classes), matrix(hot, classes), 0]);
    draft
}
