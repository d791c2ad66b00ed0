//! The instructions of a program, decoded. Their meaning is in [`super::format`].

use crate::chain::Step;

/// A place in a buffer. In step t of the loop around it it lies at `offset + t * step` words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub buffer: usize,
    pub offset: usize,
    pub step: usize,
}

/// Rows of contiguous columns, `stride` words apart; stride 0 is one row for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub place: Place,
    pub stride: usize,
}

/// What the operands of a product are rounded to when they are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Float32,
    Bfloat16,
}

/// What a product is added to.
#[derive(Clone, Copy, Debug)]
pub enum Init {
    None,
    Rows(Matrix),
    Gathered { index: Place, table: Matrix, rows: usize },
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub length: usize,
    pub reverse: bool,
    /// 0: all threads share each instruction. Else this many rows are divided among the threads, once for all steps.
    pub rows: usize,
    /// So many instructions that follow are its body.
    pub body: usize,
}

impl Loop {
    /// The step that comes at this turn.
    pub fn step(&self, turn: usize) -> usize {
        if self.reverse { self.length - 1 - turn } else { turn }
    }
}

#[derive(Clone, Debug)]
pub struct Pack {
    pub precision: Precision,
    pub k: usize,
    pub n: usize,
    pub source: Place,
    pub row_stride: usize,
    pub column_stride: usize,
    pub target: Place,
}

/// At which turns of the loop around it a product is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    All,
    /// At the first, A is zero: C is what the product is added to.
    AfterFirst,
    /// After the last, nothing reads C.
    BeforeLast,
}

/// C [M, N] = init + A [M, K] · B [K, N].
#[derive(Clone, Debug)]
pub struct Product {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: Matrix,
    pub b: Right,
    pub c: Matrix,
    pub init: Init,
    pub turns: Turns,
}

#[derive(Clone, Copy, Debug)]
pub enum Right {
    Packed(Precision, Place),
    Plain { place: Place, row_stride: usize, column_stride: usize },
}

/// C_i [m_i, N] (+)= A_iᵀ · B for each left operand A_i [K, m_i].
#[derive(Clone, Debug)]
pub struct Gradient {
    pub precision: Precision,
    pub k: usize,
    pub n: usize,
    pub b: Matrix,
    pub lefts: Vec<Left>,
}

#[derive(Clone, Debug)]
pub struct Left {
    pub m: usize,
    /// None: ones [K, 1], so that C [1, N] is the sum of B's rows.
    pub a: Option<Matrix>,
    pub c: Matrix,
    pub accumulate: bool,
}

/// An element-wise program over [d0, d1, columns].
#[derive(Clone, Debug)]
pub struct Chain {
    pub d0: usize,
    pub d1: usize,
    pub columns: usize,
    pub operands: Vec<Operand>,
    pub scratch: usize,
    pub steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
pub struct Operand {
    pub place: Place,
    pub s0: usize,
    pub s1: usize,
    pub column_stride: usize,
    pub read: bool,
    pub written: bool,
    pub gathered: Option<GatheredRows>,
}

#[derive(Clone, Copy, Debug)]
pub struct GatheredRows {
    /// int32 [d1].
    pub index: Place,
    /// Of the table.
    pub rows: usize,
}

#[derive(Clone, Debug)]
pub struct CrossEntropy {
    pub rows: usize,
    pub classes: usize,
    pub logits: Matrix,
    pub targets: Place,
    pub losses: Option<Place>,
    pub softmax: Option<Matrix>,
    pub gradient: Option<ScaledGradient>,
}

/// (softmax - onehot(target)) · scale, one scale for each row or (stride 0) for all.
#[derive(Clone, Copy, Debug)]
pub struct ScaledGradient {
    pub matrix: Matrix,
    pub scale: Place,
    pub scale_stride: usize,
}

#[derive(Clone, Debug)]
pub struct Softmax {
    pub rows: usize,
    pub classes: usize,
    pub x: Matrix,
    pub y: Matrix,
    pub log: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    Sum,
    Max,
    Argmax,
}

/// x [outer, n, inner] -> y [outer, inner].
#[derive(Clone, Debug)]
pub struct Reduce {
    pub kind: Reduction,
    pub outer: usize,
    pub n: usize,
    pub inner: usize,
    pub x: Place,
    pub y: Place,
}

#[derive(Clone, Debug)]
pub struct Gather {
    pub n: usize,
    pub columns: usize,
    pub index: Place,
    pub table: Matrix,
    pub rows: usize,
    pub y: Matrix,
}

#[derive(Clone, Debug)]
pub struct ScatterAdd {
    pub n: usize,
    pub columns: usize,
    pub index: Place,
    pub x: Matrix,
    pub y: Matrix,
    pub rows: usize,
}

#[derive(Clone, Debug)]
pub struct OneHot {
    pub n: usize,
    pub depth: usize,
    pub index: Place,
    pub y: Matrix,
}

#[derive(Clone, Debug)]
pub struct Copy {
    /// size, stride of the source, stride of the target.
    pub axes: Vec<(usize, usize, usize)>,
    pub source: Place,
    pub target: Place,
}

#[derive(Clone, Debug)]
pub struct Fill {
    pub count: usize,
    pub target: Place,
    pub word: u32,
}

#[derive(Clone, Debug)]
pub enum Instruction {
    Loop(Loop),
    Pack(Pack),
    Product(Product),
    Gradient(Gradient),
    Chain(Chain),
    CrossEntropy(CrossEntropy),
    Softmax(Softmax),
    Reduce(Reduce),
    Gather(Gather),
    ScatterAdd(ScatterAdd),
    OneHot(OneHot),
    Copy(Copy),
    Fill(Fill),
}

impl Instruction {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loop(_) => "LOOP",
            Self::Pack(Pack { precision: Precision::Float32, .. }) => "PACK",
            Self::Pack(_) => "PACK_BF16",
            Self::Product(Product { b: Right::Packed(Precision::Float32, _), .. }) => "PRODUCT",
            Self::Product(Product { b: Right::Packed(Precision::Bfloat16, _), .. }) => "PRODUCT_BF16",
            Self::Product(_) => "DIRECT",
            Self::Gradient(Gradient { precision: Precision::Float32, .. }) => "GRADIENT",
            Self::Gradient(_) => "GRADIENT_BF16",
            Self::Chain(_) => "CHAIN",
            Self::CrossEntropy(_) => "CROSS_ENTROPY",
            Self::Softmax(_) => "SOFTMAX",
            Self::Reduce(_) => "REDUCE",
            Self::Gather(_) => "GATHER",
            Self::ScatterAdd(_) => "SCATTER_ADD",
            Self::OneHot(_) => "ONE_HOT",
            Self::Copy(_) => "COPY",
            Self::Fill(_) => "FILL",
        }
    }
}
