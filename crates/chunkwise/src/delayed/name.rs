//! Names of functions, from the names of their types.

/// The name of a function without its path, or where a closure was written: `square`, `closure in main`.
pub(crate) fn short<F>() -> String {
    shorten(std::any::type_name::<F>())
}

fn shorten(full: &str) -> String {
    let mut depth = 0usize;
    let mut segments = vec![String::new()];
    let mut characters = full.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '<' => depth += 1,
            // Not the one of an arrow.
            '>' => depth = depth.saturating_sub(1),
            '-' if characters.peek() == Some(&'>') => {
                characters.next();
            }
            _ if depth > 0 => {}
            ':' if characters.peek() == Some(&':') => {
                characters.next();
                segments.push(String::new());
            }
            _ => segments.last_mut().expect("one at least").push(character),
        }
    }
    segments.retain(|segment| !segment.is_empty());
    let closure = segments.iter().any(|segment| segment == "{{closure}}");
    match segments.iter().rfind(|segment| *segment != "{{closure}}") {
        Some(name) if closure => format!("closure in {name}"),
        Some(name) => name.clone(),
        None => "closure".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{short, shorten};

    fn square(v: i64) -> i64 {
        v * v
    }

    fn name_of<F>(_: F) -> String {
        short::<F>()
    }

    #[test]
    fn names() {
        assert_eq!(name_of(square), "square");
        assert_eq!(name_of(i64::abs), "abs");
        assert_eq!(name_of(|v: i64| v), "closure in names");
        assert_eq!(name_of(Vec::<Option<i64>>::len), "len");
        for (full, name) in [
            ("a::b::function", "function"),
            ("a::generic<alloc::vec::Vec<i64>>", "generic"),
            ("<a::Table as a::Rows>::rows", "rows"),
            ("a::main::{{closure}}::{{closure}}", "closure in main"),
            ("<a::Table as a::Rows<fn(i64) -> u8>>::rows::{{closure}}", "closure in rows"),
            ("{{closure}}", "closure"),
        ] {
            assert_eq!(shorten(full), name);
        }
    }
}
