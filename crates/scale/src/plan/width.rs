use super::op::Op;

/// How many bytes a type takes on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Width {
    /// Never more than a value takes.
    pub(crate) least: usize,
    /// Every value takes exactly `least` bytes.
    pub(crate) fixed: bool,
}

impl Width {
    const fn fixed(bytes: usize) -> Self {
        Self { least: bytes, fixed: true }
    }

    const fn at_least(bytes: usize) -> Self {
        Self { least: bytes, fixed: false }
    }

    fn then(self, next: Self) -> Self {
        Self { least: self.least.saturating_add(next.least), fixed: self.fixed && next.fixed }
    }
}

/// Types nested deeper are taken as of unknown width, which is always right.
const MAX_DEPTH: usize = 64;

pub(super) fn widths(ops: &[Op]) -> Box<[Width]> {
    let mut widths = Widths { ops, known: vec![State::Unknown; ops.len()] };
    (0..ops.len() as u32).map(|id| widths.of(id, 0)).collect()
}

#[derive(Clone, Copy)]
enum State {
    Unknown,
    /// Being computed: met again, the type contains itself.
    Open,
    Known(Width),
}

struct Widths<'o> {
    ops: &'o [Op],
    known: Vec<State>,
}

impl Widths<'_> {
    fn of(&mut self, id: u32, depth: usize) -> Width {
        match self.known[id as usize] {
            State::Known(width) => return width,
            State::Open => return Width::at_least(0),
            State::Unknown if depth > MAX_DEPTH => return Width::at_least(0),
            State::Unknown => self.known[id as usize] = State::Open,
        }
        let width = self.compute(id, depth);
        self.known[id as usize] = State::Known(width);
        width
    }

    fn compute(&mut self, id: u32, depth: usize) -> Width {
        let ops = self.ops;
        match &ops[id as usize] {
            Op::Integer(number) => Width::fixed(number.width),
            Op::Bool => Width::fixed(1),
            Op::Char => Width::fixed(4),
            Op::Account => Width::fixed(32),
            Op::ByteArray { len, .. } => Width::fixed(*len as usize),
            Op::Array { element, len } => {
                let Width { least, fixed } = self.of(*element, depth + 1);
                Width { least: least.saturating_mul(*len as usize), fixed: fixed || *len == 0 }
            }
            Op::Tuple(fields) => self.all(fields, depth),
            Op::Struct(op) => self.all(&op.fields, depth),
            Op::Enum(op) => {
                let widths = op.variants.iter().map(|variant| self.all(&variant.fields, depth));
                let either = |a: Width, b: Width| Width {
                    least: a.least.min(b.least),
                    fixed: a.fixed && b.fixed && a.least == b.least,
                };
                Width::fixed(1).then(widths.reduce(either).unwrap_or(Width::at_least(0)))
            }
            Op::Option { .. } | Op::Compact(_) | Op::Str | Op::Bytes { .. } | Op::Bits { .. } => {
                Width::at_least(1)
            }
            Op::Integers { .. } | Op::Sequence(_) => Width::at_least(1),
        }
    }

    fn all(&mut self, fields: &[u32], depth: usize) -> Width {
        fields.iter().fold(Width::fixed(0), |width, field| width.then(self.of(*field, depth + 1)))
    }
}
