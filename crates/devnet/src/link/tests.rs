use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, duplex},
    time::Instant,
};

use super::Direction;

const DELAY: Duration = Duration::from_millis(50);

/// Writes the messages at once and says when each had arrived as a whole.
async fn arrivals(direction: Direction, messages: &[usize]) -> Vec<Duration> {
    let (far, mut server) = duplex(1024 * 1024);
    let (lane, arriving) = direction.lane(far, DELAY);
    let start = Instant::now();
    let sending = async {
        for length in messages {
            assert!(lane.send(&vec![7; *length]).await);
        }
        drop(lane);
    };
    let receiving = async {
        let mut arrived = Vec::new();
        for length in messages {
            server.read_exact(&mut vec![0; *length]).await.unwrap();
            arrived.push(start.elapsed());
        }
        arrived
    };
    let (_, arrived, ended) = tokio::join!(sending, receiving, arriving);
    ended.unwrap();
    arrived
}

#[tokio::test(start_paused = true)]
async fn messages_sent_together_share_the_delay() {
    let arrived = arrivals(Direction::default(), &[10; 100]).await;
    assert!(arrived.iter().all(|arrival| (DELAY..DELAY * 2).contains(arrival)), "{arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn bytes_leave_one_after_another() {
    let slow = Direction { bytes_per_second: Some(1_000), ..Direction::default() };
    let arrived = arrivals(slow, &[1_000, 2_000]).await;
    assert!(arrived[1] >= Duration::from_secs(3) + DELAY, "{arrived:?}");
    assert!(arrived[1] < Duration::from_secs(4), "{arrived:?}");
}

#[tokio::test(start_paused = true)]
async fn every_byte_is_counted() {
    let (far, mut server) = duplex(64);
    let direction = Direction::default();
    let (lane, arriving) = direction.lane(far, DELAY);
    let sending = async {
        assert!(lane.send(&[1; 1_000]).await);
        drop(lane);
    };
    let mut received = Vec::new();
    let (_, ended, read) = tokio::join!(sending, arriving, server.read_to_end(&mut received));
    ended.unwrap();
    read.unwrap();
    assert_eq!(received, [1; 1_000]);
    assert_eq!(direction.bytes.into_inner(), 1_000);
}
