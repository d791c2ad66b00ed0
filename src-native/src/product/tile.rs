//! The innermost loop of the products: a tile of C stays in registers while A and B stream by.

use super::InitRows;
use super::packing::Packing;
use crate::simd::Simd;

/// What a tile needs, of packed words (float32, or pairs of bfloat16). `b` is a panel [depth, WIDTH·LANES]; `a` is read by rows (element (i, k) at `a + i·a_stride + k`) or
/// by columns (at `a + k·ROWS + i`).
pub struct Tile {
    pub depth: usize,
    pub a: *const f32,
    pub a_stride: usize,
    pub b: *const f32,
    pub c: *mut f32,
    pub c_stride: usize,
    /// Columns of C that are there: at most the panel's width.
    pub columns: usize,
    pub init: InitRows,
}

/// A compiled tile of a fixed number of rows.
///
/// # Safety
/// The processor has the instruction set; every element that [`Tile`] describes can be read, those of C written.
pub type Kernel = unsafe fn(&Tile);

/// Rows of B by which reading runs ahead: a panel lies in the second cache, not in the first.
const AHEAD: usize = 16;
/// float32 in a cache line
const LINE: usize = 16;

/// C [ROWS, columns] = init + A·B with ROWS·WIDTH accumulators.
///
/// # Safety
/// As [`Kernel`].
#[inline(always)]
pub unsafe fn tile<P: Packing, const ROWS: usize, const WIDTH: usize, const BY_COLUMNS: bool>(t: &Tile) {
    // SAFETY: the caller's promise; a step reads the next row of the panel and of A.
    unsafe {
        let panel = WIDTH * P::S::LANES;
        let mut sums = [[P::S::splat(0.0); WIDTH]; ROWS];
        let (mut a, mut b) = (t.a, t.b);
        let stride = t.a_stride;
        // Where the sums go is asked for row by row: all at once, B would have to wait for it.
        let apart = t.depth / (2 * ROWS);
        for i in 0..=ROWS {
            let steps = if i == ROWS {
                t.depth - ROWS * apart
            } else {
                ask::<P::S>(t, i, panel);
                apart
            };
            for _ in 0..steps {
                for line in (0..panel).step_by(LINE) {
                    P::S::prefetch(b.wrapping_add(AHEAD * panel + line));
                }
                let mut row = [P::S::splat(0.0); WIDTH];
                for j in 0..WIDTH {
                    row[j] = P::S::load(b.add(j * P::S::LANES));
                }
                for i in 0..ROWS {
                    let x = P::S::splat(*a.add(if BY_COLUMNS { i } else { i * stride }));
                    for j in 0..WIDTH {
                        sums[i][j] = P::dot(x, row[j], sums[i][j]);
                    }
                }
                a = a.add(if BY_COLUMNS { ROWS } else { 1 });
                b = b.add(panel);
            }
        }
        // A copy: what is indexed by a variable lies in memory, and the sums must not before the end.
        let done = sums;
        for i in 0..ROWS {
            finish::<P::S, WIDTH>(t, i, &done[i]);
        }
    }
}

/// Asks for the lines of row `i` of the tile, and of what it is added to.
///
/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn ask<S: Simd>(t: &Tile, i: usize, panel: usize) {
    for j in (0..panel).step_by(LINE) {
        // SAFETY: any address may be asked for; the init has the tile's rows.
        unsafe {
            S::prefetch(t.c.wrapping_add(i * t.c_stride + j));
            if !t.init.at.is_null() {
                S::prefetch(t.init.row(i).wrapping_add(j));
            }
        }
    }
}

/// Writes row `i` of the tile: whole registers, then the columns that are left.
///
/// # Safety
/// As [`Kernel`].
#[inline(always)]
unsafe fn finish<S: Simd, const WIDTH: usize>(t: &Tile, i: usize, sum: &[S::V; WIDTH]) {
    // SAFETY: only the tile's columns are touched, and in `index` only its rows.
    unsafe {
        let c = t.c.add(i * t.c_stride);
        let init = if t.init.at.is_null() { t.init.at } else { t.init.row(i) };
        for j in 0..WIDTH {
            let first = j * S::LANES;
            if first + S::LANES <= t.columns {
                let v = if init.is_null() { sum[j] } else { S::add(sum[j], S::load(init.add(first))) };
                S::store(c.add(first), v);
            } else if first < t.columns {
                let count = t.columns - first;
                let v = if init.is_null() {
                    sum[j]
                } else {
                    S::add(sum[j], S::load_part(init.add(first), count))
                };
                S::store_part(c.add(first), v, count);
            }
        }
    }
}

/// The tiles of 1, 2, … rows of an instruction set, compiled with an attribute in brackets: `BY_ROWS` and `BY_COLUMNS`.
macro_rules! tiles {
    ($packing:ty, $width:literal, [$($rows:literal)*], $attribute:tt) => {
        const BY_ROWS: &[$crate::product::tile::Kernel] = &[$({
            #$attribute
            unsafe fn kernel(t: &$crate::product::tile::Tile) {
                // SAFETY: the caller keeps what a kernel asks for.
                unsafe { $crate::product::tile::tile::<$packing, $rows, $width, false>(t) }
            }
            kernel
        }),*];
        const BY_COLUMNS: &[$crate::product::tile::Kernel] = &[$({
            #$attribute
            unsafe fn kernel(t: &$crate::product::tile::Tile) {
                // SAFETY: the caller keeps what a kernel asks for.
                unsafe { $crate::product::tile::tile::<$packing, $rows, $width, true>(t) }
            }
            kernel
        }),*];
    };
}
pub(crate) use tiles;
