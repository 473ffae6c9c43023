//! A progress bar on stderr, on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts to a known end.
pub(crate) fn bar(steps: usize, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:26} {bar:32.cyan/blue} {pos:>4}/{len} {elapsed}");
    let bar = ProgressBar::new(steps as u64).with_message(what.to_owned());
    style.map_or(bar.clone(), |style| bar.with_style(style.progress_chars("━╸─")))
}

/// A spinner for what has no countable steps.
#[cfg(feature = "devnet")]
pub(crate) fn spinner(what: &str) -> ProgressBar {
    use std::time::Duration;

    let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
