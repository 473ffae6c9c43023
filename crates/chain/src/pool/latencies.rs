use std::time::Duration;

/// How long the latest answers took.
#[derive(Debug, Default)]
pub(super) struct Latencies {
    latest: Vec<Duration>,
    next: usize,
}

/// How many answers are remembered.
const KEPT: usize = 128;

/// Fewer say nothing of what is unusual.
const ENOUGH: usize = 20;

impl Latencies {
    pub(super) fn add(&mut self, latency: Duration) {
        match self.latest.get_mut(self.next) {
            Some(oldest) => *oldest = latency,
            None => self.latest.push(latency),
        }
        self.next = (self.next + 1) % KEPT;
    }

    /// Half of the answers took less.
    pub(super) fn median(&self) -> Option<Duration> {
        self.quantile(50)
    }

    /// Clearly more than 95 of 100 answers took; nothing while there were too few.
    pub(super) fn unusual(&self) -> Option<Duration> {
        let quantile = self.quantile(95).filter(|_| self.latest.len() >= ENOUGH)?;
        Some(quantile + quantile / 10)
    }

    fn quantile(&self, percent: usize) -> Option<Duration> {
        let mut sorted = self.latest.clone();
        sorted.sort_unstable();
        sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_latest_answers() {
        let mut latencies = Latencies::default();
        assert_eq!((latencies.median(), latencies.unusual()), (None, None));
        (1..=1000).for_each(|millis| latencies.add(Duration::from_millis(millis)));
        assert_eq!(latencies.median(), Some(Duration::from_millis(937)));
        assert_eq!(latencies.unusual(), Some(Duration::from_millis(994) * 11 / 10));
    }
}
