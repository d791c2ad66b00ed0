//! C = init + A·B with B in panels.

use super::pack::{DEPTH, panel};
use super::packing::{Packing, stride};
use super::tile::Tile;
use super::{InitRows, Matrix, Product, share};
use std::ops::Range;

/// Rows of A that pass before the next panel: that many rows of a block of A stay in the second cache.
const ROWS: usize = 192;

/// Words of memory that a product needs for a block of A.
pub const SCRATCH: usize = ROWS * stride(DEPTH);

/// Some panels of a product.
///
/// # Safety
/// The processor has P's instructions; A, init and the packed B are readable over their extents and C writable; C
/// overlaps neither A nor B; indices of a gathered init lie in its table. `scratch` holds [`SCRATCH`] words of this thread's
/// own.
#[inline(always)]
pub unsafe fn product<P: Packing>(p: &Product, panels: Range<usize>, scratch: *mut f32) {
    let width = panel::<P::S>();
    let all = p.n.div_ceil(width);
    let init = InitRows::from(p.init);
    // Of no steps at all, C is still its init.
    for first in (0..p.k.max(1)).step_by(DEPTH * P::STEPS) {
        let steps = (DEPTH * P::STEPS).min(p.k - first);
        let depth = steps.div_ceil(P::STEPS);
        let init = if first == 0 { init } else { InitRows::from(p.c) };
        for top in (0..p.m).step_by(ROWS) {
            let rows = top..p.m.min(top + ROWS);
            // SAFETY: the caller's promise for these rows and this block of columns.
            let a = unsafe {
                // A copy of A is worth its time where it is read by some panels.
                let scratch = if panels.len() < 4 && P::STEPS == 1 { std::ptr::null_mut() } else { scratch };
                let block = Matrix { at: p.a.at.add(top * p.a.stride + first), ..p.a };
                P::rows(block, rows.len(), steps, scratch)
            };
            for index in panels.clone() {
                let column = index * width;
                // SAFETY: the block of the panel as `pack` lays it out.
                let b = unsafe { p.packed.add((first / P::STEPS * all + index * depth) * width) };
                for tile in tiles(rows.len(), P::BY_ROWS.len()) {
                    let row = top + tile.start;
                    // SAFETY: the caller's promise for these rows and columns.
                    unsafe {
                        P::BY_ROWS[tile.len() - 1](&Tile {
                            depth,
                            a: a.at.add(tile.start * a.stride),
                            a_stride: a.stride,
                            b,
                            c: p.c.at.add(row * p.c.stride + column),
                            c_stride: p.c.stride,
                            columns: width.min(p.n - column),
                            init: init.skip(row, column),
                        });
                    }
                }
            }
        }
    }
}

/// Divides rows into as few tiles of at most `most` rows as there can be, all about as high.
pub(crate) fn tiles(rows: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = rows.div_ceil(most);
    (0..count).map(move |index| share(rows, index, count))
}
