//! Pictures and cards through the public interface: what they contain, that they are well formed, and what is refused.

use chunkwise::prelude::*;
use chunkwise::{Detail, Direction, Error, ExprError, Picture, visualize};
use ndarray::{Array2, Axis, array, s};
use roxmltree::Document;

/// Boxes and arrows of an SVG picture, which must be well-formed.
fn counts(svg: &str) -> (usize, usize) {
    let document = Document::parse(svg).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "svg");
    assert_eq!(document.root_element().tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    let count = |class: &str| document.descendants().filter(|n| n.attribute("class") == Some(class)).count();
    (count("box"), count("arrow"))
}

/// Names of the boxes, which are their first lines.
fn names(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    let boxes = document.descendants().filter(|n| n.attribute("class") == Some("box"));
    boxes
        .map(|group| {
            let text = group.children().find(|n| n.tag_name().name() == "text").unwrap();
            text.text().unwrap().to_owned()
        })
        .collect()
}

fn ones() -> ChunkedArray2<f64> {
    ChunkedArray::<f64, _>::ones((5, 8).chunked((2, 3))).unwrap()
}

#[test]
fn blocks_and_arrows_of_known_graphs() {
    let x = ones();
    assert_eq!(x.num_chunks(), 9);
    let sum = Picture::new(x.sum());
    assert_eq!(counts(&sum.to_svg().unwrap()), (10, 9));
    let twice = Picture::new(((&x + 1.0) * &x).max());
    assert_eq!(counts(&twice.to_svg().unwrap()), (9 * 3 + 1, 9 + 18 + 9));
    assert_eq!(counts(&twice.clone().detail(Detail::Layers).to_svg().unwrap()), (4, 4));
    assert_eq!(counts(&twice.optimised(true).to_svg().unwrap()), (1, 0));
    let columns = Picture::new(x.sum_axis(Axis(0)).unwrap());
    assert_eq!(counts(&columns.to_svg().unwrap()), (9 + 3, 9));
    let sliced = Picture::new(x.slice(s![..2, 4..]).unwrap());
    assert_eq!(counts(&sliced.to_svg().unwrap()), (9 + 2, 2));
    let joined = Picture::new(concatenate(Axis(0), &[&x, &x]).unwrap());
    assert_eq!(counts(&joined.to_svg().unwrap()), (9 + 18, 18));
}

#[test]
fn what_is_shared_is_drawn_once() {
    let x = ones();
    let both = Picture::new((&x.min(), &x.max()));
    assert_eq!(counts(&both.to_svg().unwrap()), (9 + 2, 18));
    assert_eq!(counts(&Picture::new(vec![&x, &x]).to_svg().unwrap()), (9, 0));
    assert_eq!(counts(&Picture::new(Vec::<ChunkedArray2<f64>>::new()).to_svg().unwrap()), (0, 0));
}

#[test]
fn boxes_have_names() {
    let x = ChunkedArray::from_array(array![[1.0, 2.0]], Auto).unwrap();
    let y = (1.0 - x.mapv(|v| -> f64 { v + 1.0 })).t().mean();
    let svg = Picture::new(&y).to_svg().unwrap();
    assert_eq!(names(&svg), ["array", "mapv", "sub(1.0, ·)", "transpose", "mean"]);
    // Where each was built is in the user's program, for views that operators put in too.
    let centred = Picture::new(stack(Axis(0), &[&x - x.mean_axis(keep(Axis(1))).unwrap()]).unwrap());
    let svg = centred.to_svg().unwrap();
    assert!(svg.contains(">broadcast<"));
    assert_eq!(svg.matches("built at ").count(), svg.matches("pictures.rs:").count());
    let made = ChunkedArray::from_shape_fn((4, 4), |(i, j)| (i + j) as i64).unwrap();
    assert_eq!(names(&Picture::new(&made).to_svg().unwrap()), ["from_shape_fn"]);
}

#[test]
fn many_blocks_are_drawn_as_layers() {
    let x = ChunkedArray::from_shape_fn((10_000, 1000, 100).chunked((500, 1000, 10)), |(i, ..)| i as f64)
        .unwrap();
    let picture = Picture::new((x * 2.0).mean());
    for direction in [Direction::TopToBottom, Direction::LeftToRight] {
        let svg = picture.clone().direction(direction).to_svg().unwrap();
        assert_eq!(names(&svg), ["from_shape_fn", "mul 2.0", "mean"]);
        assert!(svg.contains("200 chunks of (500, 1000, 10)"));
    }
    let stages = picture.clone().optimised(true).to_svg().unwrap();
    assert_eq!(names(&stages), ["from_shape_fn, mul, mean", "combine mean"]);
    assert_eq!(counts(&picture.detail(Detail::Blocks).to_svg().unwrap()), (401, 400));
    let grains = ChunkedArray::<f64, _>::ones((1 << 20,).chunked(1)).unwrap();
    let error = Picture::new(&grains).detail(Detail::Blocks).to_svg().unwrap_err();
    assert!(matches!(error, Error::Expression(ExprError::TooManyToDraw { count: 1_048_576, .. })), "{error}");
}

#[test]
fn the_plan_of_a_reduction_is_a_tree() {
    let x = ChunkedArray::from_array(Array2::<f32>::zeros((2000, 4000)), Auto).unwrap();
    let svg = Picture::new((&x + 1.0).sum()).optimised(true).to_svg().unwrap();
    let names = names(&svg);
    let units = names.iter().filter(|name| *name == "add, sum").count();
    assert_eq!(names[0], "array");
    assert!(units > 16, "{names:?}");
    let merges = names.iter().filter(|name| *name == "combine sum").count();
    assert_eq!((merges, names.len()), (units.div_ceil(16) + 1, 1 + units + merges));
    let (_, arrows) = counts(&svg);
    assert_eq!(arrows, units + units + merges - 1, "to each unit, from each unit, and between merges");
}

#[test]
fn dot_is_as_expected() {
    let x = ChunkedArray::<i32, _>::ones((4,).chunked(2)).unwrap();
    let dot = Picture::new(x.sum()).direction(Direction::LeftToRight).to_dot().unwrap();
    let lines: Vec<&str> = dot.lines().map(str::trim).collect();
    assert_eq!(lines[0], "digraph chunkwise {");
    assert!(lines[1].starts_with("graph [rankdir=LR,"), "{}", lines[1]);
    assert!(lines[4].starts_with(r#"n0 [label="fill 1\n(0,)", tooltip="fill 1\nblock (0,) of shape (2,)\n"#));
    assert!(lines[4].ends_with(r##"style="filled", fillcolor="#d3ecd0", color="#528f4c", penwidth=1];"##));
    assert!(lines[6].starts_with(r#"n2 [label="sum", "#) && lines[6].ends_with("penwidth=3];"));
    assert_eq!(lines[7..], ["n0 -> n2;", "n1 -> n2;", "}"]);
}

#[test]
fn names_from_outside_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a <b> & \"c\" which is a name of a good many letters, more than fit.npy");
    ChunkedArray::<f64, _>::ones((2, 2)).unwrap().write_npy(&path).unwrap();
    let x = ChunkedArray2::<f64>::from_npy(&path, Auto).unwrap() + 1.0;
    let picture = Picture::new(&x);
    let svg = picture.to_svg().unwrap();
    assert_eq!(counts(&svg), (2, 1));
    assert_eq!(names(&svg)[0], "a <b> & \"c\" which is a");
    assert!(picture.to_dot().unwrap().contains(r#"label="a <b> & \"c\" which is a\nname"#));
    assert!(picture.to_html().unwrap().contains("a &lt;b&gt; &amp; &quot;c&quot; which"));
}

#[test]
fn a_page_needs_nothing_else() {
    let page = Picture::new(ones().sum()).to_html().unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    for text in
        ["<svg", "<title>As built: 2 operations, 10 blocks.", "(5, 8) f64", "9 chunks of (2, 3)", "#0"]
    {
        assert!(page.contains(text), "{text}");
    }
    let (svg, rest) = page.split_once("<svg").unwrap().1.split_once("</svg>").unwrap();
    assert_eq!(counts(&format!("<svg{svg}</svg>")), (10, 9));
    for outside in ["src=", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(!rest.contains("http"), "nothing is loaded");
}

#[test]
fn the_extension_names_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let x = ones();
    let write = |name: &str| {
        let path = folder.path().join(name);
        x.visualize(&path).unwrap();
        std::fs::read_to_string(path).unwrap()
    };
    assert_eq!(counts(&write("x.svg")), (9, 0));
    assert_eq!(write("upper.SVG"), write("x.svg"));
    assert!(write("x.dot").starts_with("digraph") && write("x.gv").starts_with("digraph"));
    assert!(write("x.html").starts_with("<!doctype html>") && write("x.htm").starts_with("<!doctype html>"));
    let path = folder.path().join("both.svg");
    visualize((&x.sum(), &x.max()), &path).unwrap();
    assert_eq!(counts(&std::fs::read_to_string(path).unwrap()), (11, 18));
}

#[test]
fn what_cannot_be_written_is_an_error_with_its_path() {
    let x = ones();
    for name in ["graph.png", "graph", "svg", "graph.", ""] {
        let error = x.visualize(name).unwrap_err();
        assert!(matches!(&error, Error::PictureFormat { path } if path.as_os_str() == name), "{error:?}");
        assert!(error.to_string().contains(".svg, .dot (or .gv) or .html"), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("graph.svg");
    let error = x.visualize(&missing).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    match error {
        Error::PictureFile { path, source } => {
            assert_eq!((path, source.kind()), (missing, std::io::ErrorKind::NotFound));
        }
        other => panic!("{other:?}"),
    }
    let taken = folder.path().join("taken.svg");
    std::fs::create_dir(&taken).unwrap();
    assert!(matches!(x.visualize(&taken), Err(Error::PictureFile { path, .. }) if path == taken));
}

#[test]
fn pictures_of_the_same_are_the_same() {
    let picture = || {
        let x = ones();
        Picture::new((&x + x.mean_axis(keep(Axis(0))).unwrap()).std(1.0)).to_svg().unwrap()
    };
    assert_eq!(strip(&picture()), strip(&picture()));
}

/// Without tooltips, which say where things were built.
fn strip(svg: &str) -> String {
    svg.lines().filter(|line| !line.starts_with("built at")).collect()
}

#[test]
fn cards_are_well_formed() {
    let card = |html: String| {
        let document = Document::parse(&html).unwrap();
        let cells = document.descendants().filter(|n| matches!(n.tag_name().name(), "td" | "th"));
        let text: Vec<String> =
            cells.filter_map(|n| n.text().map(|t| t.trim().to_owned())).filter(|t| !t.is_empty()).collect();
        (text, document.descendants().filter(|n| n.tag_name().name() == "polygon").count())
    };
    let (text, faces) = card(ones().to_html());
    assert_eq!(
        text.join("|"),
        "Array|Chunk|Bytes|320 B|48 B|Shape|(5, 8)|(2, 3)|Count|9 tasks|9 chunks|Type|f64|ndarray"
    );
    assert_eq!(faces, 1);
    for (shape, faces) in
        [(vec![], 1), (vec![7], 1), (vec![4, 5, 6], 3), (vec![3, 4, 5, 6], 4), (vec![0, 3], 1)]
    {
        let x = ChunkedArray::<u8, _>::zeros(shape.clone()).unwrap();
        assert_eq!(card(x.to_html()).1, faces, "{shape:?}");
    }
}
