//! The world of a plugin that is not written in Rust.
//!
//! A component of JavaScript or Python imports everything that its world imports, whether it calls it or not, and would need
//! every grant. So the world is made of `plugin.toml`: the roles, what is free, and the capabilities that it asks for.

use bundle::manifest::Manifest;
use plugin_host::api_range::API_VERSION;

/// The name of the world, and of its package.
pub const NAME: &str = "project";
/// Where the contract lies, relative to `wit/` of the project.
pub const CONTRACT_FOLDER: &str = "deps/selfheal-plugin";
/// The file, relative to `wit/`.
pub const FILE: &str = "project.wit";

/// Interfaces that need no grant.
const FREE: &[&str] = &["types", "log", "config", "log-source"];

/// The world as WIT.
pub fn of(manifest: &Manifest) -> String {
    let mut text = format!(
        "// Made by `selfheal plugin build` from plugin.toml: roles are exported, capabilities imported.\n\
         package plugin:{NAME};\n\nworld {NAME} {{\n"
    );
    let mut capabilities: Vec<&str> = manifest.capabilities.iter().map(|it| it.interface().as_str()).collect();
    capabilities.sort_unstable();
    for interface in FREE.iter().copied().chain(capabilities) {
        text.push_str(&format!("    import selfheal:plugin/{interface}@{API_VERSION};\n"));
    }
    let mut roles = manifest.roles.clone();
    roles.sort_unstable();
    for role in roles {
        text.push_str(&format!("    export selfheal:plugin/{role}@{API_VERSION};\n"));
    }
    text.push_str("}\n");
    text
}
