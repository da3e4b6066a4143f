//! What the bytes of a component say by parsing alone, and the custom sections that a bundle adds to them.
//!
//! Nothing is compiled and nothing is executed. A component is walked at its top level only: nested modules and components
//! are skipped, so that a section hidden inside of them is never taken for the plugin's own.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use wasmparser::{Encoding, KnownCustom, Parser, Payload};

/// Largest component. The plugin host loads no larger one.
pub const MAX_COMPONENT_BYTES: u64 = 64 << 20;
/// Imports and exports of one component; a hostile one has millions.
const MAX_NAMES: usize = 10_000;
/// Length of one name.
const MAX_NAME_BYTES: usize = 1024;

/// The package of the contract.
pub const PACKAGE: &str = "selfheal:plugin/";

/// What a component exports and imports, by full names such as `selfheal:plugin/healer@0.1.0`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    /// Sorted, each once.
    pub exports: Vec<String>,
    /// Sorted, each once.
    pub imports: Vec<String>,
}

/// A tool that worked on a component, from its `producers` section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Producer {
    /// `language`, `processed-by` or `sdk`.
    pub field: String,
    /// E.g. `Rust`.
    pub name: String,
    /// E.g. `1.95.0`; may be empty.
    pub version: String,
}

/// Why bytes are no component.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// Too large.
    #[error("the component has {0} bytes; at most {MAX_COMPONENT_BYTES} are allowed")]
    TooLarge(u64),
    /// Not WebAssembly; precompiled machine code is not either.
    #[error("this is not WebAssembly")]
    NotWasm,
    /// A core module.
    #[error("this is a core WebAssembly module, not a component; build it for the target wasm32-wasip2")]
    CoreModule,
    /// Broken.
    #[error("the component is not valid: {0}")]
    Invalid(String),
    /// More than a reader bears.
    #[error(
        "the component has more than {MAX_NAMES} imports or exports, or one whose name is longer than {MAX_NAME_BYTES} bytes"
    )]
    TooManyNames,
    /// The same section twice: which one counts would be a matter of taste.
    #[error("the component has more than one section {0}")]
    SectionTwice(String),
}

/// Reads exports and imports.
pub fn surface(component: &[u8]) -> Result<Surface, ComponentError> {
    let mut found = Surface::default();
    walk(component, |part| {
        let (names, name) = match part {
            Part::Export(name) => (&mut found.exports, name),
            Part::Import(name) => (&mut found.imports, name),
            Part::Custom { .. } => return Ok(()),
        };
        if names.len() >= MAX_NAMES || name.len() > MAX_NAME_BYTES {
            return Err(ComponentError::TooManyNames);
        }
        names.push(name.to_owned());
        Ok(())
    })?;
    for names in [&mut found.exports, &mut found.imports] {
        names.sort_unstable();
        names.dedup();
    }
    Ok(found)
}

/// The content of the only top-level custom section of this name.
pub fn section<'a>(component: &'a [u8], wanted: &str) -> Result<Option<&'a [u8]>, ComponentError> {
    let mut found = None;
    walk(component, |part| match part {
        Part::Custom { name, data, .. } if name == wanted && found.replace(data).is_some() => {
            Err(ComponentError::SectionTwice(wanted.to_owned()))
        }
        _ => Ok(()),
    })?;
    Ok(found)
}

/// The component without its top-level custom sections of these names.
pub fn without_sections(component: &[u8], names: &[&str]) -> Result<Vec<u8>, ComponentError> {
    let mut dropped: Vec<Range<usize>> = Vec::new();
    walk(component, |part| {
        if let Part::Custom { name, whole, .. } = part
            && names.contains(&name)
        {
            dropped.push(whole);
        }
        Ok(())
    })?;
    let mut result = Vec::with_capacity(component.len());
    let mut at = 0;
    for range in dropped {
        result.extend_from_slice(&component[at..range.start]);
        at = range.end;
    }
    result.extend_from_slice(&component[at..]);
    Ok(result)
}

/// The component with these custom sections at its end, in place of earlier ones of the same names.
pub fn with_sections(component: &[u8], sections: &[(&str, &[u8])]) -> Result<Vec<u8>, ComponentError> {
    let names: Vec<&str> = sections.iter().map(|(name, _)| *name).collect();
    let mut result = without_sections(component, &names)?;
    for (name, data) in sections {
        let mut content = leb128(name.len());
        content.extend_from_slice(name.as_bytes());
        content.extend_from_slice(data);
        result.push(0);
        result.extend(leb128(content.len()));
        result.extend(content);
    }
    Ok(result)
}

/// The tools that the component, or a module within it, says it was made with; sorted, each once. What cannot be read is
/// left out: it is hearsay anyway.
pub fn producers(component: &[u8]) -> Vec<Producer> {
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(component).map_while(Result::ok) {
        let Payload::CustomSection(section) = payload else { continue };
        let KnownCustom::Producers(fields) = section.as_known() else { continue };
        for field in fields.into_iter().map_while(Result::ok) {
            for value in field.values.into_iter().map_while(Result::ok) {
                if found.len() >= MAX_NAMES {
                    break;
                }
                found.push(Producer {
                    field: field.name.to_owned(),
                    name: value.name.to_owned(),
                    version: value.version.to_owned(),
                });
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Splits `selfheal:plugin/healer@0.1.0` into `healer` and `0.1.0`; `None` for names of other packages.
pub fn contract_interface(name: &str) -> Option<(&str, &str)> {
    let interface = name.strip_prefix(PACKAGE)?;
    Some(interface.split_once('@').unwrap_or((interface, "")))
}

/// One thing at the top level of a component.
enum Part<'a> {
    Export(&'a str),
    Import(&'a str),
    Custom {
        name: &'a str,
        data: &'a [u8],
        /// With the section's id and size.
        whole: Range<usize>,
    },
}

fn walk<'a>(
    component: &'a [u8],
    mut visit: impl FnMut(Part<'a>) -> Result<(), ComponentError>,
) -> Result<(), ComponentError> {
    refuse_other_formats(component)?;
    let invalid = |error: wasmparser::BinaryReaderError| ComponentError::Invalid(error.to_string());
    let mut parser = Parser::new(0);
    let mut at = 0_usize;
    loop {
        let rest = component.get(at..).unwrap_or_default();
        let (consumed, payload) = match parser.parse(rest, true).map_err(invalid)? {
            wasmparser::Chunk::Parsed { consumed, payload } => (consumed, payload),
            wasmparser::Chunk::NeedMoreData(_) => return Err(ComponentError::Invalid("it ends too early".to_owned())),
        };
        let start = at;
        at += consumed;
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } => return Err(ComponentError::CoreModule),
            Payload::ComponentImportSection(section) => {
                for import in section {
                    visit(Part::Import(import.map_err(invalid)?.name.name))?;
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    visit(Part::Export(export.map_err(invalid)?.name.name))?;
                }
            }
            Payload::CustomSection(section) => {
                visit(Part::Custom { name: section.name(), data: section.data(), whole: start..at })?;
            }
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                if unchecked_range.end > component.len() {
                    return Err(ComponentError::Invalid("a section is longer than the file".to_owned()));
                }
                at = unchecked_range.end;
            }
            Payload::End(_) => return Ok(()),
            _ => {}
        }
    }
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), ComponentError> {
    let size = bytes.len() as u64;
    if size > MAX_COMPONENT_BYTES {
        return Err(ComponentError::TooLarge(size));
    }
    if Parser::is_core_wasm(bytes) {
        return Err(ComponentError::CoreModule);
    }
    if !Parser::is_component(bytes) {
        return Err(ComponentError::NotWasm);
    }
    Ok(())
}

/// Unsigned LEB128, as every size in WebAssembly is written.
fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests;
