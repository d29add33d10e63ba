//! How wide text is, and where to break it.
//!
//! A picture does not know the font that a reader's machine will choose. Widths here are those of a wide sans-serif
//! face (as DejaVu Sans and Verdana are), so that text fits with any common one.

/// The fonts asked for.
pub(crate) const FONTS: &str = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

/// Widths of the printable ASCII characters, from the space on, in hundredths of the font size.
#[rustfmt::skip]
const WIDTHS: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
    69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
    82, 59, 59, 52, 64, 34, 64, 84,
];

/// The width of bold text in that of regular.
const BOLD: f64 = 1.13;

/// The width of a line of text in a font of this size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let hundredths: u32 = text
        .chars()
        .map(|c| match c {
            ' '..='~' => u32::from(WIDTHS[c as usize - ' ' as usize]),
            // Letters with accents, Greek and Cyrillic; then signs and everything as wide as a square.
            '\u{a0}'..='\u{5ff}' => 85,
            _ => 105,
        })
        .sum();
    f64::from(hundredths) * size / 100.0
}

/// The width of a line of bold text.
pub(crate) fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size) * BOLD
}

/// Breaks text into lines of about this many characters, after spaces and punctuation where there are any, and
/// leaves out the middle of what would need more than `most` lines.
pub(crate) fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    // What cannot be shown on a line is a space.
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let count = text.chars().count();
    if count > columns * most {
        // Lines that break early need room.
        let kept = columns * most * 4 / 5;
        let head: String = text.chars().take(kept - kept / 2).collect();
        let tail: String = text.chars().skip(count - kept / 2).collect();
        return break_lines(&format!("{head}…{tail}"), columns);
    }
    break_lines(&text, columns)
}

fn break_lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.trim().chars().collect();
    while rest.len() > columns {
        let is_break =
            |&i: &usize| matches!(rest[i - 1], ' ' | ',' | '/' | '\\' | '_' | '-' | ':' | '.' | ')');
        // A line that would be shorter than a third is broken anywhere instead.
        let at = ((columns / 3).max(1)..=columns).rev().find(is_break).unwrap_or(columns);
        let tail = rest.split_off(at);
        lines.push(rest.into_iter().collect::<String>().trim().to_owned());
        rest = tail;
        let spaces = rest.iter().take_while(|c| **c == ' ').count();
        rest.drain(..spaces);
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(rest.into_iter().collect());
    }
    lines
}

/// Text as it stands in XML and HTML, in content and in quoted attributes. Characters that XML cannot hold are
/// replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_text_is_wider() {
        assert!(width("iiii", 10.0) < width("mmmm", 10.0));
        assert_eq!(width("", 10.0), 0.0);
        assert!(bold_width("sum", 12.0) > width("sum", 12.0));
        assert!(width("数", 10.0) >= 10.0);
    }

    #[test]
    fn lines_break_where_words_end() {
        assert_eq!(wrap("sum", 12, 3), ["sum"]);
        assert_eq!(wrap("", 12, 3), [""]);
        assert_eq!(wrap("sub, powi, mul, add, mean", 12, 3), ["sub, powi,", "mul, add,", "mean"]);
        assert_eq!(wrap("temperature_at_the_surface", 12, 3), ["temperature_", "at_the_", "surface"]);
        assert_eq!(wrap("abcdefghijklmnop", 6, 3), ["abcdef", "ghijkl", "mnop"]);
        assert_eq!(wrap("two\nlines", 12, 3), ["two lines"]);
        for columns in [3, 7, 20] {
            for text in ["a".repeat(500), "word ".repeat(100), "é, ".repeat(99)] {
                for line in wrap(&text, columns, 3) {
                    assert!(line.chars().count() <= columns, "{line:?}");
                }
            }
        }
        let long = wrap(&"abc".repeat(100), 10, 3);
        assert!(long.len() <= 4 && long.concat().contains('…'));
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("a<b> & \"c\"\u{0}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
    }
}
