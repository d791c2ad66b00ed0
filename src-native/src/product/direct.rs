//! C = init + A·B with B as it lies, for few rows: its time is that of reading B, which is read once for four rows of A.

use super::{Direct, InitRows};
use crate::simd::Simd;
use crate::simd::functions::total;
use std::ops::Range;

/// Rows of A that share one pass over B.
const ROWS: usize = 4;
/// Rows (or columns, where those are contiguous) of B that are read side by side: as many streams.
const SIDE: usize = 4;

/// Some columns of a product; they are best a multiple of 16.
///
/// # Safety
/// The processor has S; A, B and init are readable over their extents and C writable; C overlaps neither A nor B;
/// indices of a gathered init lie in its table.
#[inline(always)]
pub unsafe fn direct<S: Simd>(p: &Direct, columns: Range<usize>) {
    // SAFETY: the caller's promise, for the rows below m.
    unsafe {
        start(p, columns.clone());
        for row in (0..p.m).step_by(ROWS) {
            match (p.column_stride == 1, p.m - row) {
                (true, 1) => by_rows::<S, 1>(p, row, columns.clone()),
                (true, 2) => by_rows::<S, 2>(p, row, columns.clone()),
                (true, 3) => by_rows::<S, 3>(p, row, columns.clone()),
                (true, _) => by_rows::<S, 4>(p, row, columns.clone()),
                (false, 1) => by_columns::<S, 1>(p, row, columns.clone()),
                (false, 2) => by_columns::<S, 2>(p, row, columns.clone()),
                (false, 3) => by_columns::<S, 3>(p, row, columns.clone()),
                (false, _) => by_columns::<S, 4>(p, row, columns.clone()),
            }
        }
    }
}

/// C = init
#[inline(always)]
unsafe fn start(p: &Direct, columns: Range<usize>) {
    let init = InitRows::from(p.init);
    // SAFETY: as `direct`.
    unsafe {
        for i in 0..p.m {
            let c = p.c.at.add(i * p.c.stride + columns.start);
            if init.at.is_null() {
                c.write_bytes(0, columns.len());
            } else {
                // C itself may be the init.
                c.copy_from(init.row(i).add(columns.start), columns.len());
            }
        }
    }
}

/// Adds M rows of A times B whose rows are contiguous: SIDE rows of B at a time are added to C, which stays in the first
/// cache.
#[inline(always)]
unsafe fn by_rows<S: Simd, const M: usize>(p: &Direct, row: usize, columns: Range<usize>) {
    // SAFETY: as `direct`.
    unsafe {
        let a = |i: usize, k: usize| *p.a.at.add((row + i) * p.a.stride + k);
        let c = |i: usize| p.c.at.add((row + i) * p.c.stride);
        let whole = columns.start + columns.len() / S::LANES * S::LANES;
        let mut k = 0;
        while k + SIDE <= p.k {
            let b: [_; SIDE] = std::array::from_fn(|s| p.b.add((k + s) * p.row_stride));
            let mut x = [[S::splat(0.0); SIDE]; M];
            for i in 0..M {
                for s in 0..SIDE {
                    x[i][s] = S::splat(a(i, k + s));
                }
            }
            for j in (columns.start..whole).step_by(S::LANES) {
                let mut v = [S::splat(0.0); SIDE];
                for s in 0..SIDE {
                    v[s] = S::load(b[s].add(j));
                }
                for (i, x) in x.iter().enumerate() {
                    let mut sum = S::load(c(i).add(j));
                    for s in 0..SIDE {
                        sum = S::fma(x[s], v[s], sum);
                    }
                    S::store(c(i).add(j), sum);
                }
            }
            if whole < columns.end {
                let rest = columns.end - whole;
                for i in 0..M {
                    let mut sum = S::load_part(c(i).add(whole), rest);
                    for s in 0..SIDE {
                        sum = S::fma(x[i][s], S::load_part(b[s].add(whole), rest), sum);
                    }
                    S::store_part(c(i).add(whole), sum, rest);
                }
            }
            k += SIDE;
        }
        for k in k..p.k {
            let b = p.b.add(k * p.row_stride);
            for i in 0..M {
                let x = S::splat(a(i, k));
                for j in (columns.start..whole).step_by(S::LANES) {
                    S::store(c(i).add(j), S::fma(x, S::load(b.add(j)), S::load(c(i).add(j))));
                }
                for j in whole..columns.end {
                    *c(i).add(j) += a(i, k) * *b.add(j);
                }
            }
        }
    }
}

/// Adds M rows of A times B whose columns are contiguous: inner products, SIDE columns at a time.
#[inline(always)]
unsafe fn by_columns<S: Simd, const M: usize>(p: &Direct, row: usize, columns: Range<usize>) {
    // SAFETY: as `direct`.
    unsafe {
        let a: [_; M] = std::array::from_fn(|i| p.a.at.add((row + i) * p.a.stride));
        let whole = p.k / S::LANES * S::LANES;
        let mut first = columns.start;
        while first < columns.end {
            let count = SIDE.min(columns.end - first);
            // The last few columns are read again in place of those that are not there.
            let b: [_; SIDE] = std::array::from_fn(|s| p.b.add((first + s.min(count - 1)) * p.column_stride));
            let mut sums = [[S::splat(0.0); SIDE]; M];
            for k in (0..whole).step_by(S::LANES) {
                let mut v = [S::splat(0.0); SIDE];
                for s in 0..SIDE {
                    v[s] = S::load(b[s].add(k));
                }
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = S::load(a[i].add(k));
                    for s in 0..SIDE {
                        sums[s] = S::fma(x, v[s], sums[s]);
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                for s in 0..count {
                    let rest: f32 = (whole..p.k).map(|k| *a[i].add(k) * *b[s].add(k)).sum();
                    *p.c.at.add((row + i) * p.c.stride + first + s) += total::<S>(sums[s]) + rest;
                }
            }
            first += SIDE;
        }
    }
}
