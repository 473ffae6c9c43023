use super::{Event, Phase};
use crate::{
    Error, ErrorKind, Plan, Result, Runtime, TypeId, Value,
    decode::{Decoder, at_place},
    metadata::corrupt,
    plan::op::Op,
};
use std::fmt;

/// The events of a block, decoded one after the other: see [`Runtime::events`].
pub struct Events<'r> {
    plan: &'r Plan,
    list: TypeId,
    /// The fields of a record, in order.
    record: Box<[(Part, u32)]>,
    input: &'r [u8],
    decoder: Decoder<'r, 'r>,
    next: u32,
    count: u32,
    ended: bool,
}

/// What a field of an event record is.
#[derive(Clone, Copy)]
enum Part {
    Phase,
    Event,
    /// Absent from the oldest runtimes.
    Topics,
    Other,
}

impl Runtime {
    /// The events of a block, in order, from the bytes of `System.Events` in its state.
    ///
    /// Fails with [`ErrorKind::Decode`] or [`ErrorKind::TrailingBytes`], naming the position of the event, its pallet
    /// and the byte, and with [`ErrorKind::Metadata`] where the runtime keeps no list of events.
    pub fn decode_events(&self, bytes: &[u8]) -> Result<Vec<Event>> {
        // Not allocated beforehand: where records take no bytes, their count is not bounded by what is there.
        self.events(bytes)?.collect()
    }

    /// The same one by one: after an event that does not decode, nothing follows.
    pub fn events<'r>(&'r self, bytes: &'r [u8]) -> Result<Events<'r>> {
        let plan = &**self.plan();
        let list = self.storage("System", "Events")?.value_type();
        let Op::Sequence(element) = *plan.op(list.0) else { return Err(self.no_records(list)) };
        let record = record(plan, element).ok_or_else(|| self.no_records(list))?;
        let mut decoder = Decoder::new(plan, bytes);
        let count = decoder.length(plan.width(element).least)?;
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Events { plan, list, record, input: bytes, decoder, next: 0, count, ended: false })
    }

    /// The enum of the events of all pallets.
    pub(crate) fn outer_event(&self) -> Option<TypeId> {
        let Op::Sequence(element) = *self.plan().op(self.storage("System", "Events").ok()?.value_type().0)
        else {
            return None;
        };
        let record = record(self.plan(), element)?;
        record.iter().find(|(part, _)| matches!(part, Part::Event)).map(|(_, id)| TypeId(*id))
    }

    fn no_records(&self, list: TypeId) -> Error {
        let name = self.plan().type_name(list);
        corrupt(format!("System.Events of {self} is of type {name}, which is no list of event records"))
    }
}

/// The fields of an event record, by the names that they always had.
fn record(plan: &Plan, id: u32) -> Option<Box<[(Part, u32)]>> {
    let Op::Struct(op) = plan.op(id) else { return None };
    let part = |(name, id): (&str, &u32)| {
        let part = match name {
            "phase" => Part::Phase,
            "event" => Part::Event,
            "topics" => Part::Topics,
            _ => Part::Other,
        };
        (part, *id)
    };
    let parts: Box<[_]> = op.shape.names().zip(&op.fields).map(part).collect();
    let has = |wanted: fn(&Part) -> bool| parts.iter().any(|(part, _)| wanted(part));
    (has(|part| matches!(part, Part::Phase)) && has(|part| matches!(part, Part::Event))).then_some(parts)
}

impl Events<'_> {
    fn event(&mut self) -> Result<Event> {
        let (mut phase, mut event, mut topics) = (None, None, Box::default());
        for (part, id) in &self.record {
            match part {
                Part::Phase => phase = Some(self.decoder.phase(*id)?),
                Part::Event => event = Some(self.decoder.pallet_variant(*id)?),
                Part::Topics => topics = self.decoder.topics(*id)?,
                Part::Other => self.decoder.skip(*id)?,
            }
        }
        match (phase, event) {
            (Some(phase), Some(event)) => Ok(Event { position: self.next, phase, event, topics }),
            _ => Err(self.decoder.fail(0, "an event record without a phase or an event".to_owned())),
        }
    }
}

impl Iterator for Events<'_> {
    type Item = Result<Event>;

    fn next(&mut self) -> Option<Result<Event>> {
        if self.ended {
            return None;
        }
        if self.next == self.count {
            self.ended = true;
            return self.plan.expect_end(self.list, self.input, self.decoder.rest()).err().map(Err);
        }
        let event = self.event().map_err(|error| error.inside(format!("event {}", self.next)));
        self.next += 1;
        self.ended = event.is_err();
        Some(event)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = if self.ended { 0 } else { (self.count - self.next) as usize };
        // Bytes left over are told after the last event.
        (0, Some(left + usize::from(!self.ended)))
    }
}

impl std::iter::FusedIterator for Events<'_> {}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} of {})", self.next, self.count)
    }
}

impl Decoder<'_, '_> {
    fn phase(&mut self, id: u32) -> Result<Phase> {
        let op = self.plan().op(id);
        let Op::Enum(op) = op else { return Err(self.fail(0, "the phase is no enum".to_owned())) };
        let variant = self.variant(id, op)?;
        match (variant.shape.name(), &*variant.fields) {
            ("ApplyExtrinsic", [index]) => {
                let index = self.value(*index)?.as_u64().and_then(|index| u32::try_from(index).ok());
                let index =
                    index.ok_or_else(|| self.fail(0, "the phase's extrinsic is no u32".to_owned()))?;
                Ok(Phase::ApplyExtrinsic(index))
            }
            ("Finalization", []) => Ok(Phase::Finalization),
            ("Initialization", []) => Ok(Phase::Initialization),
            (other, _) => Err(self.fail(1, format!("{other} is no known phase"))),
        }
    }

    fn topics(&mut self, id: u32) -> Result<Box<[[u8; 32]]>> {
        let topics = self.value(id)?;
        let topic = |(place, topic): (usize, &Value)| {
            let hash = topic.as_bytes().and_then(|bytes| bytes.try_into().ok());
            hash.ok_or_else(|| {
                let message = format!("a topic of 32 bytes is expected, found {topic}");
                at_place(Error::new(ErrorKind::Decode, message), place)
            })
        };
        topics.iter().enumerate().map(topic).collect()
    }
}
