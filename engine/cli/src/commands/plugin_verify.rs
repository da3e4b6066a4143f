//! `selfheal plugin verify`: who signed a bundle, and is it what they signed?

use anyhow::{Context as _, anyhow};
use bundle::Bundle;
use bundle::collection::Collection;
use bundle::keys::PublicKey;
use bundle::layout::Layout;
use bundle::oci::annotation;
use bundle::sign::Signature;
use bundle::trust::TrustPolicy;
use bundle::verify::{Verified, verify as verify_bundle};

use crate::args::VerifyArgs;
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::offer::check_loadable;
use crate::sharing::trust::{self, Trust, public_key};
use crate::sharing::words;

/// Whose word counts.
enum Judge {
    Key(PublicKey),
    Policy(Trust),
}

/// Verifies. One bundle of a collection that is refused refuses all of it.
pub fn verify(args: &VerifyArgs) -> Result<u8, Failure> {
    let failed =
        |error: anyhow::Error| Failure::plugin(error.context(format!("open the bundle {}", args.bundle.display())));
    let layout = Layout::open(&args.bundle).map_err(|error| failed(error.into()))?;
    let bundles = Collection::from_layout(&layout).map_err(|error| failed(error.into()))?.into_bundles();
    let detached = args.signature.iter().map(|file| {
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()));
        let text = text.map_err(Failure::bad_input)?;
        Signature::parse(&text).map_err(|error| Failure::bad_input(anyhow!("read {}: {error}", file.display())))
    });
    let detached = detached.collect::<Result<Vec<Signature>, Failure>>()?;
    let judge = match &args.key {
        Some(key) => Judge::Key(public_key(key)?),
        None => Judge::Policy(trust::read(args.trust.trust.as_deref())?),
    };
    for bundle in bundles {
        let (verified, by) = match &judge {
            Judge::Key(key) => by_key(bundle, &detached, key)?,
            Judge::Policy(trust) => by_policy(bundle, &detached, trust)?,
        };
        check_loadable(verified.bundle().component())?;
        let manifest = &verified.contents().manifest;
        say!("{} {} {}", paint(PASSED, "✓ verified"), paint(NAME, &manifest.id), manifest.version);
        say!("  signed by {by}");
        say!("  bundle    {}", verified.digest());
        say!("  component {}", verified.bundle().component_digest());
        words::manifest_lines(manifest, verified.contents().schema.as_ref());
    }
    Ok(exit::PASSED)
}

fn by_policy(bundle: Bundle, detached: &[Signature], trust: &Trust) -> Result<(Verified, String), Failure> {
    let verified = verify_bundle(bundle, detached, &trust.policy).map_err(|error| trust.refusal(error))?;
    let by = words::signers(verified.judgement(), trust);
    Ok((verified, by))
}

/// By one key, as a policy that trusts it with this plugin and with nothing else.
fn by_key(bundle: Bundle, detached: &[Signature], key: &PublicKey) -> Result<(Verified, String), Failure> {
    let id = bundle.annotation(annotation::TITLE).unwrap_or_default().to_owned();
    let text = format!(
        "version = 1\n[keys]\nkey = \"{key}\"\n[[trust]]\nplugin = {}\nall-of = [\"key\"]\n",
        toml::Value::String(id)
    );
    let policy = TrustPolicy::parse(&text).map_err(Failure::plugin)?;
    let verified = verify_bundle(bundle, detached, &policy).map_err(Failure::plugin)?;
    Ok((verified, paint(PASSED, key)))
}
