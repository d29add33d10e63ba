use super::*;

/// A small generator of numbers (xorshift after Marsaglia).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

type Graph = (Vec<Point>, Vec<(u32, u32)>);

fn sizes(numbers: &mut Numbers, count: usize) -> Vec<Point> {
    (0..count).map(|_| (40.0 + numbers.below(160) as f64, 24.0 + numbers.below(40) as f64)).collect()
}

fn random(seed: u64, count: usize, edges: usize) -> Graph {
    let mut numbers = Numbers(seed * 7919 + 1);
    let sizes = sizes(&mut numbers, count);
    let mut chosen: Vec<(u32, u32)> = (0..edges)
        .map(|_| (numbers.below(count) as u32, numbers.below(count) as u32))
        .filter(|(a, b)| a != b)
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    chosen.sort_unstable_by_key(|&(a, b)| (b, a));
    chosen.dedup();
    (sizes, chosen)
}

/// Blocks, their transposes, the sums of both, and the sum of all.
fn transposed(n: usize) -> Graph {
    let at = |layer: usize, i: usize, j: usize| (layer * n * n + i * n + j) as u32;
    let mut edges = Vec::new();
    for i in 0..n {
        for j in 0..n {
            edges.extend([
                (at(0, j, i), at(1, i, j)),
                (at(0, i, j), at(2, i, j)),
                (at(1, i, j), at(2, i, j)),
            ]);
            edges.push((at(2, i, j), at(3, 0, 0)));
        }
    }
    (vec![(70.0, 40.0); 3 * n * n + 1], edges)
}

/// A reduction of `n` boxes in groups of `by`.
fn tree(n: usize, by: usize) -> Graph {
    let mut level: Vec<u32> = (0..n as u32).collect();
    let (mut count, mut edges) = (n as u32, Vec::new());
    while level.len() > 1 {
        level = level
            .chunks(by)
            .map(|group| {
                edges.extend(group.iter().map(|&g| (g, count)));
                count += 1;
                count - 1
            })
            .collect();
    }
    (vec![(62.0, 38.0); count as usize], edges)
}

fn graphs() -> Vec<(String, Graph)> {
    let mut graphs = vec![
        ("nothing".to_owned(), (Vec::new(), Vec::new())),
        ("one box".to_owned(), (vec![(80.0, 30.0)], Vec::new())),
        ("apart".to_owned(), (vec![(80.0, 30.0); 150], Vec::new())),
        ("chain".to_owned(), (vec![(80.0, 30.0); 300], (1..300).map(|i| (i - 1, i)).collect())),
        ("fan".to_owned(), (vec![(60.0, 30.0); 120], (1..120).map(|i| (0, i)).collect())),
        (
            "all of first".to_owned(),
            (vec![(60.0, 30.0); 60], (1..60).flat_map(|i| [(0, i), (i - 1, i)]).skip(1).collect()),
        ),
        (
            "all to all".to_owned(),
            (vec![(60.0, 30.0); 40], (20..40).flat_map(|i| (0..20).map(move |j| (j, i))).collect()),
        ),
    ];
    graphs.extend([1, 2, 3, 5, 9].map(|n| (format!("transposed {n}"), transposed(n))));
    graphs.extend([(100, 100), (100, 4), (500, 16)].map(|(n, by)| (format!("tree {n} {by}"), tree(n, by))));
    graphs.extend((0..30).map(|seed| (format!("random {seed}"), random(seed, 30, 45))));
    graphs.extend((0..4).map(|seed| (format!("large {seed}"), random(seed, 300, 450))));
    graphs
}

fn inside(rect: &Rect, (x, y): Point, margin: f64) -> bool {
    x > rect.x + margin
        && x < rect.x + rect.width - margin
        && y > rect.y + margin
        && y < rect.y + rect.height - margin
}

/// Points along a route, close to each other.
fn points(route: &Route) -> Vec<Point> {
    const STEPS: usize = 40;
    let mut at = route.start;
    let mut points = vec![at];
    for segment in &route.segments {
        for step in 1..=STEPS {
            let t = step as f64 / STEPS as f64;
            let u = 1.0 - t;
            points.push(match *segment {
                Segment::Line(to) => (at.0 * u + to.0 * t, at.1 * u + to.1 * t),
                Segment::Curve(a, b, to) => {
                    let [p, q, r, s] = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
                    (p * at.0 + q * a.0 + r * b.0 + s * to.0, p * at.1 + q * a.1 + r * b.1 + s * to.1)
                }
            });
        }
        let (Segment::Line(to) | Segment::Curve(_, _, to)) = *segment;
        at = to;
    }
    points
}

/// Whether a route runs through a point, or begins there.
fn meets(route: &Route, (x, y): Point) -> bool {
    let points = points(route);
    points.windows(2).any(|pair| {
        let ((a, b), (c, d)) = (pair[0], pair[1]);
        let length = ((c - a).powi(2) + (d - b).powi(2)).max(1e-12);
        let along = (((x - a) * (c - a) + (y - b) * (d - b)) / length).clamp(0.0, 1.0);
        (a + along * (c - a) - x).hypot(b + along * (d - b) - y) < 0.5
    })
}

#[test]
fn boxes_do_not_overlap_and_arrows_run_through_none() {
    for (name, (sizes, edges)) in graphs() {
        for direction in [Direction::TopToBottom, Direction::LeftToRight] {
            let layout = layout(&sizes, &edges, direction);
            assert_eq!((layout.boxes.len(), layout.routes.len()), (sizes.len(), edges.len()));
            for (i, a) in layout.boxes.iter().enumerate() {
                assert_eq!((a.width, a.height), sizes[i], "{name}");
                assert!(a.x >= -0.01 && a.x + a.width <= layout.width + 0.01, "{name} {direction:?}");
                assert!(a.y >= -0.01 && a.y + a.height <= layout.height + 0.01, "{name} {direction:?}");
                for b in &layout.boxes[..i] {
                    let apart = a.x + a.width + 8.0 <= b.x
                        || b.x + b.width + 8.0 <= a.x
                        || a.y + a.height + 8.0 <= b.y
                        || b.y + b.height + 8.0 <= a.y;
                    assert!(apart, "{name} {direction:?}: {a:?} {b:?}");
                }
            }
            for (&(from, to), route) in edges.iter().zip(&layout.routes) {
                let points = points(route);
                for &point in &points {
                    assert!(inside(&whole(&layout), point, -0.1), "{name} {direction:?} {point:?}");
                    let hit = layout.boxes.iter().position(|rect| inside(rect, point, 0.01));
                    assert_eq!(hit, None, "{name} {direction:?}: an arrow from {from} to {to}");
                }
                let last = *points.last().unwrap();
                // It begins at its box, or where it leaves the way of another arrow from there.
                let mut others = edges.iter().zip(&layout.routes).filter(|((other, _), _)| *other == from);
                let begins = inside(&layout.boxes[from as usize], route.start, -0.1)
                    || others.any(|(_, other)| other != route && meets(other, route.start));
                assert!(begins, "{name} {direction:?}: an arrow from {from} to {to}");
                assert!(inside(&layout.boxes[to as usize], last, -0.1), "{name} {direction:?}");
                let forwards = match direction {
                    Direction::TopToBottom => last.1 > route.start.1,
                    Direction::LeftToRight => last.0 > route.start.0,
                };
                assert!(forwards, "{name} {direction:?}");
            }
        }
    }
}

fn whole(layout: &Layout) -> Rect {
    Rect { x: 0.0, y: 0.0, width: layout.width, height: layout.height }
}

#[test]
fn the_same_graph_is_drawn_the_same() {
    for (_, (sizes, edges)) in graphs().into_iter().take(20) {
        let draw = || layout(&sizes, &edges, Direction::TopToBottom);
        assert_eq!(draw(), draw());
    }
}

#[test]
fn a_chain_is_straight_and_a_tree_is_symmetrical() {
    let sizes = vec![(80.0, 30.0), (40.0, 30.0), (120.0, 30.0)];
    let chain = layout(&sizes, &[(0, 1), (1, 2)], Direction::TopToBottom);
    for rect in &chain.boxes {
        assert!((rect.x + rect.width / 2.0 - 60.0).abs() < 0.1, "{rect:?}");
    }
    assert!(chain.routes.iter().all(|route| route.segments.len() == 1));
    let (sizes, edges) = tree(4, 4);
    let tree = layout(&sizes, &edges, Direction::TopToBottom);
    let centre = |i: usize| tree.boxes[i].x + tree.boxes[i].width / 2.0;
    assert!((centre(4) - (centre(0) + centre(3)) / 2.0).abs() < 0.5);
}

#[test]
fn orders_without_crossings_are_found() {
    // Two crossed pairs, and a tree whose leaves are listed out of order.
    for (count, edges) in
        [(4, vec![(0, 3), (1, 2)]), (9, vec![(0, 6), (1, 7), (2, 6), (3, 7), (4, 6), (5, 7), (6, 8), (7, 8)])]
    {
        let sizes = vec![(40.0, 20.0); count];
        let ranks = ranks::ranks(count, &edges);
        let keys: Vec<f64> = (0..count).map(|i| i as f64).collect();
        let mut layered = ranks::layer(&sizes, &edges, &ranks, &keys);
        order::order(&mut layered);
        let mut positions = vec![0; layered.vertices.len()];
        for rank in &layered.ranks {
            rank.iter().enumerate().for_each(|(i, &vertex)| positions[vertex as usize] = i as u32);
        }
        assert_eq!(order::crossings(&layered, &positions), 0);
    }
}

#[test]
fn wide_ranks_become_rows() {
    let (sizes, edges) = tree(100, 100);
    let drawn = layout(&sizes, &edges, Direction::TopToBottom);
    assert!(drawn.width < 2000.0 && drawn.width < 4.0 * drawn.height, "{} x {}", drawn.width, drawn.height);
}
