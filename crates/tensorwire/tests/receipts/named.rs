//! Single cases, in full.

use serde_json::json;
use tensorwire::{
    AccountId, Cache, DispatchClass, ErrorKind, Item, ItemResult, Multisig, Subtensor, blocking,
};

use tensorwire_wallet::Keypair;

use crate::local::{Local, TOO_MUCH, account, call, list, transfer, transfer_of};

fn results(items: &[Item]) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for item in items {
        let result = match item.result() {
            ItemResult::Failed(error) => error.to_string(),
            other => format!("{other:?}"),
        };
        found.push((item.path(), result));
        found.extend(results(item.items()));
    }
    found
}

#[tokio::test]
async fn g7_an_item_says_where_it_stands_what_it_was_and_what_became_of_it() {
    let mut local = Local::start().await;
    let (first, second, third) = (local.fresh_account(), local.fresh_account(), local.fresh_account());
    let inner =
        call("Utility", "batch", [list([transfer(second), transfer_of(third, TOO_MUCH), transfer(third)])]);
    let sudo = call("Sudo", "sudo_as", [crate::local::address(account("Bob")), inner]);
    let receipt = local.receipt(&call("Utility", "batch", [list([transfer(first), sudo])])).await;
    assert!(!receipt.ok() && receipt.doubt().is_none());
    let [plain, sudo] = receipt.items() else { panic!("{receipt:?}") };
    assert!(plain.ok() && plain.call().is("Balances", "transfer_allow_death"));
    assert!(!sudo.ok() && *sudo.result() == ItemResult::Ok);
    assert_eq!(
        results(receipt.items()),
        [
            ("[0]", "Ok".to_owned()),
            ("[1]", "Ok".to_owned()),
            ("[1].call", "Ok".to_owned()),
            ("[1].call[0]", "Ok".to_owned()),
            ("[1].call[1]", "Arithmetic.Underflow".to_owned()),
            ("[1].call[2]", "NotReached".to_owned()),
        ]
    );
    assert_eq!(receipt.error().unwrap().to_string(), "Arithmetic.Underflow");
    // The fee was taken before, the result told after them: these are the events of the transfer alone.
    let events: Vec<_> = plain.events().iter().map(|event| event.name()).collect();
    assert_eq!(events, ["NewAccount", "Endowed", "Transfer"]);
    assert!(sudo.events().last().unwrap().is("Sudo", "SudoAsDone"));

    assert_eq!((receipt.class(), receipt.pays_fee()), (Some(DispatchClass::Normal), Some(true)));
    assert!(receipt.weight().unwrap().ref_time > 0 && receipt.fee().unwrap() > 0);
    assert_eq!(receipt.tip(), Some(0));
    let shown = serde_json::to_value(&receipt).unwrap();
    assert_eq!(shown["ok"], json!(false));
    assert_eq!(shown["weight"], json!(receipt.weight().unwrap()));
    let failed = &shown["items"][1]["items"][0]["items"][1];
    assert_eq!(
        (&failed["path"], &failed["result"], &failed["ok"]),
        (&json!("[1].call[1]"), &json!("failed"), &json!(false))
    );
    assert_eq!(failed["error"]["name"], "Underflow");
    assert_eq!(failed["call"]["pallet"], "Balances");
    let positions: Vec<_> = plain.events().iter().map(|event| event.position()).collect();
    assert_eq!(shown["items"][0]["events"], json!(positions));
}

#[tokio::test]
async fn g7_sudo_pays_nothing_and_a_batch_that_fails_whole_says_why() {
    let mut local = Local::start().await;
    let target = local.fresh_account();
    let sudo = local.receipt(&call("Sudo", "sudo", [crate::local::endow(target)])).await;
    assert!(sudo.ok());
    assert_eq!((sudo.pays_fee(), sudo.fee().unwrap_or_default()), (Some(false), 0));
    let calls = list([transfer(target), transfer_of(target, TOO_MUCH)]);
    let all = local.receipt(&call("Utility", "batch_all", [calls])).await;
    assert_eq!(all.error().unwrap().to_string(), "Arithmetic.Underflow");
    assert!(all.items().iter().all(|item| *item.result() == ItemResult::Reverted));
    assert!(all.fee().unwrap() > 0, "a failed call is paid for");
}

#[tokio::test]
async fn g7_batches_are_made_by_name_and_their_submission_ends_in_the_receipt() {
    let mut local = Local::start().await;
    let alice = Keypair::from_uri("//Alice").unwrap();
    let mut made = Vec::new();
    for kind in ["batch", "batch_all", "force_batch"] {
        let calls = [
            transfer(local.fresh_account()),
            transfer_of(account("Bob"), TOO_MUCH),
            transfer(local.fresh_account()),
        ];
        let tx = local.subtensor.tx();
        let tx = match kind {
            "batch" => tx.batch(calls),
            "batch_all" => tx.batch_all(calls),
            _ => tx.force_batch(calls),
        };
        let payment = tx.payment_info(&alice.account()).await.unwrap();
        made.push((tx.sign_and_submit(&alice).await.unwrap(), payment));
    }
    local.produce().await;
    let mut items = Vec::new();
    for (submission, payment) in made {
        let receipt = submission.in_block().await.unwrap();
        assert!(!receipt.ok());
        assert!(receipt.weight().unwrap().ref_time > 0 && payment.weight.ref_time > 0);
        assert_eq!(receipt.class(), Some(payment.class));
        items.push(receipt.items().iter().map(|item| item.result().clone()).collect::<Vec<_>>());
    }
    use ItemResult::{Failed, NotReached, Ok, Reverted};
    assert!(matches!(items[0][..], [Ok, Failed(_), NotReached]), "{items:?}");
    assert!(matches!(items[1][..], [Reverted, Reverted, Reverted]), "{items:?}");
    assert!(matches!(items[2][..], [Ok, Failed(_), Ok]), "{items:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multisig_approves_call_by_call_and_can_take_it_back() {
    let mut local = Local::start().await;
    let names = ["Alice", "Bob", "Charlie"];
    let [alice, bob, charlie] = names.map(account);
    let multisig = Multisig::new([charlie, alice, bob], 3).unwrap();
    assert!(multisig.signatories().is_sorted());
    local.prepare("Alice", &transfer_of(multisig.account(), 5_000_000_000)).await;
    let target = local.fresh_account();
    let proposed = transfer(target);

    let head = local.subtensor.head().await.unwrap();
    head.runtime().await.unwrap();
    let before = local.subtensor.stats().requests;
    let fresh = head.proposal(&multisig, proposed.clone()).await.unwrap();
    assert_eq!(local.subtensor.stats().requests - before, 2);
    assert_eq!((fresh.approvals(), fresh.missing(), fresh.deposit()), (&[][..], 3, None));
    assert!(fresh.cancel(alice).unwrap_err().to_string().contains("was not put there"));
    assert_eq!(fresh.approve(account("Dave")).unwrap_err().kind(), ErrorKind::Invalid);

    for (count, name) in names.into_iter().enumerate() {
        let head = local.subtensor.head().await.unwrap();
        let proposal = head.proposal(&multisig, proposed.clone()).await.unwrap();
        assert_eq!((proposal.approvals().len(), proposal.missing()), (count, 3 - count));
        assert_eq!(proposal.call_hash(), fresh.call_hash());
        let hash = local.submit(name, &proposal.approve(account(name)).unwrap()).await;
        let receipts = local.produce().await;
        let receipt = receipts.iter().find(|receipt| receipt.hash() == hash).unwrap();
        assert!(receipt.ok(), "{:?}", receipt.error());
        // The chain derives the same account.
        let told = receipt.events().iter().find(|event| event.pallet() == "Multisig").unwrap();
        assert_eq!(told.fields()["multisig"].as_account(), Some(multisig.account()));
        assert_eq!(told.name() == "MultisigExecuted", count == 2);
        assert_eq!(receipt.items().len(), usize::from(count == 2), "only the last approval carries the call");
        let again =
            local.subtensor.head().await.unwrap().proposal(&multisig, proposed.clone()).await.unwrap();
        if count < 2 {
            assert!(again.approve(account(name)).unwrap_err().to_string().contains("already"));
        }
    }
    assert_eq!(local.balances(&[target]).await, [1_000]);

    let head = local.subtensor.head().await.unwrap();
    let first = head.proposal(&multisig, proposed.clone()).await.unwrap().approve(alice).unwrap();
    local.prepare("Alice", &first).await;
    let url = local.devnet.url().to_owned();
    let (of, asked) = (multisig.clone(), proposed.clone());
    let begun = tokio::task::spawn_blocking(move || {
        let builder = Subtensor::builder(url.as_str()).cache(Cache::none());
        blocking::Subtensor::build(builder).unwrap().head().unwrap().proposal(&of, asked).unwrap()
    });
    let begun = begun.await.unwrap();
    let (depositor, deposit) = begun.deposit().unwrap();
    assert!(depositor == alice && deposit > 0);
    assert!(begun.cancel(bob).unwrap_err().to_string().contains(&alice.to_string()));
    local.prepare("Alice", &begun.cancel(alice).unwrap()).await;
    let head = local.subtensor.head().await.unwrap();
    assert_eq!(head.proposal(&multisig, proposed).await.unwrap().missing(), 3);
}

#[test]
fn a_multisig_without_sense_is_refused() {
    let id = |byte| AccountId([byte; 32]);
    for (signatories, threshold, says) in [
        (vec![id(1)], 1, "at least two"),
        (vec![id(1), id(2), id(1)], 2, "named twice"),
        (vec![id(1), id(2)], 0, "1 to 2"),
        (vec![id(1), id(2)], 3, "not 3"),
    ] {
        let error = Multisig::new(signatories, threshold).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(says), "{error}");
    }
    // Whatever the order, it is one account; another threshold is another.
    let of =
        |signatories: [AccountId; 3], threshold| Multisig::new(signatories, threshold).unwrap().account();
    assert_eq!(of([id(1), id(2), id(3)], 2), of([id(3), id(1), id(2)], 2));
    assert_ne!(of([id(1), id(2), id(3)], 2), of([id(1), id(2), id(3)], 3));
}
