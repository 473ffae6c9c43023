use super::{Flaw, Node, Proof, Stored, nibbles};

/// The entries of a range of keys, ascending. A node of the range that the proof does not show is an error, and the end.
pub(super) struct Walk<'p> {
    proof: &'p Proof,
    /// In nibbles, as all paths here.
    start: Vec<u8>,
    end: Option<Vec<u8>>,
    path: Vec<u8>,
    /// What is still to be visited, the next one last.
    ahead: Vec<Ahead<'p>>,
}

/// A key and its value.
type Entry<'p> = (Vec<u8>, &'p [u8]);

struct Ahead<'p> {
    /// How much of the path leads to the node above.
    above: usize,
    /// None above the root.
    nibble: Option<u8>,
    child: Stored<'p>,
}

impl<'p> Walk<'p> {
    pub(super) fn new(proof: &'p Proof, start: &[u8], end: Option<&[u8]>) -> Self {
        let (start, end) = (nibbles(start), end.map(nibbles));
        let root = Ahead { above: 0, nibble: None, child: proof.root() };
        Self { proof, start, end, path: Vec::new(), ahead: vec![root] }
    }

    fn step(&mut self) -> Result<Option<Entry<'p>>, Flaw> {
        while let Some(Ahead { above, nibble, child }) = self.ahead.pop() {
            self.path.truncate(above);
            self.path.extend(nibble);
            if self.may_be_here() {
                let node = self.proof.node(child)?;
                if let Some(entry) = self.visit(node)? {
                    return Ok(Some(entry));
                }
            }
        }
        Ok(None)
    }

    /// Notes the children; the node's own entry, if it is one of the range.
    fn visit(&mut self, node: Node<'p>) -> Result<Option<Entry<'p>>, Flaw> {
        self.path.extend(node.partial);
        if !self.may_be_here() {
            return Ok(None);
        }
        let above = self.path.len();
        let children = (0..16).zip(node.children).rev();
        self.ahead.extend(
            children.filter_map(|(nibble, child)| Some(Ahead { above, nibble: Some(nibble), child: child? })),
        );
        match node.value {
            Some(value) if self.path >= self.start => Ok(Some((self.key()?, self.proof.bytes(value)?))),
            _ => Ok(None),
        }
    }

    /// Whether keys that begin with the path may be of the range.
    fn may_be_here(&self) -> bool {
        let is_before = self.path < self.start && !self.start.starts_with(&self.path);
        // Keys are whole bytes: the least one below half a byte ends in a zero.
        let half = (self.path.len() % 2 == 1).then_some(&0);
        let is_behind = self.end.as_ref().is_some_and(|end| self.path.iter().chain(half).ge(end));
        !is_before && !is_behind
    }

    fn key(&self) -> Result<Vec<u8>, Flaw> {
        match self.path.as_chunks() {
            (pairs, []) => Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect()),
            _ => Err("the proof has a key that ends in half a byte"),
        }
    }
}

impl<'p> Iterator for Walk<'p> {
    type Item = Result<Entry<'p>, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.step().transpose();
        if matches!(entry, Some(Err(_))) {
            self.ahead.clear();
        }
        entry
    }
}
