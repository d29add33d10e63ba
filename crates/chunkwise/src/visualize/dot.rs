//! A picture in Graphviz's DOT language.

use chunkwise_expr::PictureGraph;

use super::palette::{ARROW, INK, style};
use super::sheet::label;
use super::{Direction, caption};

/// The picture as a digraph.
pub(super) fn dot(graph: &PictureGraph, direction: Direction) -> String {
    let rankdir = match direction {
        Direction::TopToBottom => "TB",
        Direction::LeftToRight => "LR",
    };
    let mut dot = format!(
        "digraph chunkwise {{\n  graph [rankdir={rankdir}, bgcolor=transparent, tooltip={}];\n  node [shape=box, \
         fontname=\"Helvetica\", fontsize=11, fontcolor=\"{INK}\", margin=\"0.12,0.06\", height=0.3];\n  edge \
         [color=\"{ARROW}\", arrowsize=0.7];\n",
        quoted([caption(graph).as_str()]),
    );
    for (number, node) in graph.nodes.iter().enumerate() {
        let style = style(node.family);
        let lines = label(node);
        let tip = std::iter::once(&node.name).chain(&node.notes).map(String::as_str);
        dot.push_str(&format!(
            "  n{number} [label={}, tooltip={}, style=\"{}\", fillcolor=\"{}\", color=\"{}\", penwidth={}];\n",
            quoted(lines.iter().map(|(line, _, _)| line.as_str())),
            quoted(tip),
            if node.is_source { "filled" } else { "filled,rounded" },
            style.fill,
            style.border,
            if node.is_root { 3 } else { 1 },
        ));
    }
    for (from, to) in &graph.edges {
        dot.push_str(&format!("  n{from} -> n{to};\n"));
    }
    dot.push_str("}\n");
    dot
}

/// Lines as one quoted string. In labels a backslash begins an escape sequence, so it is doubled.
fn quoted<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let escape = |line: &str| -> String {
        line.chars()
            .flat_map(|c| match c {
                '"' => vec!['\\', '"'],
                '\\' => vec!['\\', '\\'],
                c if c.is_control() => vec![' '],
                c => vec![c],
            })
            .collect()
    };
    let lines: Vec<String> = lines.into_iter().map(escape).collect();
    format!("\"{}\"", lines.join("\\n"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_and_backslashes() {
        assert_eq!(quoted(["a \"b\"", "c\\d\ne"]), r#""a \"b\"\nc\\d e""#);
    }
}
