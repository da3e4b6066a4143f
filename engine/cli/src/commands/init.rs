//! `selfheal init`: writes the planned pipeline down.

use anyhow::{Context as _, anyhow};
use driver::ports::Workspace as _;

use crate::args::InitArgs;
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file::{self, NATIVE, Source};
use crate::project::{self, Project};
use crate::report::paint::{HEALED, NAME, paint};

/// Writes `selfheal.toml`.
pub fn init(args: InitArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    let target = project.root.join(NATIVE);
    if target.exists() && !args.force && !args.print {
        return Err(Failure::bad_input(anyhow!("{} is there already", target.display()))
            .hint("selfheal init --force replaces it, selfheal init --print shows what would be written"));
    }
    // A native file that is there is what gets replaced; only the old kind of file has a say in the new one.
    let (source, warnings) = match pipeline_file::read(&project.root)? {
        (Source::Native(_), _) => (Source::None, Vec::new()),
        other => other,
    };
    let settings = pipeline_file::settings(&source, &project.name);
    let plugins = engine::plugins(&project, &settings, &[])?;
    let workspace = engine::workspace(&project, &[])?;
    let tools = engine::tools(&project::environment());
    let loaded = engine::runtime()?.block_on(pipeline_file::load(
        source,
        warnings,
        &project,
        plugins.as_ref(),
        tools,
        workspace.version_control(),
    ))?;
    for warning in &loaded.warnings {
        tell!("{} {warning}", paint(HEALED, "warning:"));
    }
    let text = loaded.pipeline.to_toml();
    if args.print {
        crate::report::output::whole(text.as_bytes());
        return Ok(exit::PASSED);
    }
    std::fs::write(&target, text).with_context(|| format!("write {}", target.display()))?;
    let count = loaded.pipeline.stages.len();
    say!("wrote {} with {count} stages", paint(NAME, target.display()));
    say!("hint: selfheal run --plan {}", pipeline::remedy::quote(&args.dir.display().to_string()));
    Ok(exit::PASSED)
}
