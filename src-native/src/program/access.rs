//! What memory an instruction touches: the one description from which extents, overlaps and the division of rows are
//! checked. An instruction that touches what [`of`] does not list would be a hole in the checks.

use super::instruction::*;
use super::panels::Panels;

/// A set of words: `place` and all sums of whole multiples of the axes' strides.
#[derive(Clone, Debug)]
pub struct Access {
    pub what: &'static str,
    pub place: Place,
    /// Size and stride. Axis 0 is that of the rows which a `rows` loop divides (see [`Divided`]).
    pub axes: Vec<(usize, usize)>,
    pub written: bool,
    /// Whether it may coincide with another of the instruction that also says so: read and written element by element.
    pub aligned: bool,
}

impl Access {
    /// Words from its first to one past its last; saturates instead of overflowing.
    pub fn extent(&self) -> usize {
        extent(&self.axes)
    }
}

/// Words from the first to one past the last of these axes.
pub fn extent(axes: &[(usize, usize)]) -> usize {
    axes.iter()
        .fold(1, |words: usize, (size, stride)| words.saturating_add((size - 1).saturating_mul(*stride)))
}

/// Whether threads that each take their own rows can run the instruction side by side, and how many rows it has.
pub enum Divided {
    Rows(usize),
    /// What it makes is made from all rows.
    Never,
}

pub fn divided(instruction: &Instruction) -> Divided {
    Divided::Rows(match instruction {
        Instruction::Product(product) => product.m,
        Instruction::Chain(chain) if chain.d0 == 1 => chain.d1,
        Instruction::CrossEntropy(entropy) => entropy.rows,
        Instruction::Softmax(softmax) => softmax.rows,
        Instruction::Reduce(reduce) => reduce.outer,
        Instruction::Gather(gather) => gather.n,
        Instruction::OneHot(hot) => hot.n,
        Instruction::Copy(copy) => copy.axes[0].0,
        _ => return Divided::Never,
    })
}

/// Everything that the instruction reads or writes; nothing for a loop.
pub fn of(instruction: &Instruction, panels: Panels) -> Vec<Access> {
    let mut list = List(Vec::new());
    match instruction {
        Instruction::Loop(_) => {}
        Instruction::Pack(Pack { precision, k, n, source, row_stride, column_stride, target }) => {
            list.read("the source", *source, vec![(*k, *row_stride), (*n, *column_stride)]);
            list.write("the target", *target, vec![(panels.packed_words(*precision, *k, *n), 1)]);
        }
        Instruction::Product(product) => list.product(product, panels),
        Instruction::Gradient(Gradient { k, n, b, lefts, .. }) => {
            list.read("B", b.place, rows(*k, *n, b));
            for Left { m, a, c, .. } in lefts {
                if let Some(a) = a {
                    list.read("A", a.place, rows(*k, *m, a));
                }
                list.write("C", c.place, rows(*m, *n, c));
            }
        }
        Instruction::Chain(chain) => list.chain(chain),
        Instruction::CrossEntropy(entropy) => list.cross_entropy(entropy),
        Instruction::Softmax(Softmax { rows: count, classes, x, y, .. }) => {
            list.read("x", x.place, rows(*count, *classes, x)).aligned = true;
            list.write("y", y.place, rows(*count, *classes, y)).aligned = true;
        }
        Instruction::Reduce(Reduce { outer, n, inner, x, y, .. }) => {
            let row = n.saturating_mul(*inner);
            list.read("x", *x, vec![(*outer, row), (row, 1)]);
            list.write("y", *y, vec![(*outer, *inner), (*inner, 1)]);
        }
        Instruction::Gather(Gather { n, columns, index, table, rows: count, y }) => {
            list.read("the indices", *index, vec![(*n, 1)]);
            list.table(*count, *columns, table);
            list.write("y", y.place, rows(*n, *columns, y));
        }
        Instruction::ScatterAdd(ScatterAdd { n, columns, index, x, y, rows: count }) => {
            list.read("the indices", *index, vec![(*n, 1)]);
            list.read("x", x.place, rows(*n, *columns, x));
            list.write("y", y.place, rows(*count, *columns, y));
        }
        Instruction::OneHot(OneHot { n, depth, index, y }) => {
            list.read("the indices", *index, vec![(*n, 1)]);
            list.write("y", y.place, rows(*n, *depth, y));
        }
        Instruction::Copy(Copy { axes, source, target }) => {
            list.read("the source", *source, axes.iter().map(|(size, from, _)| (*size, *from)).collect());
            list.write("the target", *target, axes.iter().map(|(size, _, to)| (*size, *to)).collect());
        }
        Instruction::Fill(Fill { count, target, .. }) => {
            list.write("the target", *target, vec![(*count, 1)]);
        }
    }
    list.0
}

fn rows(rows: usize, columns: usize, matrix: &Matrix) -> Vec<(usize, usize)> {
    vec![(rows, matrix.stride), (columns, 1)]
}

struct List(Vec<Access>);

impl List {
    fn push(
        &mut self,
        what: &'static str,
        place: Place,
        axes: Vec<(usize, usize)>,
        written: bool,
    ) -> &mut Access {
        self.0.push(Access { what, place, axes, written, aligned: false });
        self.0.last_mut().expect("something was just pushed")
    }

    fn read(&mut self, what: &'static str, place: Place, axes: Vec<(usize, usize)>) -> &mut Access {
        self.push(what, place, axes, false)
    }

    fn write(&mut self, what: &'static str, place: Place, axes: Vec<(usize, usize)>) -> &mut Access {
        self.push(what, place, axes, true)
    }

    /// A table whose rows any thread may read: its first axis has no rows to divide.
    fn table(&mut self, count: usize, columns: usize, table: &Matrix) {
        self.read("the table", table.place, vec![(1, 0), (count, table.stride), (columns, 1)]);
    }

    fn product(&mut self, product: &Product, panels: Panels) {
        let Product { m, n, k, a, b, c, init, .. } = product;
        self.read("A", a.place, rows(*m, *k, a));
        match b {
            Right::Packed(precision, place) => {
                self.read("packed B", *place, vec![(1, 0), (panels.packed_words(*precision, *k, *n), 1)]);
            }
            Right::Plain { place, row_stride, column_stride } => {
                self.read("B", *place, vec![(1, 0), (*k, *row_stride), (*n, *column_stride)]);
            }
        }
        match init {
            Init::None => {}
            Init::Rows(matrix) => self.read("init", matrix.place, rows(*m, *n, matrix)).aligned = true,
            Init::Gathered { index, table, rows } => {
                self.read("the indices", *index, vec![(*m, 1)]);
                self.table(*rows, *n, table);
            }
        }
        self.write("C", c.place, rows(*m, *n, c)).aligned = true;
    }

    fn chain(&mut self, chain: &Chain) {
        let Chain { d0, d1, columns, operands, .. } = chain;
        for operand in operands {
            let Operand { place, s0, s1, column_stride, .. } = *operand;
            if let Some(GatheredRows { index, rows }) = operand.gathered {
                self.read("the indices", index, vec![(*d1, 1)]);
                self.table(rows, *columns, &Matrix { place, stride: s1 });
            } else {
                let axes = vec![(*d1, s1), (*columns, column_stride), (*d0, s0)];
                self.push("an operand", place, axes, operand.written).aligned = true;
            }
        }
    }

    fn cross_entropy(&mut self, entropy: &CrossEntropy) {
        let CrossEntropy { rows: count, classes, logits, targets, losses, softmax, gradient } = entropy;
        self.read("logits", logits.place, rows(*count, *classes, logits)).aligned = true;
        self.read("targets", *targets, vec![(*count, 1)]);
        if let Some(losses) = losses {
            self.write("losses", *losses, vec![(*count, 1)]);
        }
        if let Some(softmax) = softmax {
            self.write("softmax", softmax.place, rows(*count, *classes, softmax)).aligned = true;
        }
        if let Some(ScaledGradient { matrix, scale, scale_stride }) = gradient {
            self.read("the scale", *scale, vec![(*count, *scale_stride)]);
            self.write("the gradient", matrix.place, rows(*count, *classes, matrix)).aligned = true;
        }
    }
}
