//! What a graph has, as far as passes ask, so that none looks through all nodes for what is not there.

use crate::node::Kind;

/// What a node is to the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// A view.
    View,
    /// A rechunk.
    Rechunk,
    /// A reshape.
    Reshape,
    /// A contraction.
    Contraction,
    /// A selection.
    Selection,
    /// A delayed value that no other node can be equal to.
    UniqueValue,
    /// A delayed value that may be merged with an equal one.
    PureValue,
    /// Anything else.
    Other,
}

impl Feature {
    /// What a node of this kind is.
    pub(crate) fn of(kind: &Kind) -> Feature {
        match kind {
            Kind::View(_) => Feature::View,
            Kind::Rechunk => Feature::Rechunk,
            Kind::Reshape => Feature::Reshape,
            Kind::Contract { .. } => Feature::Contraction,
            Kind::Selection(_) => Feature::Selection,
            Kind::Call(function) if function.is_pure() => Feature::PureValue,
            Kind::Call(_) | Kind::Value { .. } => Feature::UniqueValue,
            Kind::Fill(_)
            | Kind::Coord(_)
            | Kind::Memory(_)
            | Kind::Persisted(_)
            | Kind::Region(_)
            | Kind::Blocks { .. }
            | Kind::Elementwise(_)
            | Kind::Reduce { .. }
            | Kind::Grouped { .. }
            | Kind::Concatenate { .. }
            | Kind::Scan { .. }
            | Kind::Order { .. }
            | Kind::FromValues(_) => Feature::Other,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Features(u8);

impl Features {
    /// Adds what a node is.
    pub(crate) fn add(&mut self, feature: Feature) {
        self.0 |= feature.bit();
    }

    /// Whether there is this feature.
    pub(crate) fn any(self, feature: Feature) -> bool {
        self.0 & feature.bit() != 0
    }

    /// Whether there is another feature.
    pub(crate) fn any_but(self, feature: Feature) -> bool {
        self.0 & !feature.bit() != 0
    }

    /// Whether there is nothing but delayed values.
    pub(crate) fn only_values(self) -> bool {
        self.0 & !(Feature::UniqueValue.bit() | Feature::PureValue.bit()) == 0
    }
}
