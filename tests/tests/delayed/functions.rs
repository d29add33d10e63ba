//! What may be called with what: parameters, arguments, lists, operators, names.

use std::path::Path;
use std::sync::Arc;

use chunkwise::prelude::*;
use num_complex::Complex;

#[derive(Debug, PartialEq)]
struct Table {
    rows: Vec<f64>,
}

fn read(n: usize) -> Table {
    Table { rows: vec![1.0; n] }
}

fn scaled(table: &Table, by: f64) -> f64 {
    table.rows.iter().sum::<f64>() * by
}

fn generic<T: Clone + Send + Sync + 'static>(x: &T) -> Vec<T> {
    vec![x.clone()]
}

#[test]
fn from_none_to_eight_parameters() {
    let k = delayed(|| 7i64);
    assert_eq!(*k.call().compute().unwrap(), 7);
    let one = delayed(|a: &i64| *a).call(k.call());
    let two = delayed(|a: i64, b: &i64| a + b).call(1, &one);
    let three = delayed(|a: i64, b: i64, c: i64| a * b + c).call(two, 2, k.call());
    let four = delayed(|a: i64, b: i64, c: i64, d: i64| a + b + c + d).call(three, 1, 1, 1);
    let five = delayed(|a: i64, b: i64, c: i64, d: i64, e: i64| a + b + c + d + e).call(four, 1, 1, 1, 1);
    let six = delayed(|a: i64, b: i64, c: i64, d: i64, e: i64, f: i64| a + b + c + d + e + f)
        .call(five, 1, 1, 1, 1, 1);
    let seven = delayed(|a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64| a + b + c + d + e + f + g)
        .call(six, 1, 1, 1, 1, 1, 1);
    assert_eq!(*seven.compute().unwrap(), 8 * 2 + 7 + 3 + 4 + 5 + 6);
    let eight =
        delayed(|a: i64, b: &i64, c: f64, d: &str, e: bool, f: &[i64], g: Option<i64>, h: (i64, i64)| {
            a + b + c as i64 + d.len() as i64 + i64::from(e) + f[0] + g.unwrap_or(0) + h.0
        });
    let eight = eight.call(1, k.call(), 1.0, "ab", true, vec![k.call()], None, (7, 8));
    assert_eq!(*eight.compute().unwrap(), 1 + 7 + 1 + 2 + 1 + 7 + 7);
}

#[test]
fn types_of_ones_own_need_nothing() {
    let table = delayed(read).call(3);
    assert_eq!(*delayed(scaled).call(&table, 2.0).compute().unwrap(), 6.0);
    assert_eq!(*delayed(scaled).call(Table { rows: vec![0.5] }, 2.0).compute().unwrap(), 1.0);
    assert_eq!(*table.compute().unwrap(), read(3));
    let lists: Delayed<Vec<i64>> = delayed(generic::<i64>).call(3);
    assert_eq!(*lists.compute().unwrap(), [3]);
    let path = delayed(|p: &Path| p.components().count());
    assert_eq!(*path.call("a/b").compute().unwrap(), 2);
    let scale = 3;
    let captured = delayed(move |v: &i64| v * scale);
    assert_eq!(*captured.call(2).compute().unwrap(), 6);
    fn shareable<T: Send + Sync + Clone>() {}
    shareable::<Delayed<Table>>();
    shareable::<DelayedFn<(Table,), Table>>();
}

#[test]
fn lists_of_any_length() {
    let inc = delayed(|v: &i64| v + 1);
    let sum = delayed(|xs: &[i64]| xs.iter().sum::<i64>());
    for n in [0, 1, 2, 17, 10_000] {
        let values: Vec<Delayed<i64>> = (0..n).map(|v| inc.call(v)).collect();
        let expected = n * (n + 1) / 2;
        assert_eq!(*sum.call(&values).compute().unwrap(), expected);
        assert_eq!(*sum.call(&values[..]).compute().unwrap(), expected);
        assert_eq!(*sum.call(values).compute().unwrap(), expected);
    }
    let one = inc.call(0);
    assert_eq!(*sum.call([&one, &one].map(Clone::clone)).compute().unwrap(), 2);
    assert_eq!(*sum.call(vec![one.clone(); 40]).compute().unwrap(), 40, "one value, many times");
    assert_eq!(*sum.call(vec![1, 2, 3]).compute().unwrap(), 6);
    let order = delayed(|xs: &Vec<i64>| xs.clone()).call((0..50).map(|v| inc.call(v)).collect::<Vec<_>>());
    assert_eq!(*order.compute().unwrap(), (1..51).collect::<Vec<_>>());
}

#[test]
fn lists_of_what_cannot_be_cloned_share() {
    let tables: Vec<Delayed<Table>> = (1..4).map(|n| delayed(read).call(n)).collect();
    let rows = delayed(|tables: &[Arc<Table>]| tables.iter().map(|t| t.rows.len()).sum::<usize>());
    assert_eq!(*rows.call(&tables).compute().unwrap(), 6);
}

#[test]
fn the_last_reader_of_a_value_gets_it_without_a_copy() {
    struct Copied(usize);
    impl Clone for Copied {
        fn clone(&self) -> Self {
            Copied(self.0 + 1)
        }
    }
    let make = delayed(|| Copied(0));
    let copies = delayed(|xs: &[Copied]| xs.iter().map(|x| x.0).sum::<usize>());
    let config = Config::default().threads(1);
    assert_eq!(*copies.call([make.call(), make.call()]).compute_with(&config).unwrap(), 0);
    let kept = make.call().persist().unwrap();
    assert_eq!(*copies.call([kept.clone()]).compute_with(&config).unwrap(), 1, "others hold it");
}

#[test]
fn operators_on_either_side() {
    let (a, b) = (Delayed::new(7i64), Delayed::new(2i64));
    let value = |x: Delayed<i64>| *x.compute().unwrap();
    assert_eq!([value(&a + &b), value(a.clone() + 2), value(7 + &b), value(7 + b.clone())], [9; 4]);
    assert_eq!([value(&a - &b), value(&a - 2), value(7 - &b)], [5; 3]);
    assert_eq!([value(&a * b.clone()), value(a.clone() * &b), value(7 * &b)], [14; 3]);
    assert_eq!([value(&a / &b), value(&a / 2), value(7 / &b)], [3; 3]);
    assert_eq!([value(&a % &b), value(&a % 2), value(7 % &b)], [1; 3]);
    assert_eq!([value(-&a), value(-a.clone())], [-7; 2]);
    let d = Delayed::new(2.0f64);
    assert_eq!(*(1.0 + &d * 3.0 - -&d).compute().unwrap(), 9.0);
    let i = Complex::new(0.0f64, 1.0);
    assert_eq!(*(i * Delayed::new(i)).compute().unwrap(), Complex::new(-1.0, 0.0));
    let numbers: Vec<Delayed<i64>> = (1..=5).map(Delayed::from).collect();
    assert_eq!((value(numbers.iter().sum()), value(numbers.iter().product())), (15, 120));
    assert_eq!(value(numbers.into_iter().sum()), 15);
    let none = || Vec::<Delayed<i64>>::new().into_iter();
    assert_eq!((value(none().sum()), value(none().product())), (0, 1));
    // Not only numbers, and in their order.
    let words = ["a", "b", "c", "d", "e"].map(|w| ndarray::arr1(&[w.len() as f64]));
    let arrays = words.map(Delayed::new);
    let sum = arrays[0].clone() + &arrays[1] + &arrays[2];
    assert_eq!(*sum.compute().unwrap(), ndarray::arr1(&[3.0]));
}

#[test]
fn names_and_cards() {
    let inc = delayed(|v: &i64| v + 1);
    assert_eq!(inc.name(), "closure in names_and_cards");
    assert_eq!(delayed(read).call(1).name(), "read");
    assert_eq!(inc.clone().named("inc").call(1).name(), "inc");
    let x = inc.call(1);
    let named = x.clone().named("first");
    assert_eq!((x.name(), named.name()), ("closure in names_and_cards", "first"));
    assert_eq!(*compute((&x, &named)).unwrap().1, 2);
    assert_eq!((Delayed::new(1) + 1).named("two").name(), "two");
    assert_eq!(Delayed::new(1).named("one").name(), "one");
    assert_eq!(format!("{:?}", x.clone() * 2), "Delayed { name: \"*\", type: i64, tasks: 2 }");
    assert_eq!(format!("{:?}", inc.named("inc")), "DelayedFn { name: \"inc\" }");
}

#[test]
fn a_value_that_is_named_after_others_hold_it_runs_once() {
    let (inc, calls) = crate::support::counted_inc();
    let x = inc.call(1);
    let named = x.clone().named("first");
    let (a, b) = compute((&x, &named)).unwrap();
    assert!(Arc::ptr_eq(&a, &b));
    assert_eq!(calls.take(), 1);
}
