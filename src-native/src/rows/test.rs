//! Programs of one instruction, against the plainest way to compute the same.

use crate::engine::{Engine, Run};
use crate::program::draft::{Draft, at, matrix};
use crate::program::format::*;
use crate::simd::kernels::Kernels;
use crate::words;

/// The outputs of a program on every instruction set, on one thread and on three.
fn outputs(draft: &Draft, inputs: &[Vec<u32>]) -> Vec<Result<Vec<Vec<f32>>, String>> {
    let mut all = Vec::new();
    for kernels in Kernels::available() {
        for threads in [1, 3] {
            let engine = Engine::new(threads, kernels).unwrap();
            let mut compiled = engine.compile(&draft.words()).unwrap();
            // Twice: nothing may be left over from the first.
            let _ = engine.run(&mut compiled, inputs, Run::Shared);
            let ran = engine.run(&mut compiled, inputs, Run::Shared);
            all.push(ran.map(|ran| ran.outputs.iter().map(|bytes| floats(bytes)).collect()));
        }
    }
    all
}

#[track_caller]
fn gives(draft: &Draft, inputs: &[Vec<u32>], expected: &[Vec<f32>]) {
    for got in outputs(draft, inputs) {
        for (got, expected) in got.unwrap().iter().zip(expected) {
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                let near = (got - expected).abs() <= 2e-6 * (1.0 + expected.abs());
                assert!(
                    near || got == expected || (got.is_nan() && expected.is_nan()),
                    "{i}: {got} {expected}"
                );
            }
        }
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|word| f32::from_ne_bytes(*word)).collect()
}

fn bits(floats: &[f32]) -> Vec<u32> {
    floats.iter().map(|float| float.to_bits()).collect()
}

/// Numbers between -2 and 2.
fn some(count: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + 13) % 401) as f32 / 100.0 - 2.0).collect()
}

fn softmax(row: &[f32]) -> Vec<f64> {
    let largest = row.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let powers: Vec<f64> = row.iter().map(|x| f64::from(x - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[test]
fn softmax_and_its_logarithm_in_place_and_apart() {
    for (rows, classes) in [(5_usize, 1_usize), (7, 3), (9, 60), (3, 1000)] {
        let x = some(rows * classes);
        let probabilities: Vec<f64> = x.chunks(classes).flat_map(softmax).collect();
        for log in [0, 1] {
            let mut draft = Draft::default();
            let (from, to) = (draft.input(x.len() as u32), draft.output(x.len() as u32));
            let own = matrix(from, classes as u32);
            draft.add(SOFTMAX, words![rows as u32, classes as u32, own, matrix(to, classes as u32), log]);
            draft.add(SOFTMAX, words![rows as u32, classes as u32, own, own, log]);
            draft.outputs.push(from);
            let y: Vec<f32> =
                probabilities.iter().map(|p| if log == 1 { p.ln() } else { *p } as f32).collect();
            gives(&draft, &[bits(&x)], &[y.clone(), y]);
        }
    }
}

#[test]
fn cross_entropy_gives_losses_probabilities_and_gradients() {
    let (rows, classes) = (11_usize, 37_usize);
    let (x, scales) = (some(rows * classes), some(rows));
    let targets: Vec<u32> = (0..rows).map(|row| (row * 5 % classes) as u32).collect();
    let (mut losses, mut all, mut gradients) = (vec![], vec![], vec![]);
    for ((row, &target), scale) in x.chunks(classes).zip(&targets).zip(&scales) {
        let p = softmax(row);
        losses.push(-p[target as usize].ln() as f32);
        gradients.extend(
            (0..classes)
                .map(|j| ((p[j] - f64::from(u8::from(j == target as usize))) * f64::from(*scale)) as f32),
        );
        all.extend(p.iter().map(|p| *p as f32));
    }
    let mut draft = Draft::default();
    let length = x.len() as u32;
    let (from, target, scale) = (draft.input(length), draft.input(rows as u32), draft.input(rows as u32));
    let (loss, p) = (draft.output(rows as u32), draft.output(length));
    let own = matrix(from, classes as u32);
    let sizes = words![rows as u32, classes as u32];
    draft.outputs.push(from);
    // The gradient lies on the logits.
    draft.add(
        CROSS_ENTROPY,
        words![sizes, own, at(target), at(loss), matrix(p, classes as u32), own, at(scale), 1],
    );
    gives(&draft, &[bits(&x), targets, bits(&scales)], &[losses, all, gradients]);
}

#[test]
fn a_class_that_is_none_is_told_before_anything_is_written() {
    let mut draft = Draft::default();
    let (x, target, loss) = (draft.input(8), draft.input(2), draft.output(2));
    let none = [ABSENT, 0, 0, 0];
    let body = words![2, 4, matrix(x, 4), at(target), at(loss), none, none, [ABSENT, 0, 0], 0];
    draft.add(CROSS_ENTROPY, body);
    for index in [4, u32::MAX] {
        for got in outputs(&draft, &[bits(&some(8)), vec![1, index]]) {
            assert_eq!(got.unwrap_err(), format!("Index {} is outside a table of 4 rows.", index as i32));
        }
    }
}

#[test]
fn an_index_that_is_computed_stops_all_threads() {
    let mut draft = Draft::default();
    let (x, index, table, y) = (draft.input(9), draft.buffer(9), draft.input(18), draft.output(18));
    draft.add(COPY, words![1, 9, at(x), 1, at(index), 1]);
    draft.add(GATHER, words![9, 2, at(index), matrix(table, 2), 9, matrix(y, 2)]);
    draft.add(FILL, words![18, at(table), 0]);
    for got in outputs(&draft, &[vec![0, 1, 2, 3, 4, 5, 6, 7, 99], bits(&some(18))]) {
        assert_eq!(got.unwrap_err(), "Index 99 is outside a table of 9 rows.");
    }
}

#[test]
fn reductions_along_an_axis() {
    for (outer, n, inner) in [(1_usize, 300_usize, 1_usize), (40, 7, 1), (1, 50, 33), (9, 4, 130), (3, 1, 2)]
    {
        let x = some(outer * n * inner);
        let (mut sums, mut most, mut positions) = (vec![], vec![], vec![]);
        for (o, i) in (0..outer).flat_map(|o| (0..inner).map(move |i| (o, i))) {
            let axis: Vec<f32> = (0..n).map(|k| x[(o * n + k) * inner + i]).collect();
            sums.push(axis.iter().map(|x| f64::from(*x)).sum::<f64>() as f32);
            let best = (1..n).fold(0, |best, k| if axis[k] > axis[best] { k } else { best });
            most.push(axis[best]);
            positions.push(f32::from_bits(best as u32));
        }
        let mut draft = Draft::default();
        let from = draft.input(x.len() as u32);
        for kind in [0, 1, 2] {
            let to = draft.output((outer * inner) as u32);
            draft.add(REDUCE, words![kind, outer as u32, n as u32, inner as u32, at(from), at(to)]);
        }
        gives(&draft, &[bits(&x)], &[sums, most, positions]);
    }
}

#[test]
fn a_maximum_keeps_a_nan_that_comes_first_and_passes_over_others() {
    let mut draft = Draft::default();
    let (x, y) = (draft.input(6), draft.output(2));
    draft.add(REDUCE, words![1, 2, 3, 1, at(x), at(y)]);
    let x = [f32::NAN, 1.0, 2.0, 1.0, f32::NAN, 0.5];
    gives(&draft, &[bits(&x)], &[vec![f32::NAN, 1.0]]);
}

#[test]
fn rows_are_gathered_scattered_and_made_one_hot() {
    for columns in [1_usize, 5, 300] {
        let (rows, n) = (6_usize, 20_usize);
        let index: Vec<u32> = (0..n).map(|i| (i * i % 5) as u32).collect();
        let (table, x) = (some(rows * columns), some(n * columns));
        let taken: Vec<f32> =
            index.iter().flat_map(|&row| &table[row as usize * columns..][..columns]).copied().collect();
        let mut sums = vec![0.0; rows * columns];
        for (i, &row) in index.iter().enumerate() {
            (0..columns).for_each(|j| sums[row as usize * columns + j] += x[i * columns + j]);
        }
        let hot: Vec<f32> =
            index.iter().flat_map(|&row| (0..6).map(move |j| f32::from(u8::from(j == row)))).collect();
        let mut draft = Draft::default();
        let (i, t) = (draft.input(n as u32), draft.input(table.len() as u32));
        let v = draft.input(x.len() as u32);
        let (y, s, h) =
            (draft.output(x.len() as u32), draft.output(table.len() as u32), draft.output(n as u32 * 6));
        let sizes = words![n as u32, columns as u32];
        let wide = columns as u32;
        draft.add(GATHER, words![sizes, at(i), matrix(t, wide), rows as u32, matrix(y, wide)]);
        draft.add(SCATTER_ADD, words![sizes, at(i), matrix(v, wide), matrix(s, wide), rows as u32]);
        draft.add(ONE_HOT, words![n as u32, 6, at(i), matrix(h, 6)]);
        gives(&draft, &[index, bits(&table), bits(&x)], &[taken, sums, hot]);
    }
}

#[test]
fn copies_go_between_strides_and_fills_fill() {
    let x = some(2 * 3 * 5);
    let mut draft = Draft::default();
    let (from, turned, filled) = (draft.input(30), draft.output(30), draft.output(33));
    // [2, 3, 5] to [5, 2, 3]
    draft.add(COPY, words![3, 2, 3, 5, at(from), 15, 5, 1, at(turned), 3, 1, 6]);
    draft.add(FILL, words![33, at(filled), 1.5]);
    let expected = (0..30).map(|to| x[(to / 3 % 2) * 15 + (to % 3) * 5 + to / 6]).collect();
    gives(&draft, &[bits(&x)], &[expected, vec![1.5; 33]]);
}
