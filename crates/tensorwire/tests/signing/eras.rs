use tensorwire::{Era, ErrorKind};
use tensorwire_devnet::Devnet;

use super::*;

#[tokio::test]
async fn g6_whatever_the_finality_lag_what_is_sent_is_valid() {
    let devnet = Devnet::builder().subnets(1).neurons(1).finality_lag(0).start().await.unwrap();
    let chain = connect(&devnet).await;
    devnet.produce_blocks(70).await.unwrap();
    for lag in 0..=64_u32 {
        devnet.set_finality_lag(lag).await;
        devnet.produce_block().await.unwrap();
        let (best, finalized) = (devnet.best().0, devnet.finalized().0);
        assert_eq!(best - finalized, lag);
        caught_up(&chain, &devnet).await;
        let usual = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
        let last = usual.last_block().expect("it is mortal");
        assert!(last >= u64::from(best) + 32, "lag {lag}: {last}");
        // As long as the carrier of a shielded call may live.
        let short = transfer(&chain, &devnet).mortal_from_best(8).sign_and_submit(&alice()).await.unwrap();
        assert_eq!(short.last_block(), Some(u64::from(best) + 7));
        let mut submissions = vec![usual, short];
        let periods =
            [4_u32, 8, 16, 32, 64, 128].into_iter().filter(|period| lag.abs_diff(period * 3 / 4) <= 2);
        for period in periods {
            let transaction = transfer(&chain, &devnet).mortal(period.into());
            match transaction.sign_and_submit(&alice()).await {
                Ok(submission) => {
                    assert_eq!(submission.last_block(), Some(u64::from(finalized + period - 1)));
                    submissions.push(submission);
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Invalid, "{error:?}");
                    assert!(lag + (period / 4).max(2) > period - 1, "lag {lag}, period {period}: {error}");
                }
            }
        }
        devnet.produce_block().await.unwrap();
        for submission in submissions {
            assert!(submission.in_block().await.unwrap().ok(), "lag {lag}");
        }
    }
}

#[tokio::test]
async fn g6_what_was_held_back_past_its_era_is_refused_before_it_is_sent() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    devnet.produce_blocks(20).await.unwrap();
    caught_up(&chain, &devnet).await;
    let signed = transfer(&chain, &devnet).mortal(16).sign(&alice()).await.unwrap();
    devnet.produce_blocks(13).await.unwrap();
    caught_up(&chain, &devnet).await;
    let before = chain.stats().requests;
    let error = signed.submit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Expired, "{error:?}");
    assert_eq!(chain.stats().requests, before, "something was sent");
    // Its nonce is free again.
    let next = transfer(&chain, &devnet).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(next.nonce(), Some(0));
}

#[tokio::test]
async fn g6_what_is_not_asked_to_be_immortal_is_not() {
    let devnet = Devnet::builder().subnets(1).neurons(1).start().await.unwrap();
    let chain = connect(&devnet).await;
    let usual = transfer(&chain, &devnet).sign(&alice()).await.unwrap();
    assert!(matches!(usual.era(), Era::Mortal { period: 128, .. }), "{:?}", usual.era());
    let immortal = transfer(&chain, &devnet).immortal().sign(&alice()).await.unwrap();
    assert_eq!((immortal.era(), immortal.last_block()), (Era::Immortal, None));
    let submissions = [usual.submit().await.unwrap(), immortal.submit().await.unwrap()];
    devnet.produce_block().await.unwrap();
    for submission in submissions {
        assert!(submission.in_block().await.unwrap().ok());
    }
}
