//! What a component or a bundle says of itself, who vouches for it, and where that differs from what the bytes do. Nothing is
//! executed.

use bundle::Bundle;
use bundle::component::surface;
use bundle::manifest::{ConfigSchema, EmbeddedError, Manifest};
use bundle::oci::media_type;
use pipeline::definition::Grant;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::report::paint::{FAILED, NAME, PASSED, harmless, paint};
use crate::sharing::{trust, words};

/// Longest text of the plugin's that is shown, in characters.
const SHOWN: usize = 300;

/// The claims and how they stand.
pub struct Claims {
    manifest: Option<(Manifest, Option<ConfigSchema>)>,
    /// Where manifest, component and bundle differ.
    differences: Vec<String>,
    bundle: Option<Vouched>,
}

/// A bundle and who stands for it.
struct Vouched {
    digest: String,
    key_ids: Vec<String>,
    /// The signers that the user's trust policy accepts it for, or why it does not.
    verdict: Result<String, String>,
    attached: Vec<&'static str>,
}

impl Claims {
    /// Reads them.
    pub fn of(component: &[u8], bundle: Option<&Bundle>) -> Result<Self, Failure> {
        let mut differences = Vec::new();
        let manifest = match Manifest::embedded_in(component) {
            Ok(found) => Some(found),
            Err(EmbeddedError::Missing) => None,
            Err(error) => {
                differences.push(error.to_string());
                None
            }
        };
        if let (Some((manifest, _)), Ok(surface)) = (&manifest, surface(component)) {
            differences.extend(manifest.differences(&surface).iter().map(ToString::to_string));
        }
        if let Some(error) = bundle.and_then(|bundle| bundle.contents().err()) {
            differences.push(error.to_string());
        }
        Ok(Self { manifest, differences, bundle: bundle.map(Vouched::of).transpose()? })
    }

    /// Whether nothing contradicts them.
    pub fn hold(&self) -> bool {
        self.differences.is_empty()
    }

    /// All that it asks for, where it says so.
    pub fn requested(&self) -> Option<Grant> {
        self.manifest.as_ref().map(|(manifest, _)| manifest.requested())
    }

    /// For a person.
    pub fn show(&self) {
        if let Some(vouched) = &self.bundle {
            say!("  bundle    {}", vouched.digest);
            match &vouched.verdict {
                Ok(signers) => say!("  signed by {signers}"),
                Err(refusal) => {
                    say!("  signed by {}", paint(FAILED, "nobody who is enough for your trust policy"));
                    say!("            {}", harmless(refusal, SHOWN));
                }
            }
            if !vouched.key_ids.is_empty() {
                say!("  key ids   {}", vouched.key_ids.join(", "));
            }
            say!(
                "  attached  {}",
                if vouched.attached.is_empty() { "nothing".into() } else { vouched.attached.join(", ") }
            );
        }
        match &self.manifest {
            Some((manifest, schema)) => {
                let description = harmless(&manifest.description, SHOWN);
                say!("  manifest  {} {}  {description}", paint(NAME, &manifest.id), manifest.version);
                words::manifest_lines(manifest, schema.as_ref());
            }
            None => say!("  manifest  no manifest in it; `selfheal plugin pack` puts one there"),
        }
        if self.manifest.is_some() && self.differences.is_empty() {
            say!("  {}", paint(PASSED, "✓ the manifest is what the component really imports and exports"));
        }
        for difference in &self.differences {
            say!("  {}", paint(FAILED, format!("✗ {}", harmless(difference, SHOWN))));
        }
    }

    /// For a program.
    pub fn add_to(&self, answer: &mut Value) {
        let schema = |schema: &ConfigSchema| serde_json::from_slice::<Value>(schema.as_bytes()).unwrap_or_default();
        answer["manifest"] = json!(self.manifest.as_ref().map(|(manifest, _)| manifest));
        answer["config_schema"] = json!(self.manifest.as_ref().and_then(|(_, found)| found.as_ref().map(schema)));
        answer["differences"] = json!(self.differences);
        answer["bundle"] = json!(self.bundle.as_ref().map(|vouched| json!({
            "manifest": vouched.digest,
            "key_ids": vouched.key_ids,
            "trusted": vouched.verdict.is_ok(),
            "refusal": vouched.verdict.as_ref().err(),
            "attached": vouched.attached,
        })));
    }
}

impl Vouched {
    fn of(bundle: &Bundle) -> Result<Self, Failure> {
        let trust = trust::read(None)?;
        let signatures = bundle.signatures();
        let judged = trust.policy.judge(bundle.digest(), &signatures);
        let verdict = judged.map(|judgement| words::signers(&judgement, &trust)).map_err(|refusal| refusal.to_string());
        let mut attached = Vec::new();
        for (name, kind) in [("bill of materials", media_type::SBOM), ("provenance", media_type::PROVENANCE)] {
            if bundle.attached(kind).next().is_some() {
                attached.push(name);
            }
        }
        let key_ids = signatures.iter().filter_map(bundle::sign::Signature::key_id).collect();
        Ok(Self { digest: bundle.digest().to_string(), key_ids, verdict, attached })
    }
}
