use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    time::Instant,
};

use super::Direction;

const DELAY: Duration = Duration::from_millis(50);

/// Writes the messages at once and says when each had arrived as a whole.
async fn arrivals(direction: Direction, messages: &[usize]) -> Vec<Duration> {
    let (mut client, near) = duplex(1024 * 1024);
    let (far, mut server) = duplex(1024 * 1024);
    let start = Instant::now();
    let sending = async {
        for length in messages {
            client.write_all(&vec![7; *length]).await.unwrap();
        }
        drop(client);
    };
    let receiving = async {
        let mut arrived = Vec::new();
        for length in messages {
            server.read_exact(&mut vec![0; *length]).await.unwrap();
            arrived.push(start.elapsed());
        }
        arrived
    };
    let (near, far) = (tokio::io::split(near).0, tokio::io::split(far).1);
    let (_, arrived, pumped) = tokio::join!(sending, receiving, direction.pump(near, far, DELAY));
    pumped.unwrap();
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
    let (mut client, near) = duplex(64);
    let (far, mut server) = duplex(64);
    let direction = Direction::default();
    let sending = async {
        client.write_all(&[1; 1_000]).await.unwrap();
        drop(client);
    };
    let mut received = Vec::new();
    let (near, far) = (tokio::io::split(near).0, tokio::io::split(far).1);
    let (_, _, read) =
        tokio::join!(sending, direction.pump(near, far, DELAY), server.read_to_end(&mut received));
    read.unwrap();
    assert_eq!(received, [1; 1_000]);
    assert_eq!(direction.bytes.into_inner(), 1_000);
}
