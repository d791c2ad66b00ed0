//! Bodies of instructions, read word by word. Extents and overlaps are checked afterwards, over [`super::access`].

use super::format::{self, MAX_RANK};
use super::instruction::Precision::{Bfloat16, Float32};
use super::instruction::*;
use super::reader::{Checked, Reader};

/// Reads the body of one instruction to its end.
pub fn read(opcode: u32, body: &mut Reader) -> Checked<Instruction> {
    let instruction = match opcode {
        format::LOOP => Instruction::Loop(read_loop(body)?),
        format::PACK => Instruction::Pack(pack(body, Float32)?),
        format::PACK_BF16 => Instruction::Pack(pack(body, Bfloat16)?),
        format::PRODUCT => Instruction::Product(product(body, Some(Float32))?),
        format::PRODUCT_BF16 => Instruction::Product(product(body, Some(Bfloat16))?),
        format::DIRECT => Instruction::Product(product(body, None)?),
        format::GRADIENT => Instruction::Gradient(gradient(body, Float32)?),
        format::GRADIENT_BF16 => Instruction::Gradient(gradient(body, Bfloat16)?),
        format::CHAIN => Instruction::Chain(super::chain::read(body)?),
        format::CROSS_ENTROPY => Instruction::CrossEntropy(cross_entropy(body)?),
        format::SOFTMAX => Instruction::Softmax(Softmax {
            rows: body.size("rows")?,
            classes: body.size("classes")?,
            x: body.matrix()?,
            y: body.matrix()?,
            log: body.flag("log")?,
        }),
        format::REDUCE => Instruction::Reduce(reduce(body)?),
        format::GATHER => Instruction::Gather(Gather {
            n: body.size("n")?,
            columns: body.size("columns")?,
            index: body.place()?,
            table: body.matrix()?,
            rows: body.size("rows of the table")?,
            y: body.matrix()?,
        }),
        format::SCATTER_ADD => Instruction::ScatterAdd(ScatterAdd {
            n: body.size("n")?,
            columns: body.size("columns")?,
            index: body.place()?,
            x: body.matrix()?,
            y: body.matrix()?,
            rows: body.size("rows of the table")?,
        }),
        format::ONE_HOT => Instruction::OneHot(OneHot {
            n: body.size("n")?,
            depth: body.size("depth")?,
            index: body.place()?,
            y: body.matrix()?,
        }),
        format::COPY => Instruction::Copy(copy(body)?),
        format::FILL => {
            Instruction::Fill(Fill { count: body.size("count")?, target: body.place()?, word: body.word()? })
        }
        other => return Err(format!("there is no opcode {other}")),
    };
    body.end()?;
    Ok(instruction)
}

fn read_loop(body: &mut Reader) -> Checked<Loop> {
    let length = body.size("length")?;
    if length > format::MAX_LENGTH {
        return Err(format!("a loop has at most {} steps, not {length}", format::MAX_LENGTH));
    }
    Ok(Loop {
        length,
        reverse: body.flag("reverse")?,
        rows: body.number()?,
        body: body.size("count of instructions")?,
    })
}

fn pack(body: &mut Reader, precision: Precision) -> Checked<Pack> {
    let pack = Pack {
        precision,
        k: body.size("K")?,
        n: body.size("N")?,
        source: body.place()?,
        row_stride: body.number()?,
        column_stride: body.number()?,
        target: body.place()?,
    };
    one_is_contiguous(pack.row_stride, pack.column_stride)?;
    Ok(pack)
}

fn one_is_contiguous(row_stride: usize, column_stride: usize) -> Checked<()> {
    if row_stride != 1 && column_stride != 1 {
        return Err(format!("of the strides {row_stride} and {column_stride} none is 1"));
    }
    Ok(())
}

/// With B packed in this precision, or as it lies.
fn product(body: &mut Reader, packed: Option<Precision>) -> Checked<Product> {
    Ok(Product {
        m: body.size("M")?,
        n: body.size("N")?,
        k: body.size("K")?,
        a: body.matrix()?,
        b: match packed {
            Some(precision) => Right::Packed(precision, body.place()?),
            None => plain(body)?,
        },
        c: body.matrix()?,
        init: init(body)?,
        turns: match body.word()? {
            0 => Turns::All,
            1 => Turns::AfterFirst,
            2 => Turns::BeforeLast,
            other => return Err(format!("there is no choice of turns {other}")),
        },
    })
}

fn plain(body: &mut Reader) -> Checked<Right> {
    let (place, row_stride, column_stride) = (body.place()?, body.number()?, body.number()?);
    one_is_contiguous(row_stride, column_stride)?;
    Ok(Right::Plain { place, row_stride, column_stride })
}

fn init(body: &mut Reader) -> Checked<Init> {
    match body.word()? {
        0 => Ok(Init::None),
        1 => Ok(Init::Rows(body.matrix()?)),
        2 => Ok(Init::Gathered {
            index: body.place()?,
            table: body.matrix()?,
            rows: body.size("rows of the table")?,
        }),
        other => Err(format!("there is no init {other}")),
    }
}

fn gradient(body: &mut Reader, precision: Precision) -> Checked<Gradient> {
    let (k, n, b) = (body.size("K")?, body.size("N")?, body.matrix()?);
    let count = body.count("left operands", 6)?;
    let lefts = (0..count).map(|_| left(body)).collect::<Checked<Vec<_>>>()?;
    if lefts.is_empty() {
        return Err("there is no left operand".into());
    }
    Ok(Gradient { precision, k, n, b, lefts })
}

fn left(body: &mut Reader) -> Checked<Left> {
    let (m, a) = match body.word()? {
        0 => (body.size("m")?, Some(body.matrix()?)),
        1 => (1, None),
        other => return Err(format!("there is no left operand of kind {other}")),
    };
    Ok(Left { m, a, c: body.matrix()?, accumulate: body.flag("accumulate")? })
}

fn cross_entropy(body: &mut Reader) -> Checked<CrossEntropy> {
    let (rows, classes) = (body.size("rows")?, body.size("classes")?);
    let (logits, targets) = (body.matrix()?, body.place()?);
    let (losses, softmax) = (body.optional_place()?, body.optional_matrix()?);
    let (matrix, scale, scale_stride) = (body.optional_matrix()?, body.optional_place()?, body.number()?);
    let gradient = match (matrix, scale) {
        (Some(matrix), Some(scale)) => Some(ScaledGradient { matrix, scale, scale_stride }),
        (None, None) => None,
        _ => return Err("of the gradient and its scale one is absent".into()),
    };
    if losses.is_none() && softmax.is_none() && gradient.is_none() {
        return Err("nothing is asked for".into());
    }
    Ok(CrossEntropy { rows, classes, logits, targets, losses, softmax, gradient })
}

fn reduce(body: &mut Reader) -> Checked<Reduce> {
    let kind = match body.word()? {
        0 => Reduction::Sum,
        1 => Reduction::Max,
        2 => Reduction::Argmax,
        other => return Err(format!("there is no reduction {other}")),
    };
    Ok(Reduce {
        kind,
        outer: body.size("outer")?,
        n: body.size("n")?,
        inner: body.size("inner")?,
        x: body.place()?,
        y: body.place()?,
    })
}

fn copy(body: &mut Reader) -> Checked<Copy> {
    let rank = body.number()?;
    if rank == 0 || rank > MAX_RANK {
        return Err(format!("a copy has 1 to {MAX_RANK} axes, not {rank}"));
    }
    let sizes = (0..rank).map(|_| body.size("a size")).collect::<Checked<Vec<_>>>()?;
    let mut strided = || -> Checked<(Place, Vec<usize>)> {
        Ok((body.place()?, (0..rank).map(|_| body.number()).collect::<Checked<_>>()?))
    };
    let (source, from) = strided()?;
    let (target, to) = strided()?;
    let axes = sizes.into_iter().zip(from).zip(to).map(|((size, from), to)| (size, from, to)).collect();
    Ok(Copy { axes, source, target })
}
