//! Asks build tools to use a certain number of parallel jobs, by the variables that they read themselves.

use std::collections::BTreeMap;

/// Variables whose value is the number of jobs. Each is documented by its tool: cargo, CMake, CTest, npm's node-gyp, the Go
/// runtime, uv, Bundler, PyTorch-style extension builds, pytest-xdist.
const COUNT_VARIABLES: [&str; 9] = [
    "CARGO_BUILD_JOBS",
    "CMAKE_BUILD_PARALLEL_LEVEL",
    "CTEST_PARALLEL_LEVEL",
    "npm_config_jobs",
    "GOMAXPROCS",
    "UV_CONCURRENT_BUILDS",
    "BUNDLE_JOBS",
    "MAX_JOBS",
    "PYTEST_XDIST_AUTO_NUM_WORKERS",
];

/// Variables for a number of jobs (at least one). They replace those of `env`, except that make's other flags stay: the
/// last `-j` wins there.
pub(crate) fn job_variables(jobs: u32, env: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let jobs = jobs.max(1);
    let make_flags = match env.get("MAKEFLAGS").filter(|flags| !flags.trim().is_empty()) {
        Some(flags) => format!("{flags} -j{jobs}"),
        None => format!("-j{jobs}"),
    };
    let counts = COUNT_VARIABLES.iter().map(|name| ((*name).to_owned(), jobs.to_string()));
    counts.chain([("MAKEFLAGS".to_owned(), make_flags)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_flags_of_make_stay_and_the_last_count_is_ours() {
        let env = BTreeMap::from([("MAKEFLAGS".to_owned(), "-k -j8".to_owned())]);
        let variables = job_variables(2, &env);
        assert!(variables.contains(&("MAKEFLAGS".to_owned(), "-k -j8 -j2".to_owned())));
        assert!(variables.contains(&("CARGO_BUILD_JOBS".to_owned(), "2".to_owned())));
    }

    #[test]
    fn zero_jobs_are_one() {
        let variables = job_variables(0, &BTreeMap::new());
        assert!(variables.contains(&("MAKEFLAGS".to_owned(), "-j1".to_owned())));
    }
}
