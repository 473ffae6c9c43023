//! A progress bar on stderr, on a terminal only.

use std::{fmt::Display, io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts to a known end.
pub(crate) fn bar(steps: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:26} {bar:32.cyan/blue} {pos:>4}/{len} {elapsed}");
    let bar = ProgressBar::new(steps as u64).with_message(what.to_owned());
    style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("━╸─")))
}

/// A spinner for what has no countable steps.
pub(crate) fn spinner(what: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// A bar for what has an end that is only estimated. Where the lines themselves go to a terminal there is none.
pub(crate) struct Listing(ProgressBar);

/// The steps of the bar, from nothing to all.
const STEPS: u64 = 1000;

impl Listing {
    pub(crate) fn begin(what: &str) -> Self {
        let bar = ProgressBar::no_length().with_message(what.to_owned());
        let style = ProgressStyle::with_template("{msg} {prefix} {elapsed}");
        let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
        if std::io::stdout().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self(bar)
    }

    /// That many have passed, and that part of all of them if it is known.
    pub(crate) fn passed(&self, entries: u64, fraction: Option<f64>) {
        self.0.set_prefix(format!("{entries} entries"));
        if let Some(fraction) = fraction {
            if self.0.length().is_none() {
                let style = ProgressStyle::with_template("{msg} {bar:32.cyan/blue} {prefix} {elapsed}");
                style.into_iter().for_each(|style| self.0.set_style(style.progress_chars("━╸─")));
                self.0.set_length(STEPS);
            }
            self.0.set_position((fraction * STEPS as f64) as u64);
        }
        self.0.tick();
    }

    /// A line on stderr, above the bar.
    pub(crate) fn complain(&self, what: &impl Display) {
        self.0.suspend(|| eprintln!("{what}"));
    }
}

impl Drop for Listing {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
