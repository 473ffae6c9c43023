//! Calls within calls, of every kind that carries others.

use std::pin::Pin;

use proptest::prelude::*;
use tensorwire::{AccountId, Value};

use crate::local::{
    Local, TOO_MUCH, account, address, call, derivative, endow, list, multisig, transfer, transfer_of,
};

/// A call to be made.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Moves something to a fresh account, which shows it ever after; or fails.
    Leaf { fails: bool },
    /// A batch of that name.
    Batch(&'static str, Vec<Self>),
    /// A wrapper around one.
    Wrapped(Wrapper, Box<Self>),
    /// `Utility.if_else`.
    Either(Box<Self>, Box<Self>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Wrapper {
    Proxy,
    ProxyAnnounced,
    Sudo,
    SudoUncheckedWeight,
    SudoAs,
    AsDerivative,
    /// The last approval of two.
    MultisigFinal,
    /// The first approval of two.
    MultisigFirst,
    MultisigAlone,
    DispatchAs,
    DispatchAsFallible,
    WithWeight,
}

pub(crate) const BATCHES: [&str; 3] = ["batch", "batch_all", "force_batch"];

pub(crate) const WRAPPERS: [Wrapper; 12] = [
    Wrapper::Proxy,
    Wrapper::ProxyAnnounced,
    Wrapper::Sudo,
    Wrapper::SudoUncheckedWeight,
    Wrapper::SudoAs,
    Wrapper::AsDerivative,
    Wrapper::MultisigFinal,
    Wrapper::MultisigFirst,
    Wrapper::MultisigAlone,
    Wrapper::DispatchAs,
    Wrapper::DispatchAsFallible,
    Wrapper::WithWeight,
];

/// On whose behalf a call is executed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Origin {
    Root,
    Account(AccountId),
}

/// A call that was made of a shape, and the accounts that show which of its leaves took effect.
#[derive(Debug, Clone)]
pub(crate) enum Built {
    Leaf(AccountId),
    Batch(Vec<Self>),
    Wrapped(Wrapper, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

/// Accounts that act for each other, round and round: Alice for Bob, Bob for Charlie, Charlie for Alice.
const RING: [&str; 3] = ["Alice", "Bob", "Charlie"];

/// Lets the accounts of the ring act for each other, and gives something to all that they may act as.
pub(crate) async fn prepare(local: &mut Local) {
    for (place, name) in RING.iter().enumerate() {
        let next = RING[(place + 1) % RING.len()];
        let any = Value::variant("Any", []);
        local.prepare(next, &call("Proxy", "add_proxy", [address(account(name)), any, 0_u32.into()])).await;
        let acts_as = account(name);
        let accounts = [derivative(acts_as), multisig(acts_as, 1).account(), multisig(acts_as, 2).account()];
        for acts_as in accounts {
            // Deposits of multisigs within multisigs are large.
            local.prepare("Alice", &transfer_of(acts_as, 100_000_000_000)).await;
        }
    }
}

/// The call, as Alice makes it, with all that has to be there before it.
pub(crate) async fn build(local: &mut Local, shape: &Shape) -> (Value, Built) {
    build_as(local, shape, Origin::Account(account("Alice"))).await
}

fn build_as<'a>(
    local: &'a mut Local,
    shape: &'a Shape,
    origin: Origin,
) -> Pin<Box<dyn Future<Output = (Value, Built)> + 'a>> {
    Box::pin(async move {
        match shape {
            Shape::Leaf { fails } => {
                let target = local.fresh_account();
                let made = match origin {
                    Origin::Root if !fails => endow(target),
                    Origin::Account(_) if !fails => transfer(target),
                    _ => transfer_of(target, TOO_MUCH),
                };
                (made, Built::Leaf(target))
            }
            Shape::Batch(name, shapes) => {
                let (mut calls, mut items) = (Vec::new(), Vec::new());
                for shape in shapes {
                    let (call, item) = build_as(local, shape, origin).await;
                    calls.push(call);
                    items.push(item);
                }
                (call("Utility", name, [list(calls)]), Built::Batch(items))
            }
            Shape::Either(main, fallback) => {
                let (main, main_built) = build_as(local, main, origin).await;
                let (fallback, fallback_built) = build_as(local, fallback, origin).await;
                let built = Built::Either(Box::new(main_built), Box::new(fallback_built));
                (call("Utility", "if_else", [main, fallback]), built)
            }
            Shape::Wrapped(wrapper, shape) => {
                let (inner, built) = build_as(local, shape, wrapper.origin(origin)).await;
                (wrapper.around(local, inner, origin).await, Built::Wrapped(*wrapper, Box::new(built)))
            }
        }
    })
}

impl Wrapper {
    /// On whose behalf it executes what it carries.
    fn origin(self, origin: Origin) -> Origin {
        let of = match origin {
            Origin::Account(account) => account,
            Origin::Root => account("Alice"),
        };
        match self {
            Self::Proxy => Origin::Account(next(of)),
            Self::ProxyAnnounced | Self::SudoAs => Origin::Account(account("Bob")),
            Self::DispatchAs | Self::DispatchAsFallible => Origin::Account(account("Charlie")),
            Self::Sudo | Self::SudoUncheckedWeight | Self::WithWeight => Origin::Root,
            Self::AsDerivative => Origin::Account(derivative(of)),
            Self::MultisigFinal | Self::MultisigFirst => Origin::Account(multisig(of, 2).account()),
            Self::MultisigAlone => Origin::Account(multisig(of, 1).account()),
        }
    }

    async fn around(self, local: &mut Local, inner: Value, origin: Origin) -> Value {
        let none = Value::None;
        let weight = || Value::record([("ref_time", 20_000_000_000_u64.into()), ("proof_size", 0_u8.into())]);
        let of = match origin {
            Origin::Account(account) => account,
            Origin::Root => account("Alice"),
        };
        let charlie = || Value::variant("system", [Value::variant("Signed", [account("Charlie").into()])]);
        let others = || list([account("Dave").into()]);
        match self {
            Self::Proxy => call("Proxy", "proxy", [address(next(of)), none, inner]),
            Self::ProxyAnnounced => {
                let hash = tensorwire::scale::hash::blake2_256(&local.encode(&inner));
                let announced = call("Proxy", "announce", [address(account("Bob")), Value::Bytes32(hash)]);
                local.prepare("Alice", &announced).await;
                let (alice, bob) = (address(account("Alice")), address(account("Bob")));
                call("Proxy", "proxy_announced", [alice, bob, none, inner])
            }
            Self::Sudo => call("Sudo", "sudo", [inner]),
            Self::SudoUncheckedWeight => call("Sudo", "sudo_unchecked_weight", [inner, weight()]),
            Self::SudoAs => call("Sudo", "sudo_as", [address(account("Bob")), inner]),
            Self::AsDerivative => call("Utility", "as_derivative", [0_u16.into(), inner]),
            Self::MultisigFirst => {
                call("Multisig", "as_multi", [2_u16.into(), others(), none, inner, weight()])
            }
            Self::MultisigAlone => call("Multisig", "as_multi_threshold_1", [others(), inner]),
            Self::MultisigFinal => {
                let multisig = multisig(of, 2);
                let head = local.subtensor.head().await.unwrap();
                let first = head.proposal(&multisig, inner.clone()).await.unwrap();
                local.prepare("Dave", &first.approve(account("Dave")).unwrap()).await;
                let head = local.subtensor.head().await.unwrap();
                let last = head.proposal(&multisig, inner).await.unwrap();
                assert_eq!((last.approvals(), last.missing()), (&[account("Dave")][..], 1));
                last.approve(of).unwrap()
            }
            Self::DispatchAs => call("Utility", "dispatch_as", [charlie(), inner]),
            Self::DispatchAsFallible => call("Utility", "dispatch_as_fallible", [charlie(), inner]),
            Self::WithWeight => call("Utility", "with_weight", [inner, weight()]),
        }
    }
}

/// For whom the account acts.
fn next(of: AccountId) -> AccountId {
    let place = RING.iter().position(|name| account(name) == of).unwrap_or_default();
    account(RING[(place + 1) % RING.len()])
}

impl Built {
    pub(crate) fn leaves(&self) -> Vec<AccountId> {
        match self {
            Self::Leaf(account) => vec![*account],
            Self::Batch(items) => items.iter().flat_map(Self::leaves).collect(),
            Self::Wrapped(_, inner) => inner.leaves(),
            Self::Either(main, fallback) => [main.leaves(), fallback.leaves()].concat(),
        }
    }

    /// Whether all that was to be done was done, by the accounts that show it.
    pub(crate) fn is_done(&self, shows: &impl Fn(&AccountId) -> bool) -> bool {
        match self {
            Self::Leaf(account) => shows(account),
            Self::Batch(items) => items.iter().all(|item| item.is_done(shows)),
            Self::Wrapped(Wrapper::MultisigFirst, _) => true,
            Self::Wrapped(_, inner) => inner.is_done(shows),
            Self::Either(main, _) => main.is_done(shows),
        }
    }

    pub(crate) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Leaf(_) => Vec::new(),
            Self::Batch(items) => items.iter().collect(),
            Self::Wrapped(_, inner) => vec![inner],
            Self::Either(main, fallback) => vec![main, fallback],
        }
    }
}

/// Any shape of at most so many levels above its leaves.
pub(crate) fn shapes(depth: u32) -> impl Strategy<Value = Shape> {
    let leaf = prop::bool::weighted(0.25).prop_map(|fails| Shape::Leaf { fails });
    leaf.prop_recursive(depth, 12, 3, |inner| {
        let wrapper = prop::sample::select(WRAPPERS.to_vec());
        prop_oneof![
            3 => (prop::sample::select(BATCHES.to_vec()), prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(name, shapes)| Shape::Batch(name, shapes)),
            3 => (wrapper, inner.clone()).prop_map(|(wrapper, inner)| Shape::Wrapped(wrapper, Box::new(inner))),
            1 => (inner.clone(), inner)
                .prop_map(|(main, fallback)| Shape::Either(Box::new(main), Box::new(fallback))),
        ]
    })
}
