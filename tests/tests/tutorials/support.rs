//! What the modules share: counted calls, threads that meet, and pictures taken apart.

use chunkwise::prelude::*;
use chunkwise::{Direction, Picture};
pub(crate) use chunkwise_tests::{Calls, Meeting};
use roxmltree::Document;

/// The names of the boxes of a drawn graph, and its arrows.
pub(crate) struct Drawing {
    pub(crate) boxes: Vec<String>,
    pub(crate) arrows: Vec<(usize, usize)>,
}

impl Drawing {
    /// Draws from left to right, into an SVG and a DOT file, and takes both apart.
    pub(crate) fn of<C: Compute>(what: C, optimised: bool) -> Drawing {
        let folder = tempfile::tempdir().unwrap();
        let picture = Picture::new(what).direction(Direction::LeftToRight).optimised(optimised);
        let [svg, dot] = ["graph.svg", "graph.dot"].map(|name| {
            let path = folder.path().join(name);
            picture.write(&path).unwrap();
            std::fs::read_to_string(path).unwrap()
        });
        assert!(dot.contains("rankdir=LR"), "{dot}");

        let document = Document::parse(&svg).unwrap();
        let of_class = |class| document.descendants().filter(move |n| n.attribute("class") == Some(class));
        let name = |group: roxmltree::Node<'_, '_>| {
            let text = group.children().find(|n| n.tag_name().name() == "text");
            text.and_then(|text| text.text()).unwrap().to_owned()
        };
        let boxes: Vec<String> = of_class("box").map(name).collect();
        let number = |text: &str| text.trim().trim_end_matches(';').trim_start_matches('n').parse().unwrap();
        let arrow = |line: &str| line.split_once(" -> ").map(|(from, to)| (number(from), number(to)));
        let arrows: Vec<(usize, usize)> = dot.lines().filter_map(arrow).collect();
        assert_eq!(arrows.len(), of_class("arrow").count(), "both formats draw the same");
        Drawing { boxes, arrows }
    }

    /// How many boxes have this name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.boxes.iter().filter(|b| *b == name).count()
    }

    /// The names of the boxes that arrows lead from, to the box of this name, sorted.
    #[track_caller]
    pub(crate) fn inputs(&self, name: &str) -> Vec<&str> {
        let to = self.boxes.iter().rposition(|b| b == name).unwrap();
        let mut inputs: Vec<&str> =
            self.arrows.iter().filter(|arrow| arrow.1 == to).map(|arrow| &self.boxes[arrow.0][..]).collect();
        inputs.sort_unstable();
        inputs
    }

    /// Boxes on the longest way along the arrows.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![1; self.boxes.len()];
        let mut arrows = self.arrows.clone();
        arrows.sort_unstable();
        for (from, to) in arrows {
            assert!(from < to, "boxes are numbered with what is read first");
            depths[to] = depths[to].max(depths[from] + 1);
        }
        depths.into_iter().max().unwrap_or(0)
    }
}
