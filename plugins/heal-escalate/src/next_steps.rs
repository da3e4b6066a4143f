//! What a person should check, by the kind of failure.

use plugin_sdk::prelude::*;

/// Steps for the findings whose code holds one of the words.
struct ByWord {
    words: &'static [&'static str],
    steps: &'static [&'static str],
}

/// Words of codes between dots and hyphens. They say more than the category and are looked up first.
const BY_WORD: &[ByWord] = &[
    ByWord {
        words: &["integrity", "checksum", "hash", "hashes"],
        steps: &[
            "Treat it as a possible tampering until the opposite is shown: do not delete the lock file or the recorded hash to get past it.",
            "Download the same version on another machine and network, without caches, and compare the hash.",
            "Compare it with the hash that the registry publishes, and look for a republished or yanked version.",
            "If only this machine differs, its cache or proxy is to blame; if every machine differs, tell the package's maintainers.",
        ],
    },
    ByWord {
        words: &["tls", "ssl", "certificate", "cert", "signature"],
        steps: &[
            "Do not switch the check off: find out who answered.",
            "Check the machine's clock and its bundle of root certificates.",
            "Check whether a proxy breaks the connection open, and install that proxy's root certificate where it belongs.",
            "Look at the chain that the server sends and at its dates of expiry.",
        ],
    },
    ByWord {
        words: &[
            "credentials",
            "credential",
            "unauthorized",
            "forbidden",
            "auth",
            "authentication",
            "token",
            "login",
            "secret",
        ],
        steps: &[
            "Check that the token or key exists on this machine, is not expired and is passed to the stage.",
            "Check its scope: reading a private package, pushing an image and writing a repository need different rights.",
            "If it was in the log or in a commit, revoke it first.",
        ],
    },
    ByWord {
        words: &["race", "sanitizer"],
        steps: &[
            "Read both stacks: they name the two places that touch the same memory.",
            "Reproduce it under the sanitizer; a green run without it proves nothing.",
        ],
    },
    ByWord {
        words: &["snapshot", "snapshots"],
        steps: &[
            "Look at the difference between the recorded and the new output and decide which one is right.",
            "Only accept the new one if the change of behaviour is intended.",
        ],
    },
];

/// Steps by category.
const BY_CATEGORY: &[(&str, &[&str])] = &[
    (
        "dependency-missing",
        &[
            "Check that the package is declared in the manifest, and that the stage installs from that manifest.",
            "Check the spelling: a module and the package that brings it may have different names.",
            "If the registry does not know the package, it may be private, renamed or withdrawn.",
        ],
    ),
    (
        "dependency-conflict",
        &[
            "Find the two requirements that exclude each other in the evidence above, and decide which of them may move.",
            "Let the ecosystem's own resolver write the lock file again, and review its difference.",
        ],
    ),
    (
        "network-transient",
        &[
            "Check whether the host can be reached from this machine, by name and by address.",
            "Check proxies and firewalls that changed lately.",
        ],
    ),
    (
        "registry-or-service-outage",
        &["Look at the status page of the service.", "Configure a mirror if the outage lasts."],
    ),
    (
        "rate-limit",
        &[
            "Authenticate: limits for known users are higher.",
            "Put a caching mirror in front of the service, or run fewer stages at once.",
        ],
    ),
    (
        "auth-or-permission",
        &[
            "Check who the stage runs as, and the owner and mode of the path or resource in the evidence.",
            "Check that tokens exist, are not expired and have the scope.",
        ],
    ),
    (
        "resource-memory",
        &[
            "Compare the peak memory above with the limit of the stage and with the memory of the machine.",
            "Run fewer jobs at once, or find what grew since the last green run.",
        ],
    ),
    (
        "resource-disk",
        &["Check free space and inodes of the file system that holds the workspace and the temporary directory."],
    ),
    (
        "resource-cpu-timeout",
        &[
            "Find out whether it hangs or is slow: a hang needs a stack dump of the waiting process, not more time.",
            "Compare the duration with earlier green runs of the stage.",
        ],
    ),
    (
        "toolchain-missing-or-version",
        &[
            "Install the tool in the version that the project pins, or correct the pin.",
            "Check the search path of the stage: another version may come first in it.",
        ],
    ),
    (
        "configuration",
        &["Compare the setting in the evidence with the project's example file and with the last green run."],
    ),
    (
        "compile-error",
        &[
            "Open the first error; later ones often follow from it.",
            "Look at what changed in that file since the last green commit (`git log -p -- FILE`).",
            "If the file was not touched, look at the dependencies that were updated since.",
        ],
    ),
    (
        "type-error",
        &[
            "Open the first error and look at both types it names.",
            "If the type comes from a dependency, compare its version with that of the last green run.",
        ],
    ),
    ("lint-or-format", &["Run the linter or formatter with its fix option on this machine and review the difference."]),
    (
        "test-failure",
        &[
            "Run the failed test alone with the command above; then run it together with its neighbours, to see whether the order matters.",
            "Compare expected and actual value in the evidence, and decide whether the code or the expectation is wrong.",
            "Look at what changed since the last green commit.",
        ],
    ),
    (
        "flaky-test",
        &[
            "Look for time, order, randomness, ports and shared files in the test.",
            "Give it an owner: a test that passes sometimes hides the failures that count.",
        ],
    ),
    (
        "security-finding",
        &[
            "Read the advisory and check whether the vulnerable code is reached.",
            "Raise the dependency to the first fixed version; an exception needs a reason and a date.",
        ],
    ),
    (
        "infrastructure-runner",
        &["Check the machine: kernel log, disk, load, and whether other stages failed on it at the same time."],
    ),
    (
        "git-or-checkout",
        &[
            "Check that the branch, tag or commit exists on the remote and that the clone is deep enough.",
            "Check for a lock file of git whose process is gone.",
        ],
    ),
    (
        "port-or-concurrency-conflict",
        &["Find who holds the port or lock (`ss -ltnp`, `fuser`), and whether it is left over from an earlier run."],
    ),
    (
        "deployment",
        &[
            "Compare the health check's answer with that of the running release.",
            "Decide whether to roll back before looking for the cause.",
        ],
    ),
];

const UNKNOWN: &[&str] = &[
    "Read the excerpt and the whole log: no rule knows this failure.",
    "If it turns out to be a known kind, a rule for it in a classifier plugin recognises it the next time.",
];

/// What to check for a finding, in order.
pub fn for_finding(finding: &Finding) -> &'static [&'static str] {
    let words: Vec<&str> = finding.code.split(['.', '-']).collect();
    if let Some(row) = BY_WORD.iter().find(|row| row.words.iter().any(|word| words.contains(word))) {
        return row.steps;
    }
    BY_CATEGORY.iter().find(|(category, _)| *category == finding.category).map_or(UNKNOWN, |(_, steps)| steps)
}
