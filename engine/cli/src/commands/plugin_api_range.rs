//! `selfheal plugin api-range`: which versions of the contract this program takes.

use plugin_host::CONTRACTS;
use serde_json::json;

use crate::args::Format;
use crate::exit::{self, Failure};
use crate::report::paint::{NAME, paint};

/// Prints them, the oldest first.
pub fn api_range(format: Format) -> Result<u8, Failure> {
    for contract in CONTRACTS {
        match format {
            Format::Json => say!(
                "{}",
                json!({
                    "version": 1, "contract": contract.version(), "range": contract.range(), "folder": contract.folder,
                })
            ),
            Format::Human => {
                let name = paint(NAME, "selfheal:plugin");
                say!("{name} {} (wit/{}, at {})", contract.range(), contract.folder, contract.version());
            }
        }
    }
    Ok(exit::PASSED)
}
