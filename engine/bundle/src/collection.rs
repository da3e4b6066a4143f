//! A set of plugins in one file: a layout with several bundles, each with its own signatures.
//!
//! A collection is not signed as a whole. Each bundle in it is verified like one that came alone, so that a collection can
//! be put together by anybody, and taken apart again without losing anything.

use std::collections::BTreeMap;

use crate::bundle::{Bundle, ShapeError};
use crate::layout::Layout;
use crate::oci::annotation;

/// Most plugins of one collection.
const MAX_BUNDLES: usize = 256;

/// Bundles with different digests, sorted by id and version as they say them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    bundles: Vec<Bundle>,
}

/// Why a set of bundles is no collection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectionError {
    /// One of them is none.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Nothing is in it.
    #[error("the collection holds no plugin")]
    Empty,
    /// Too many.
    #[error("the collection holds {0} plugins; at most {MAX_BUNDLES} are allowed")]
    TooMany(usize),
    /// Two bundles say that they are the same plugin in the same version.
    #[error("the collection holds {0} twice, with different bytes")]
    Twice(String),
}

impl Collection {
    /// Puts bundles together. The same bundle twice is there once, with the attachments of both.
    pub fn of(bundles: impl IntoIterator<Item = Bundle>) -> Result<Self, CollectionError> {
        let mut by_name: BTreeMap<(String, String), Bundle> = BTreeMap::new();
        for bundle in bundles {
            let says = |key| bundle.annotation(key).unwrap_or_default().to_owned();
            let name = (says(annotation::TITLE), says(annotation::VERSION));
            let Some(present) = by_name.get_mut(&name) else {
                by_name.insert(name, bundle);
                continue;
            };
            if present.digest() != bundle.digest() {
                let (id, version) = name;
                return Err(CollectionError::Twice(crate::text::shown(&format!("{id}@{version}"))));
            }
            bundle.attachments().iter().cloned().for_each(|attachment| present.attach(attachment));
        }
        match by_name.len() {
            0 => Err(CollectionError::Empty),
            count if count > MAX_BUNDLES => Err(CollectionError::TooMany(count)),
            _ => Ok(Self { bundles: by_name.into_values().collect() }),
        }
    }

    /// The bundles of a layout.
    pub fn from_layout(layout: &Layout) -> Result<Self, CollectionError> {
        Self::of(Bundle::all_in(layout)?)
    }

    /// The collection as a layout; the same bundles give the same bytes, in whatever order they came.
    pub fn to_layout(&self) -> Layout {
        let mut layout = Layout::default();
        self.bundles.iter().for_each(|bundle| bundle.add_to(&mut layout));
        layout
    }

    /// The bundles, sorted by id and version.
    pub fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The bundles, to be verified one by one.
    pub fn into_bundles(self) -> Vec<Bundle> {
        self.bundles
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{packed, policy_for, secret_key, signed};
    use crate::verify::verify;

    #[test]
    fn a_collection_comes_back_with_every_signature() {
        let (acme, bolt) = (secret_key(), secret_key());
        let bundles =
            [signed("bolt/b", "1.0.0", &bolt), signed("acme/a", "1.0.0", &acme), signed("acme/a", "1.1.0", &acme)];
        let file = Collection::of(bundles.clone()).expect("it is one").to_layout().to_tar();
        let reversed = Collection::of(bundles.iter().rev().cloned()).expect("it is one").to_layout().to_tar();
        assert_eq!(file, reversed);
        let layout = Layout::read_tar(file.as_slice()).expect("it is read");
        let read = Collection::from_layout(&layout).expect("it is one").into_bundles();
        let titles: Vec<_> = read.iter().filter_map(|bundle| bundle.annotation(annotation::TITLE)).collect();
        assert_eq!(titles, ["acme/a", "acme/a", "bolt/b"]);
        let [a, newer, b] = read.try_into().expect("there are three");
        assert!(verify(a, &[], &policy_for("acme/", &acme)).is_ok());
        assert!(verify(newer, &[], &policy_for("acme/", &acme)).is_ok());
        assert!(verify(b, &[], &policy_for("bolt/", &bolt)).is_ok());
        assert!(matches!(Bundle::from_layout(&layout), Err(ShapeError::NotOne(3))));
    }

    #[test]
    fn the_same_bundle_with_two_signatures_is_one_with_both() {
        let (one, other) = (secret_key(), secret_key());
        let both = [signed("acme/a", "1.0.0", &one), signed("acme/a", "1.0.0", &other)];
        let collection = Collection::of(both).expect("it is one");
        assert_eq!(collection.bundles()[0].signatures().len(), 2);
    }

    #[test]
    fn two_different_bundles_of_one_name_are_refused() {
        let mut forged = packed("acme/a", "1.0.0").document().to_vec();
        forged.push(b'\n');
        let bundle = packed("acme/a", "1.0.0");
        let forged = Bundle::assemble(forged, bundle.config().to_vec(), bundle.component().to_vec(), Vec::new());
        let error = Collection::of([bundle, forged.expect("its shape is right")]);
        assert!(matches!(error, Err(CollectionError::Twice(name)) if name == "acme/a@1.0.0"));
        assert!(matches!(Collection::of([]), Err(CollectionError::Empty)));
    }
}
