use super::Decoder;
use crate::{Result, plan::op::Op};

impl Decoder<'_, '_> {
    /// Moves behind a value. Of fixed widths only the length is checked.
    pub(crate) fn skip(&mut self, id: u32) -> Result<()> {
        let width = self.plan.width(id);
        if width.fixed {
            self.charge_if(width.least == 0)?;
            return self.cursor.take(width.least).map(drop);
        }
        self.enter()?;
        let plan = self.plan;
        match plan.op(id) {
            Op::Struct(op) => self.skip_all(&op.fields)?,
            Op::Tuple(fields) => self.skip_all(fields)?,
            Op::Enum(op) => {
                let variant = self.variant(id, op)?;
                self.skip_all(&variant.fields)?;
            }
            Op::Option { inner, .. } => {
                if self.option_tag()? {
                    self.skip(*inner)?;
                }
            }
            Op::Sequence(element) => {
                let len = self.length(plan.width(*element).least)?;
                self.skip_elements(*element, len)?;
            }
            Op::Array { element, len } => self.skip_elements(*element, *len as usize)?,
            Op::Bytes { .. } | Op::Str => {
                let len = self.length(1)?;
                self.cursor.take(len)?;
            }
            Op::Integers { number, compact: false, .. } => {
                let len = self.length(number.width)?;
                self.cursor.take(len * number.width)?;
            }
            _ => drop(self.value(id)?),
        }
        self.leave();
        Ok(())
    }

    fn skip_all(&mut self, ids: &[u32]) -> Result<()> {
        ids.iter().try_for_each(|id| self.skip(*id))
    }

    fn skip_elements(&mut self, element: u32, len: usize) -> Result<()> {
        let width = self.plan.width(element);
        if width.fixed {
            return self.cursor.take(len.saturating_mul(width.least)).map(drop);
        }
        (0..len).try_for_each(|_| self.skip(element))
    }
}
