//! `selfheal diagnose`: why did this log fail?

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use driver::ports::{DiagnoseRequest, Plugins as _};
use pipeline::finding::{Diagnosis, DiagnosisOutcome};
use pipeline::outcome::Outcome;

use crate::args::{DiagnoseArgs, Format};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file::{self, fault_text};
use crate::project::Project;
use crate::report::diagnosis;
use crate::report::paint::{HEALED, paint};

/// Version of the JSON answer's shape.
const VERSION: u32 = 1;

/// Reads the log and prints the answer. Exit code 0 means that an answer was given, whatever it says.
pub fn diagnose(args: DiagnoseArgs) -> Result<u8, Failure> {
    let project = Project::at(Path::new("."))?;
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let plugins = engine::plugins(&project, &settings, &args.plugins)?;
    let spool = Spool::of(&args.file)?;
    for baseline in &args.baseline {
        std::fs::metadata(baseline)
            .with_context(|| format!("open the green log {}", baseline.display()))
            .map_err(Failure::bad_input)?;
    }
    let request = DiagnoseRequest {
        log: spool.path.clone(),
        outcome: args.exit_code.map(|code| Outcome { exit_code: Some(code), ..Outcome::default() }),
        baselines: args.baseline.clone(),
        confidence_threshold: settings.detection.confidence_threshold,
        pattern_matching: settings.detection.pattern_matching,
    };
    let (answer, faults) = engine::runtime()?.block_on(plugins.diagnose(request));
    for fault in &faults {
        tell!("{} {}", paint(HEALED, "warning:"), fault_text(fault));
    }
    match args.format {
        Format::Json => say!("{}", json(&answer)?),
        Format::Human => {
            for line in diagnosis::answer(&answer, &spool.name) {
                say!("{line}");
            }
            if answer.outcome == DiagnosisOutcome::Failure {
                say!("hint: run the command as `selfheal exec -- CMD` to have it healed");
            }
        }
    }
    // The process ends here, and freeing some thousand rules one by one takes longer than printing the answer.
    std::mem::forget(plugins);
    Ok(exit::PASSED)
}

/// The JSON answer of design.md section 6.
fn json(diagnosis: &Diagnosis) -> Result<String, Failure> {
    let mut value = serde_json::json!({ "version": VERSION });
    let serde_json::Value::Object(body) = serde_json::to_value(diagnosis).context("write the answer")? else {
        return Err(anyhow::anyhow!("write the answer: it is no object").into());
    };
    if let Some(object) = value.as_object_mut() {
        object.extend(body);
    }
    Ok(value.to_string())
}

/// The log as a file: standard input is copied to one, so that it can be read twice.
struct Spool {
    path: PathBuf,
    name: String,
    _copy: Option<tempfile::NamedTempFile>,
}

impl Spool {
    fn of(file: &Path) -> Result<Self, Failure> {
        if file != Path::new("-") {
            let metadata = std::fs::metadata(file)
                .with_context(|| format!("open the log {}", file.display()))
                .map_err(Failure::bad_input)?;
            if metadata.is_dir() {
                return Err(Failure::bad_input(anyhow::anyhow!("{} is a folder, not a log", file.display())));
            }
            return Ok(Self { path: file.to_path_buf(), name: file.display().to_string(), _copy: None });
        }
        let mut copy = tempfile::NamedTempFile::new().context("make a temporary file for the log")?;
        std::io::copy(&mut std::io::stdin().lock(), copy.as_file_mut()).context("read the log from standard input")?;
        copy.as_file_mut().flush().context("write the log to a temporary file")?;
        Ok(Self { path: copy.path().to_path_buf(), name: "log".to_owned(), _copy: Some(copy) })
    }
}
