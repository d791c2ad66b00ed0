//! Products of float32 matrices: C = init + A·B with B packed ahead ([`packed`]) or as it lies ([`direct`]), and
//! Aᵀ·B for gradients of weights ([`gradient`]). A thread computes whole elements of C, so how the work is divided
//! does not change a bit of the result.

#![expect(clippy::needless_range_loop, reason = "registers are told by number, in loops that are unrolled")]

pub mod direct;
pub mod gradient;
pub mod pack;
pub mod packed;
pub mod packing;
#[cfg(test)]
mod test;
pub mod tile;

use std::ops::Range;

/// A matrix that is read: element (i, j) at `at + i·stride + j`. Stride 0 repeats one row.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    pub at: *const f32,
    pub stride: usize,
}

/// A matrix that is written.
#[derive(Clone, Copy, Debug)]
pub struct MatrixMut {
    pub at: *mut f32,
    pub stride: usize,
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Init {
    /// 0
    None,
    /// A matrix of C's size; a bias with stride 0; or C itself.
    Matrix(Matrix),
    /// Row i is row `index[i]` of the table, which the caller has checked.
    Gathered { index: *const i32, table: Matrix },
}

/// The rows of an [`Init`] as a tile reads them: row i is `at + index[i]·stride`, or `at + i·stride` without an index.
#[derive(Clone, Copy)]
pub struct InitRows {
    /// Null: nothing is added.
    pub at: *const f32,
    pub stride: usize,
    /// Null: rows in order.
    pub index: *const i32,
}

impl InitRows {
    pub const NONE: InitRows = InitRows { at: std::ptr::null(), stride: 0, index: std::ptr::null() };

    /// Row `i`, of rows that are there.
    ///
    /// # Safety
    /// The index, where there is one, has the row.
    #[inline(always)]
    pub unsafe fn row(&self, i: usize) -> *const f32 {
        // SAFETY: the caller's promise.
        let row = if self.index.is_null() { i } else { unsafe { *self.index.add(i) as usize } };
        self.at.wrapping_add(row * self.stride)
    }

    /// From row `row` and column `column` on.
    #[inline(always)]
    pub fn skip(self, row: usize, column: usize) -> InitRows {
        if self.at.is_null() {
            self
        } else if self.index.is_null() {
            InitRows { at: self.at.wrapping_add(row * self.stride + column), ..self }
        } else {
            InitRows { at: self.at.wrapping_add(column), index: self.index.wrapping_add(row), ..self }
        }
    }
}

impl From<Init> for InitRows {
    fn from(init: Init) -> Self {
        match init {
            Init::None => InitRows::NONE,
            Init::Matrix(matrix) => {
                InitRows { at: matrix.at, stride: matrix.stride, index: std::ptr::null() }
            }
            Init::Gathered { index, table } => InitRows { at: table.at, stride: table.stride, index },
        }
    }
}

impl From<MatrixMut> for InitRows {
    fn from(c: MatrixMut) -> Self {
        InitRows { at: c.at, stride: c.stride, index: std::ptr::null() }
    }
}

/// A weight matrix [k, n], or a view of one that is transposed, on its way into panels.
#[derive(Clone, Copy, Debug)]
pub struct Pack {
    pub k: usize,
    pub n: usize,
    pub from: *const f32,
    /// One of the two strides is 1.
    pub row_stride: usize,
    pub column_stride: usize,
    /// [`pack::packed_length`] words.
    pub to: *mut f32,
}

/// C [m, n] = init + A [m, k] · B [k, n]; B packed.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Matrix,
    pub packed: *const f32,
    pub c: MatrixMut,
    pub init: Init,
}

impl Product {
    /// The same product for some of its rows.
    pub fn rows(&self, rows: Range<usize>) -> Product {
        let from =
            |matrix: Matrix| Matrix { at: matrix.at.wrapping_add(rows.start * matrix.stride), ..matrix };
        Product {
            m: rows.len(),
            a: from(self.a),
            c: MatrixMut { at: self.c.at.wrapping_add(rows.start * self.c.stride), ..self.c },
            init: match self.init {
                Init::None => Init::None,
                Init::Matrix(matrix) => Init::Matrix(from(matrix)),
                Init::Gathered { index, table } => {
                    Init::Gathered { index: index.wrapping_add(rows.start), table }
                }
            },
            ..*self
        }
    }
}

/// C [m, n] = init + A [m, k] · B [k, n]; B as it lies, for few rows: bound by reading B once.
#[derive(Clone, Copy, Debug)]
pub struct Direct {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Matrix,
    pub b: *const f32,
    /// One of the two strides is 1.
    pub row_stride: usize,
    pub column_stride: usize,
    pub c: MatrixMut,
    pub init: Init,
}

/// One left operand of a gradient.
#[derive(Clone, Copy, Debug)]
pub enum Left {
    /// A [k, m]
    Matrix { a: Matrix, m: usize },
    /// A column of ones: the sum of B's rows.
    Ones,
}

/// C_i [m_i, n] = A_iᵀ·B, or added to C_i, for several A_i [k, m_i] and one B [k, n].
#[derive(Clone, Copy, Debug)]
pub struct Gradient<'a> {
    pub k: usize,
    pub n: usize,
    pub b: Matrix,
    pub parts: &'a [(Left, MatrixMut)],
    pub accumulate: bool,
}

/// Part `index` of `count` in whole numbers, as even as they go.
pub fn share(length: usize, index: usize, count: usize) -> Range<usize> {
    length * index / count..length * (index + 1) / count
}
