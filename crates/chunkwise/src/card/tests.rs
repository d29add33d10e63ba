use chunkwise_core::{AxisGrid, Grid};

use super::drawing::draw;
use crate::prelude::*;

/// Number of lines that are drawn, outlines not counted.
fn lines(grid: &Grid) -> usize {
    let drawing = draw(grid, "");
    drawing.lines().filter(|line| line.starts_with("<path")).map(|line| line.matches('M').count()).sum()
}

fn faces(grid: &Grid) -> usize {
    draw(grid, "").matches("<polygon").count()
}

fn regular(axes: &[(usize, usize)]) -> Grid {
    Grid::new(axes.iter().map(|&(len, size)| AxisGrid::regular(len, size)))
}

#[test]
fn chunks_have_their_lines() {
    assert_eq!((faces(&regular(&[(10, 3)])), lines(&regular(&[(10, 3)]))), (1, 3));
    assert_eq!((faces(&regular(&[(10, 3), (4, 2)])), lines(&regular(&[(10, 3), (4, 2)]))), (1, 4));
    // A box shows three faces; each axis has its lines on two of them.
    let cube = regular(&[(4, 2), (6, 2), (8, 2)]);
    assert_eq!((faces(&cube), lines(&cube)), (3, 2 * (1 + 2 + 3)));
    assert_eq!((faces(&Grid::whole(&[])), lines(&Grid::whole(&[]))), (1, 0));
    let uneven = Grid::new([AxisGrid::from_sizes(&[5, 0, 3]), AxisGrid::from_sizes(&[0, 4])]);
    assert_eq!(lines(&uneven), 1);
    assert_eq!(lines(&Grid::whole(&[5, 5, 5])), 0);
}

#[test]
fn more_axes_are_several_drawings() {
    let drawing = draw(&regular(&[(2, 1), (3, 1), (40, 10), (50, 10), (60, 10)]), "");
    assert_eq!(drawing.matches("<polygon").count(), 1 + 3);
    for label in [">axes 0 to 1<", ">axes 2 to 4<", ">2<", ">3<", ">40<", ">50<", ">60<"] {
        assert_eq!(drawing.matches(label).count(), 1, "{label}");
    }
    assert!(draw(&regular(&[(7, 7); 4]), "").contains(">axis 0<"));
}

#[test]
fn many_chunks_are_shaded_and_few_lines() {
    let fine = regular(&[(1 << 40, 1), (1 << 20, 1)]);
    assert!(lines(&fine) <= 80);
    assert_ne!(draw(&fine, "").contains("#9fc5ef"), draw(&regular(&[(40, 1)]), "").contains("#9fc5ef"));
    assert!(lines(&regular(&[(usize::MAX, 1)])) <= 40);
}

#[test]
fn thin_and_empty_arrays_can_be_seen() {
    for shape in [[1, 1_000_000], [1_000_000, 1], [0, 5], [0, 0]] {
        let drawing = draw(&Grid::whole(&shape), "");
        let size = |name: &str| -> f64 {
            let (_, rest) = drawing.split_once(&format!(" {name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert!((20.0..300.0).contains(&size("width")) && (20.0..300.0).contains(&size("height")));
        assert_eq!(drawing.contains("stroke-dasharray"), shape.contains(&0), "{shape:?}");
        assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    }
}

#[test]
fn a_card_has_what_printing_has() {
    let x = ChunkedArray::<i16, _>::zeros((30, 7).chunked((10, 7))).unwrap() + 1;
    let card = x.to_html();
    for text in ["420 B", "140 B", "(30, 7)", "(10, 7)", "6 tasks", "3 chunks", "i16", "ndarray"] {
        assert!(card.contains(&format!(">{text}</td>")), "{text}");
    }
    assert!(card.contains("<title>(30, 7) in 3 chunks of (10, 7)</title>"));
}
