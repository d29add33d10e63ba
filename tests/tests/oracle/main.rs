//! Every operation against an eager definition, on every type and awkward chunkings.

mod elementwise;
mod reductions;
mod semantics;
mod views;

/// Collects what goes wrong, so that one run shows all of it.
#[derive(Default)]
struct Failures {
    checked: usize,
    messages: Vec<String>,
}

impl Failures {
    /// Notes the outcome of one check.
    fn note(&mut self, outcome: Result<(), String>) {
        self.checked += 1;
        self.messages.extend(outcome.err());
    }

    /// Panics if anything went wrong, or if nothing was checked.
    #[track_caller]
    fn finish(self) {
        assert!(self.checked > 0, "nothing was checked");
        let shown = self.messages.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n");
        let (wrong, all) = (self.messages.len(), self.checked);
        assert!(wrong == 0, "{wrong} of {all} checks failed:\n{shown}");
    }
}
