//! The example on arrays, at a fiftieth of its sizes.

#[path = "../../../crates/chunkwise/examples/tutorial_arrays/exercises.rs"]
mod exercises;
#[path = "../../../crates/chunkwise/examples/tutorial_arrays/report.rs"]
mod report;

use chunkwise::Result;
use exercises::Sizes;
use report::Report;

#[test]
fn exercise_11_the_example_on_arrays() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let mut report = Report::new(folder.path());
    exercises::all(&mut report, &Sizes { integers: (200, 100, 100), side: 100, large: 200 })?;
    assert_eq!(report.wrong().collect::<Vec<_>>(), Vec::<&str>::new());
    let pictures = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(pictures, 7, "of reductions, products and a histogram");
    Ok(())
}
