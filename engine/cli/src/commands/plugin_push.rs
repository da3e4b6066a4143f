//! `selfheal plugin push`: a bundle goes to a registry, with its signatures, bill of materials and provenance.

use bundle::registry::ExistingTag;

use crate::args::PushArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::report::paint::{HEALED, NAME, PASSED, paint};
use crate::sharing::client;
use crate::sharing::installed::open;

/// Pushes.
pub fn push(args: &PushArgs) -> Result<u8, Failure> {
    people::must_be_a_person("push a plugin")?;
    let bundle = open(&args.bundle)?;
    // Nobody should publish what nobody could install.
    bundle.contents().map_err(Failure::plugin)?;
    let reference = client::reference(&args.reference)?;
    let registry = client::registry(args.registry, reference.repository.host())?;
    let tag = if args.replace { ExistingTag::Replace } else { ExistingTag::Keep };
    let pushed = registry.push(&bundle, &reference, tag).map_err(|error| client::failed(error, None))?;
    say!("{} {}", paint(PASSED, "✓ pushed"), paint(NAME, &reference));
    say!("  pinned   {}", pushed.pinned);
    let how = if pushed.has_referrers_api { "by the registry" } else { "under a tag, for want of a referrers API" };
    say!("  attached {} (listed {how})", pushed.attachments);
    if bundle.signatures().is_empty() {
        tell!("{} nobody has signed it; others can only take it with --allow-unsigned", paint(HEALED, "warning:"));
    }
    say!("hint: selfheal plugin install {reference}");
    Ok(exit::PASSED)
}
