//! The book holds together: its list names every chapter, links lead somewhere, and pictures are there and shown.
//! Its code is tested as documentation of this package (`src/book.rs`).

use std::collections::BTreeSet;
use std::fs;

use chunkwise_tests::{CHAPTERS, book};

fn read(chapter: &str) -> String {
    fs::read_to_string(book().join(chapter)).unwrap_or_else(|error| panic!("{chapter}: {error}"))
}

/// Where the links and pictures of a text lead, code blocks left out.
fn targets(text: &str) -> Vec<String> {
    let mut code = false;
    let prose = text.lines().filter(|line| {
        let fence = line.starts_with("```");
        code ^= fence;
        !code && !fence
    });
    let mut targets = Vec::new();
    for line in prose {
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let included = line.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next());
        targets.extend(links.chain(included).map(str::to_owned));
    }
    targets
}

/// The anchors that mdBook and GitHub give to the headings of a chapter.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#') && line.contains("# "));
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        kept.chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn the_summary_lists_every_chapter_once() {
    let listed = targets(&read("SUMMARY.md"));
    assert_eq!(listed, CHAPTERS, "src/book.rs and SUMMARY.md differ");
    let files = fs::read_dir(book()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let chapters: BTreeSet<String> =
        files.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect();
    assert_eq!(chapters, CHAPTERS.iter().map(|&name| name.to_owned()).collect());
}

#[test]
fn links_lead_somewhere() {
    for &chapter in CHAPTERS {
        for target in targets(&read(chapter)) {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let file = if file.is_empty() { chapter } else { file };
            assert!(book().join(file).exists(), "{chapter} leads to {target}");
            assert!(
                anchor.is_empty() || anchors(&read(file)).contains(anchor),
                "{chapter}: no heading for {target}"
            );
        }
    }
}

#[test]
fn every_picture_is_shown() {
    let shown: BTreeSet<String> = CHAPTERS.iter().flat_map(|chapter| targets(&read(chapter))).collect();
    for file in fs::read_dir(book().join("pictures")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(shown.contains(&format!("pictures/{name}")), "nothing shows {name}");
    }
}
