//! A progress bar on stderr, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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
