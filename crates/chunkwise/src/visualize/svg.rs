//! A picture in SVG.

use std::fmt::Write;

use super::layout::{Point, Route, Segment};
use super::palette::{ARROW, CAPTION as CAPTION_INK, INK, SMALL_INK, style};
use super::sheet::{self, Sheet};
use super::text::{FONTS, escape};

/// Length of an arrow's head, and half its width.
const HEAD: f64 = 7.0;
const HALF_HEAD: f64 = 3.2;

/// The SVG element of a picture.
pub(super) fn svg(sheet: &Sheet) -> String {
    let mut svg = String::with_capacity(400 * (sheet.boxes.len() + 4) + 150 * sheet.routes.len());
    write(&mut svg, sheet).expect("writing to a string cannot fail");
    svg
}

fn write(svg: &mut String, sheet: &Sheet) -> std::fmt::Result {
    let (width, height) = (number(sheet.width), number(sheet.height));
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" font-family="{}">"#,
        escape(FONTS),
    )?;
    let (x, y) = sheet.caption_at;
    writeln!(svg, "<title>{}</title>", escape(&sheet.caption))?;
    writeln!(
        svg,
        r#"<text class="caption" x="{}" y="{}" font-size="{}" fill="{CAPTION_INK}">{}</text>"#,
        number(x),
        number(y),
        sheet::CAPTION,
        escape(&sheet.caption)
    )?;
    arrows(svg, sheet)?;
    for node in &sheet.boxes {
        let style = style(node.family);
        let rect = node.rect;
        writeln!(svg, r#"<g class="box"><title>{}</title>"#, escape(&node.tip))?;
        write!(
            svg,
            r#"<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" stroke="{}" stroke-width="{}"/>"#,
            number(rect.x),
            number(rect.y),
            number(rect.width),
            number(rect.height),
            if node.is_source { 1 } else { 9 },
            style.fill,
            style.border,
            if node.is_root { 3 } else { 1 },
        )?;
        for line in &node.lines {
            write!(
                svg,
                r#"<text x="{}" y="{}" font-size="{}"{} text-anchor="middle" fill="{}">{}</text>"#,
                number(line.at.0),
                number(line.at.1),
                line.size,
                if line.is_name { r#" font-weight="bold""# } else { "" },
                if line.is_name { INK } else { SMALL_INK },
                escape(&line.text)
            )?;
        }
        writeln!(svg, "</g>")?;
    }
    for entry in &sheet.legend {
        let style = entry.family.map(style);
        let (fill, border) = style.map_or(("none", CAPTION_INK), |style| (style.fill, style.border));
        writeln!(
            svg,
            r#"<rect class="legend" x="{}" y="{}" width="{}" height="{}" rx="3" fill="{fill}" stroke="{border}" stroke-width="{}"/><text x="{}" y="{}" font-size="{}" fill="{CAPTION_INK}">{}</text>"#,
            number(entry.chip.x),
            number(entry.chip.y),
            number(entry.chip.width),
            number(entry.chip.height),
            if entry.family.is_none() { 3 } else { 1 },
            number(entry.at.0),
            number(entry.at.1),
            sheet::LEGEND,
            escape(entry.text),
        )?;
    }
    writeln!(svg, "</svg>")
}

fn arrows(svg: &mut String, sheet: &Sheet) -> std::fmt::Result {
    if sheet.routes.is_empty() {
        return Ok(());
    }
    // Thin where there are many.
    let stroke = if sheet.routes.len() > 150 { 0.8 } else { 1.2 };
    writeln!(svg, r#"<g class="arrows" fill="none" stroke="{ARROW}" stroke-width="{stroke}">"#)?;
    for route in &sheet.routes {
        writeln!(svg, r#"<path class="arrow" d="{}"/>"#, path(route))?;
    }
    write!(svg, "</g>\n<path class=\"heads\" fill=\"{ARROW}\" d=\"")?;
    for route in &sheet.routes {
        let Some(Segment::Line((x, y)) | Segment::Curve(_, _, (x, y))) = route.segments.last().copied()
        else {
            continue;
        };
        let back = |across: f64| {
            if sheet.is_down { pair((x + across, y - HEAD)) } else { pair((x - HEAD, y + across)) }
        };
        write!(svg, "M{}L{}L{}Z", pair((x, y)), back(-HALF_HEAD), back(HALF_HEAD))?;
    }
    writeln!(svg, "\"/>")
}

/// The data of an arrow's path.
fn path(route: &Route) -> String {
    let mut data = format!("M{}", pair(route.start));
    for segment in &route.segments {
        match *segment {
            Segment::Line(to) => data.push_str(&format!("L{}", pair(to))),
            Segment::Curve(a, b, to) => data.push_str(&format!("C{} {} {}", pair(a), pair(b), pair(to))),
        }
    }
    data
}

fn pair((x, y): Point) -> String {
    format!("{},{}", number(x), number(y))
}

/// A coordinate to a tenth.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}
