use tensorwire_scale::Value;

use super::Transaction;

/// Several calls in one transaction, each as [`Value::call`] makes it. What became of each is in
/// [`Receipt::items`](crate::Receipt::items).
impl Transaction {
    /// These calls in order, up to the first that fails; those before it stay (`Utility.batch`).
    pub fn batch(self, calls: impl IntoIterator<Item = Value>) -> Self {
        self.calls("batch", calls)
    }

    /// All of these calls or none: if one fails, those before it are undone (`Utility.batch_all`).
    pub fn batch_all(self, calls: impl IntoIterator<Item = Value>) -> Self {
        self.calls("batch_all", calls)
    }

    /// All of these calls in order, whichever of them fail (`Utility.force_batch`).
    pub fn force_batch(self, calls: impl IntoIterator<Item = Value>) -> Self {
        self.calls("force_batch", calls)
    }

    fn calls(self, name: &str, calls: impl IntoIterator<Item = Value>) -> Self {
        let calls = Value::Sequence(calls.into_iter().collect());
        self.call("Utility", name, Value::record([("calls", calls)]))
    }
}
