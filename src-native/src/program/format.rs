//! The program format: what `src-main/engines/native/instructions.ts` writes and [`super::decode`] reads.
//!
//! Words are `u32`; floats stand by their bits. Sizes, offsets and strides count words (every element has four bytes).
//! Nothing has a size of zero: what would compute nothing is left out by the writer.
//!
//! ```text
//! program      magic, version, arena length, buffers, inputs, outputs, constants, instructions
//! buffers      count, then each: space (0 arena, 1 state), offset in the arena (a multiple of 16) | index of the state, length
//! inputs       count, then each: a buffer, filled before a run
//! outputs      count, then each: a buffer, copied out after a run
//! constants    count, then each: a buffer, its words: filled once; written by no instruction
//! instructions count, then each: opcode, words of body, body (a LOOP's own follow it and count as well)
//!
//! place        buffer, offset, step          `step` words are added for each step of the loop around it
//! absent       0xffffffff, 0, 0              a place that is not there, where it may be left out
//! matrix       place, row stride             columns are contiguous; stride 0 is one row for all (reading only)
//! turns        0 all of the loop around | 1 A is zero at the first: C = init | 2 not at the last: nothing reads C
//! init         0 | 1, matrix | 2, int32 place [M], table matrix, rows of the table
//! ```
//!
//! | opcode | body |
//! |---|---|
//! | LOOP | length, reverse 0/1, rows (0: a barrier after each instruction; else each thread runs its rows through), instructions |
//! | PACK | K, N, source place, row stride, column stride (one of them 1), target place |
//! | PRODUCT | M, N, K, A matrix, packed place, C matrix, init, turns |
//! | DIRECT | M, N, K, A matrix, B place, row stride, column stride (one of them 1), C matrix, init, turns |
//! | GRADIENT | K, N, B matrix, count, then each: (0, m, A matrix \| 1), C matrix, accumulate 0/1 |
//! | CHAIN | d0, d1, columns; count of operands, each: place, s0, s1, column stride, flags (and where gathered: int32 place [d1], rows of the table); count of scratch tiles; count of operations, each: op, target, a, b, c, constant |
//! | CROSS_ENTROPY | rows, classes, logits matrix, targets place, losses place, softmax matrix, gradient matrix, scale place, scale stride (the last four places may be absent) |
//! | SOFTMAX | rows, classes, x matrix, y matrix, log 0/1 |
//! | REDUCE | kind (0 sum, 1 max, 2 argmax), outer, n, inner, x place, y place |
//! | GATHER | n, columns, index place, table matrix, rows of the table, y matrix |
//! | SCATTER_ADD | n, columns, index place, x matrix, y matrix, rows of the table |
//! | ONE_HOT | n, depth, index place, y matrix |
//! | COPY | rank, sizes…, source place, strides…, target place, strides… |
//! | FILL | count, place, word |
//! | PACK_BF16, PRODUCT_BF16, GRADIENT_BF16 | as without BF16; operands are rounded to bfloat16 as they are packed, sums are float32, and so is everything else in memory |
//!
//! Rules beside the extents: see [`super::overlap`] and [`super::lanes`].

/// "UNRL".
pub const MAGIC: u32 = 0x554e_524c;
pub const VERSION: u32 = 2;
/// The buffer of a place that is absent.
pub const ABSENT: u32 = u32::MAX;
/// Arena offsets are multiples of this many words (64 bytes, a cache line).
pub const ALIGNMENT: usize = 16;

/// Steps of a loop at most; it bounds what checking places of different steps takes.
pub const MAX_LENGTH: usize = 1 << 16;
/// Axes of a COPY at most.
pub const MAX_RANK: usize = 6;

pub const LOOP: u32 = 1;
pub const PACK: u32 = 2;
pub const PRODUCT: u32 = 3;
pub const DIRECT: u32 = 4;
pub const GRADIENT: u32 = 5;
pub const CHAIN: u32 = 6;
pub const CROSS_ENTROPY: u32 = 7;
pub const SOFTMAX: u32 = 8;
pub const REDUCE: u32 = 9;
pub const GATHER: u32 = 10;
pub const SCATTER_ADD: u32 = 11;
pub const ONE_HOT: u32 = 12;
pub const COPY: u32 = 13;
pub const FILL: u32 = 14;
pub const PACK_BF16: u32 = 16;
pub const PRODUCT_BF16: u32 = 17;
pub const GRADIENT_BF16: u32 = 18;

/// Flags of a chain's operand.
pub const OPERAND_READ: u32 = 1;
pub const OPERAND_WRITTEN: u32 = 2;
pub const OPERAND_INT: u32 = 4;
/// Row r of the operand is row index[r] of a table, s1 words apart (reading only, d0 = 1, columns contiguous).
pub const OPERAND_GATHERED: u32 = 8;
