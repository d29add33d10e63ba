//! Colours: fills light enough for dark text on any background, borders and arrows dark enough for light backgrounds
//! and light enough for dark ones.

use chunkwise_expr::OpFamily;

/// Text in boxes.
pub(super) const INK: &str = "#16202b";
/// Small text in boxes.
pub(super) const SMALL_INK: &str = "#3c4856";
/// Text outside of boxes.
pub(super) const CAPTION: &str = "#717b87";
/// Arrows.
pub(super) const ARROW: &str = "#8d97a3";

/// How the boxes of a family look, and what a legend says of them.
pub(super) struct Style {
    pub(super) fill: &'static str,
    pub(super) border: &'static str,
    pub(super) meaning: &'static str,
}

/// The style of a family.
pub(super) fn style(family: OpFamily) -> Style {
    let (fill, border, meaning) = match family {
        OpFamily::Data => ("#d8e0e8", "#5f7386", "data"),
        OpFamily::Generator => ("#d3ecd0", "#528f4c", "generated"),
        OpFamily::Elementwise => ("#cde2fb", "#3f7cc4", "elementwise"),
        OpFamily::Function => ("#e5d8f8", "#8258c4", "function"),
        OpFamily::Reduction => ("#fcd8cb", "#cf5f3a", "reduction"),
        OpFamily::View => ("#faeeb9", "#b08c1a", "view"),
        OpFamily::Structure => ("#f8d9ee", "#bb4e94", "chunks and joins"),
        _ => ("#e6e6e6", "#777777", "other"),
    };
    Style { fill, border, meaning }
}

/// Colours to tell things apart by, on light backgrounds; the last one is for all others. They are the borders of the
/// families, and teal.
pub(crate) const SERIES: [&str; 9] =
    ["#3f7cc4", "#cf5f3a", "#528f4c", "#8258c4", "#b08c1a", "#bb4e94", "#2a8f8f", "#5f7386", "#a3abb5"];
/// The same on dark backgrounds.
pub(crate) const SERIES_DARK: [&str; 9] =
    ["#4f8fdb", "#d96c46", "#5f9f58", "#9470d6", "#b8941f", "#c75fa1", "#34a0a0", "#70869b", "#6b747e"];
