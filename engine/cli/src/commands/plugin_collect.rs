//! `selfheal plugin collect`: several bundles in one file, each with its own signatures.

use bundle::collection::Collection;

use crate::args::CollectArgs;
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::installed::{open, replace};

/// Collects.
pub fn collect(args: &CollectArgs) -> Result<u8, Failure> {
    let bundles = args.bundles.iter().map(|path| open(path)).collect::<Result<Vec<_>, Failure>>()?;
    let collection = Collection::of(bundles).map_err(Failure::plugin)?;
    replace(&args.output, &collection.to_layout().to_tar())?;
    let count = collection.bundles().len();
    say!("{} {count} plugins: {}", paint(PASSED, "✓ collected"), paint(NAME, args.output.display()));
    say!("hint: selfheal plugin install {}", args.output.display());
    Ok(exit::PASSED)
}
