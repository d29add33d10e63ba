use ndarray::Axis;

use super::layout::Rect;
use super::sheet::Sheet;
use super::text::width;
use super::*;
use crate::prelude::*;

fn pictures() -> Vec<(&'static str, Picture)> {
    let x = ChunkedArray::<f64, _>::ones((15, 15).chunked((5, 5))).unwrap();
    let transposed = (&x + &x.t()).sum();
    let fn_x = ChunkedArray::from_shape_fn((300, 40).chunked((7, 40)), |(i, j)| (i * j) as f64).unwrap();
    let centred = (&fn_x - fn_x.mean_axis(keep(Axis(0))).unwrap()).powi(2) * 0.5;
    let mut chain = x.clone();
    for i in 0..30 {
        chain = (&chain + f64::from(i) * 1e-9).cos();
    }
    let wide = ChunkedArray::<i8, _>::ones((100,).chunked(1)).unwrap().sum();
    let empty = ChunkedArray::<f64, _>::ones((0, 4)).unwrap() + 1.0;
    let large = ChunkedArray::<f64, _>::ones((10_000, 1000, 100).chunked(10)).unwrap().mean();
    vec![
        ("transposed", Picture::new(&transposed)),
        ("optimised", Picture::new(&transposed).optimised(true)),
        ("centred", Picture::new((&centred.sum(), &centred.max()))),
        ("centred, optimised", Picture::new((&centred.sum(), &centred.max())).optimised(true)),
        ("chain", Picture::new(&chain)),
        ("chain, layers", Picture::new(&chain).detail(Detail::Layers)),
        ("wide", Picture::new(&wide)),
        ("empty", Picture::new(&empty)),
        ("large", Picture::new(&large)),
        ("one", Picture::new(&x)),
        ("none", Picture::new(Vec::<ChunkedArray0<f64>>::new())),
    ]
}

fn holds(outer: &Rect, left: f64, right: f64, top: f64, bottom: f64) -> bool {
    left >= outer.x && right <= outer.x + outer.width && top >= outer.y && bottom <= outer.y + outer.height
}

#[test]
fn every_label_fits_its_box_and_everything_the_sheet() {
    for (name, picture) in pictures() {
        for direction in [Direction::TopToBottom, Direction::LeftToRight] {
            let sheet = Sheet::new(&picture.graph(picture.detail).unwrap(), direction);
            let whole = Rect { x: 0.0, y: 0.0, width: sheet.width, height: sheet.height };
            for shown in &sheet.boxes {
                let r = &shown.rect;
                assert!(holds(&whole, r.x, r.x + r.width, r.y, r.y + r.height), "{name}");
                let mut last = r.y;
                for line in &shown.lines {
                    let half = line.width() / 2.0;
                    let (top, bottom) = (line.at.1 - line.size * 0.85, line.at.1 + line.size * 0.25);
                    assert!(holds(r, line.at.0 - half, line.at.0 + half, top, bottom), "{name}: {line:?}");
                    assert!(top >= last, "{name}: {line:?} overlaps the line before");
                    last = bottom;
                }
            }
            let lowest = sheet.boxes.iter().map(|b| b.rect.y + b.rect.height).fold(0.0, f64::max);
            for entry in &sheet.legend {
                let right = entry.at.0 + width(entry.text, super::sheet::LEGEND);
                assert!(holds(&whole, entry.chip.x, right, lowest, sheet.height), "{name}: {entry:?}");
            }
            let (x, _) = sheet.caption_at;
            assert!(x + width(&sheet.caption, super::sheet::CAPTION) <= sheet.width, "{name}");
        }
    }
}

#[test]
fn captions_say_what_is_shown() {
    let caption_of = |picture: &Picture| caption(&picture.graph(picture.detail).unwrap());
    let x = ChunkedArray::<f64, _>::ones((4, 4).chunked(2)).unwrap();
    let sum = Picture::new(x.sum());
    assert_eq!(caption_of(&sum), "As built: 2 operations, 5 blocks. Each box is a block.");
    let layers = sum.clone().detail(Detail::Layers);
    assert_eq!(caption_of(&layers), "As built: 2 operations, 5 blocks. Each box is an operation.");
    assert_eq!(caption_of(&sum.optimised(true)), "Optimised: 1 stage, 1 task. Each box is a task.");
}

#[test]
fn numbers_are_short() {
    for (value, text) in [(1.0, "1"), (1.25, "1.2"), (-0.01, "0"), (-2.06, "-2.1"), (1e6, "1000000")] {
        assert_eq!(svg::number(value), text);
    }
}
