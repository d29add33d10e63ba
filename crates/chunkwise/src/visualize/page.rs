//! A picture as an HTML page that needs nothing from elsewhere.

use std::fmt::Write;

use chunkwise_expr::PictureGraph;

use super::caption;
use super::palette::style;
use super::text::escape;

/// The colours of a page, in light and dark.
pub(crate) const SCHEME: &str = "\
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2733; --rule: #d5dae0; --soft: #f4f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15191e; --ink: #dfe5eb; --rule: #39424c; --soft: #1d232a; }
}
";

const STYLE: &str = "\
body { margin: 1.2rem; background: var(--paper); color: var(--ink); font: 14px/1.45 Helvetica, Arial, sans-serif; }
#picture { height: min(75vh, HEIGHTpx); border: 1px solid var(--rule); border-radius: 6px; overflow: hidden;
  background: var(--soft); cursor: grab; touch-action: none; }
#picture svg { display: block; width: 100%; height: 100%; }
table { border-collapse: collapse; margin-top: 1.2rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--rule); }
td.place { overflow-wrap: anywhere; font-size: 0.9em; }
i { display: inline-block; width: 0.8em; height: 0.8em; border: 1px solid; border-radius: 2px; margin-right: 0.45em; }
p { margin: 0.4rem 0; }
";

/// The wheel zooms about the pointer, dragging moves, a double click shows everything.
const SCRIPT: &str = "\
const frame = document.getElementById('picture'), svg = frame.querySelector('svg');
const whole = svg.getAttribute('viewBox').split(' ').map(Number);
let view = whole.slice(), held = null;
const show = () => svg.setAttribute('viewBox', view.join(' '));
const scale = () => Math.max(view[2] / frame.clientWidth, view[3] / frame.clientHeight);
frame.addEventListener('wheel', e => {
  e.preventDefault();
  const r = frame.getBoundingClientRect(), s = scale(), by = Math.exp(Math.max(-60, Math.min(60, e.deltaY)) * 0.004);
  const x = view[0] + view[2] / 2 + (e.clientX - r.left - r.width / 2) * s;
  const y = view[1] + view[3] / 2 + (e.clientY - r.top - r.height / 2) * s;
  view = [x - (x - view[0]) * by, y - (y - view[1]) * by, view[2] * by, view[3] * by];
  show();
}, { passive: false });
frame.addEventListener('pointerdown', e => { held = [e.clientX, e.clientY]; frame.setPointerCapture(e.pointerId); });
frame.addEventListener('pointermove', e => {
  if (!held) return;
  const s = scale();
  view[0] -= (e.clientX - held[0]) * s;
  view[1] -= (e.clientY - held[1]) * s;
  held = [e.clientX, e.clientY];
  show();
});
for (const end of ['pointerup', 'pointercancel']) frame.addEventListener(end, () => { held = null; });
frame.addEventListener('dblclick', () => { view = whole.slice(); show(); });
";

/// Rows of the table that are shown.
const ROWS: usize = 500;

/// The page of a picture, with the layers listed.
pub(super) fn page(svg: &str, graph: &PictureGraph, layers: &PictureGraph) -> String {
    let mut page = String::with_capacity(svg.len() + 8192);
    write(&mut page, svg, graph, layers).expect("writing to a string cannot fail");
    page
}

fn write(page: &mut String, svg: &str, graph: &PictureGraph, layers: &PictureGraph) -> std::fmt::Result {
    let caption = escape(&caption(graph));
    let height = svg.split_once(" height=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or("600");
    let style_sheet = format!("{SCHEME}{}", STYLE.replace("HEIGHT", height));
    writeln!(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(page, "<title>{caption}</title>\n<style>\n{style_sheet}</style>\n</head>\n<body>")?;
    writeln!(page, "<div id=\"picture\">\n{svg}</div>")?;
    writeln!(page, "<p>The wheel zooms, dragging moves, a double click shows everything.</p>")?;
    writeln!(page, "<table>\n<tr><th>#</th><th>operation</th><th></th><th>reads</th><th></th></tr>")?;
    let mut reads = vec![Vec::new(); layers.nodes.len()];
    for &(from, to) in &layers.edges {
        reads[to as usize].push(from);
    }
    for (number, node) in layers.nodes.iter().enumerate().take(ROWS) {
        let style = style(node.family);
        let list = |items: &[u32]| {
            let shown: Vec<String> = items.iter().take(20).map(|i| format!("#{i}")).collect();
            if items.len() > 20 { format!("{} …", shown.join(" ")) } else { shown.join(" ") }
        };
        writeln!(
            page,
            "<tr><td>{number}</td><td><i style=\"background:{};border-color:{}\"></i>{}</td><td>{}</td><td>{}</td>\
             <td class=\"place\">{}</td></tr>",
            style.fill,
            style.border,
            escape(&node.name),
            escape(&node.details.join(", ")),
            list(&reads[number]),
            escape(&node.notes.join(", ")),
        )?;
    }
    writeln!(page, "</table>")?;
    if layers.nodes.len() > ROWS {
        writeln!(page, "<p>{} more are not listed.</p>", layers.nodes.len() - ROWS)?;
    }
    writeln!(page, "<script>\n{SCRIPT}</script>\n</body>\n</html>")
}
