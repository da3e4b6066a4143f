//! `selfheal plugin search-tags`: which versions of a plugin a registry has.

use crate::args::SearchTagsArgs;
use crate::exit::{self, Failure};
use crate::sharing::client;

/// Lists them, the newest first, one per line.
pub fn search_tags(args: &SearchTagsArgs) -> Result<u8, Failure> {
    let repository = client::repository(&args.repository)?;
    let registry = client::registry(args.registry, repository.host())?;
    let tags = registry.tags(&repository).map_err(|error| client::failed(error, None))?;
    for tag in &tags {
        say!("{repository}:{tag}");
    }
    Ok(if tags.is_empty() { exit::NOTHING } else { exit::PASSED })
}
