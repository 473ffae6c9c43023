//! What a receipt says, beside what the chain's state shows.

use tensorwire::{AccountId, Event, Item, ItemResult, Receipt};

use crate::{
    local::Local,
    shapes::{Built, Shape},
};

/// How many items were seen of each result: what was never seen was not tested.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) ok: usize,
    pub(crate) failed: usize,
    pub(crate) reverted: usize,
    pub(crate) not_reached: usize,
}

impl Seen {
    fn count(&mut self, items: &[Item]) {
        for item in items {
            match item.result() {
                ItemResult::Ok => self.ok += 1,
                ItemResult::Failed(_) => self.failed += 1,
                ItemResult::Reverted => self.reverted += 1,
                ItemResult::NotReached => self.not_reached += 1,
                other => panic!("{other:?}"),
            }
            self.count(item.items());
        }
    }
}

/// Compares what the receipt says with what the chain's state shows.
pub(crate) async fn check(local: &Local, shape: &Shape, built: &Built, receipt: &Receipt, seen: &mut Seen) {
    let leaves = built.leaves();
    let balances = local.balances(&leaves).await;
    let shown = |account: &AccountId| {
        leaves.iter().zip(&balances).any(|(leaf, balance)| leaf == account && *balance > 0)
    };
    let context = || format!("{shape:?}\n{receipt:#?}");
    assert_eq!(receipt.doubt(), None, "{}", context());
    // A first approval that was not made, because something around it failed, is no success either.
    let is_done = built.is_done(&shown) && receipt.error().is_none();
    assert_eq!(receipt.ok(), is_done, "{}", context());
    if !receipt.ok() {
        assert!(receipt.error().is_some(), "{}", context());
    }
    compare(built, receipt.items(), &shown, &context);
    seen.count(receipt.items());
}

fn compare(
    built: &Built,
    items: &[Item],
    shown: &impl Fn(&AccountId) -> bool,
    context: &impl Fn() -> String,
) {
    let children = built.children();
    assert_eq!(children.len(), items.len(), "{}", context());
    for (child, item) in children.into_iter().zip(items) {
        let is_ok = *item.result() == ItemResult::Ok;
        if let Built::Leaf(account) = child {
            assert_eq!(is_ok, shown(account), "{}: {}", item.path(), context());
            assert_eq!(item.ok(), is_ok);
            // Its events name it, and no others are among them.
            let names = |event: &&Event| event.fields().to_string().contains(&account.to_string());
            assert_eq!(
                item.events().iter().any(|event| names(&event)),
                is_ok,
                "{}: {}",
                item.path(),
                context()
            );
        }
        if matches!(item.result(), ItemResult::Failed(_) | ItemResult::Reverted | ItemResult::NotReached) {
            assert!(item.events().is_empty());
            for account in child.leaves() {
                assert!(!shown(&account), "{} had an effect: {}", item.path(), context());
            }
        }
        assert_ne!(*item.result(), ItemResult::Unknown, "{}: {}", item.path(), context());
        compare(child, item.items(), shown, context);
    }
}
