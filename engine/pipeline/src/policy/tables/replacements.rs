//! In what a stage's command may differ from the original. Everything else is refused.

/// Words that may be added behind a program, behind its subcommand, or at the end.
pub struct AdditionRow {
    /// Programs, by canonical name.
    pub programs: &'static [&'static str],
    /// The additions; `#` stands for a number, and a blank separates two words that belong together. Where a number
    /// stands, the number of an original word may also change.
    pub words: &'static [&'static str],
}

/// Words that change how hard a program works, never what it checks.
pub const ALLOWED_ADDITIONS: &[AdditionRow] = &[
    AdditionRow {
        programs: &[
            "make",
            "ninja",
            "ctest",
            "cargo",
            "meson",
            "scons",
            "bazel",
            "cmake",
            "bundle",
            "tox",
            "pip-compile",
            "ruff",
            "nox",
            "uv",
            "mvn",
            "sbt",
        ],
        words: &["-j#", "-j #", "--jobs=#", "--jobs #", "--parallel=#", "--parallel #"],
    },
    AdditionRow { programs: &["make"], words: &["-l#", "--output-sync"] },
    AdditionRow {
        programs: &["cargo"],
        words: &["--offline", "--locked", "--frozen", "--test-threads=#", "--test-threads #", "-v", "--verbose"],
    },
    AdditionRow { programs: &["go"], words: &["-p=#", "-p #", "-parallel=#", "-parallel #", "-mod=readonly"] },
    AdditionRow {
        programs: &["pytest"],
        words: &[
            "-n#",
            "-n #",
            "--numprocesses=#",
            "--maxprocesses=#",
            "-p no:cacheprovider",
            "-p no:xdist",
            "--dist=no",
            "--dist=loadfile",
            "--cache-clear",
            "-v",
        ],
    },
    AdditionRow {
        programs: &["pylint", "mypy", "black", "flake8"],
        words: &["-j#", "-j #", "--jobs=#", "--workers=#", "--no-incremental", "--no-cache"],
    },
    AdditionRow {
        programs: &["pip"],
        words: &[
            "--retries=#",
            "--retries #",
            "--timeout=#",
            "--timeout #",
            "--default-timeout=#",
            "--no-cache-dir",
            "--prefer-binary",
            "--require-hashes",
            "--require-virtualenv",
            "--no-input",
        ],
    },
    AdditionRow { programs: &["uv"], words: &["--locked", "--no-cache", "--offline", "--require-hashes"] },
    AdditionRow { programs: &["poetry"], words: &["--no-cache", "--no-interaction"] },
    AdditionRow {
        programs: &["npm"],
        words: &[
            "--prefer-offline",
            "--offline",
            "--fetch-retries=#",
            "--fetch-retries #",
            "--fetch-timeout=#",
            "--fetch-retry-maxtimeout=#",
            "--fetch-retry-mintimeout=#",
            "--maxsockets=#",
            "--no-fund",
        ],
    },
    AdditionRow {
        programs: &["yarn"],
        words: &[
            "--network-timeout=#",
            "--network-timeout #",
            "--network-concurrency=#",
            "--network-concurrency #",
            "--prefer-offline",
            "--offline",
            "--frozen-lockfile",
            "--immutable",
        ],
    },
    AdditionRow {
        programs: &["pnpm"],
        words: &[
            "--network-concurrency=#",
            "--network-concurrency #",
            "--child-concurrency=#",
            "--workspace-concurrency=#",
            "--fetch-retries=#",
            "--fetch-timeout=#",
            "--prefer-offline",
            "--offline",
            "--frozen-lockfile",
        ],
    },
    AdditionRow {
        programs: &["jest", "vitest", "npm", "yarn", "pnpm", "react-scripts"],
        words: &[
            "--runInBand",
            "-i",
            "--maxWorkers=#",
            "--maxWorkers #",
            "-w #",
            "--workerIdleMemoryLimit=#",
            "--no-cache",
            "--ci",
            "--pool=forks",
            "--no-file-parallelism",
        ],
    },
    AdditionRow { programs: &["playwright"], words: &["--workers=#", "--workers #", "-j#"] },
    AdditionRow { programs: &["mocha"], words: &["--jobs=#", "--jobs #", "-j #", "--no-parallel"] },
    AdditionRow { programs: &["webpack", "tsc", "eslint", "vite"], words: &["--no-cache", "--max-old-space-size=#"] },
    AdditionRow { programs: &["node"], words: &["--max-old-space-size=#"] },
    AdditionRow {
        programs: &["gradle", "./gradlew", "gradlew"],
        words: &[
            "--no-daemon",
            "--max-workers=#",
            "--max-workers #",
            "--no-parallel",
            "--no-build-cache",
            "--no-configuration-cache",
            "--offline",
            "--refresh-dependencies",
            "--stacktrace",
            // Where the Kotlin compiler runs changes nothing of what it says; `in-process` is Kotlin's documented way for
            // machines on which its daemon cannot be reached.
            "-Pkotlin.compiler.execution.strategy=in-process",
        ],
    },
    AdditionRow {
        programs: &["mvn", "./mvnw", "mvnw"],
        words: &[
            "-T#",
            "-T #",
            // Maven's `-U` is not the `-u` of test tools, which accepts snapshots of what tests print: it asks the
            // repositories again for what they did not have, and for newer builds of the `-SNAPSHOT` versions that the project
            // itself asks for, as Maven does by itself once a day. Nothing that a test compares with is written. The long form
            // stays closed, because `--update-snapshots` means the other thing to test tools.
            "-U",
            "-o",
            "--offline",
            "--no-snapshot-updates",
            "-B",
            "-Dmaven.wagon.http.retryHandler.count=#",
        ],
    },
    AdditionRow { programs: &["composer"], words: &["--prefer-dist", "--no-interaction", "--no-cache"] },
    AdditionRow { programs: &["bundle"], words: &["--retry=#", "--retry #", "--prefer-local"] },
    AdditionRow { programs: &["docker", "docker-compose"], words: &["--no-cache", "--parallel=#", "--parallel #"] },
    AdditionRow { programs: &["git"], words: &["--depth=#", "--filter=blob:none", "--no-tags", "--unshallow"] },
    AdditionRow {
        programs: &["curl"],
        words: &["--retry=#", "--retry #", "--retry-connrefused", "--connect-timeout #", "--fail"],
    },
    AdditionRow { programs: &["wget"], words: &["--tries=#", "--timeout=#", "--retry-connrefused"] },
];

/// Names that are the same program. The first is the canonical one.
pub const SAME_PROGRAM: &[&[&str]] = &[
    &["python", "python3", "python3.*"],
    &["pip", "pip3", "pip3.*"],
    &["pytest", "py.test"],
    &["node", "nodejs"],
    &["make", "gmake"],
    &["ninja", "ninja-build"],
    &["cmake", "cmake3"],
    &["ctest", "ctest3"],
];

/// Programs that are also Python modules of the same name: `X` and `python -m X` are the same.
pub const PYTHON_MODULES: &[&str] = &[
    "pip",
    "pytest",
    "mypy",
    "black",
    "ruff",
    "flake8",
    "pylint",
    "isort",
    "tox",
    "nox",
    "coverage",
    "build",
    "virtualenv",
    "poetry",
    "uv",
    "pdm",
    "pipenv",
    "bandit",
    "pyright",
    "sphinx",
    "pre_commit",
    "hatch",
];

/// Programs that a project installs below `node_modules/.bin`: `X` and `npx --no-install X` are the same.
pub const NODE_PROGRAMS: &[&str] = &[
    "jest",
    "vitest",
    "mocha",
    "ava",
    "eslint",
    "tsc",
    "prettier",
    "webpack",
    "vite",
    "rollup",
    "playwright",
    "stylelint",
    "biome",
    "turbo",
    "react-scripts",
    "next",
    "ng",
    "nyc",
    "c8",
    "karma",
    "tap",
    "tsx",
    "ts-node",
];

/// Directories of virtual environments inside the workspace whose `bin` holds the same programs.
pub const ENVIRONMENTS: &[&str] = &[".venv", "venv", ".virtualenv"];

/// Programs that start the one behind them in the project's own environment.
pub const RUNNERS: &[&[&str]] = &[
    &["uv", "run"],
    &["poetry", "run"],
    &["pipenv", "run"],
    &["pdm", "run"],
    &["hatch", "run"],
    &["rye", "run"],
    &["bundle", "exec"],
    &["pnpm", "exec"],
    &["yarn", "exec"],
];

/// A wrapper that finds a package manager, and what it finds.
pub const COREPACK: &[&str] = &["yarn", "pnpm", "npm"];

/// Words of the shell behind which a program's name follows.
pub const KEYWORDS: &[&str] = &["if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"];

/// Interpreters of a script that lacks its executable bit, by the script's ending.
pub const INTERPRETERS: &[(&str, &[&str])] = &[
    (".sh", &["sh", "bash"]),
    (".bash", &["bash"]),
    (".py", &["python3", "python"]),
    (".js", &["node"]),
    (".mjs", &["node"]),
    (".rb", &["ruby"]),
    (".pl", &["perl"]),
    ("gradlew", &["sh"]),
    ("mvnw", &["sh"]),
];

/// Replacing the first subcommand by the second is stricter, if no package is named.
pub const STRICTER: &[(&str, &[&str], &str)] = &[("npm", &["install", "i"], "ci")];

/// Flags whose loss has a rule of its own: they make a lock file count.
pub const LOCK_FLAGS: &[&str] = &[
    "--locked",
    "--frozen",
    "--frozen-lockfile",
    "--immutable",
    "--immutable-cache",
    "--require-hashes",
    "--pure-lockfile",
    "--no-update",
    "--deployment",
    "--ci",
    "ci",
    "clean-install",
    "--check-cache",
    "--no-lockfile=false",
    "--hash-checking-mode",
    "--mod=readonly",
    "-mod=readonly",
];
