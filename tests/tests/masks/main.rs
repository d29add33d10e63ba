//! Masks and arrays whose length depends on one, against the same choice made one element at a time.

mod joined;
mod lengths;
mod values;
