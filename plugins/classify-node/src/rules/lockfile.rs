//! Lock files that do not fit their manifests, manifests that cannot be read, and integrity.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("node.lock-out-of-sync", "configuration")
        .pattern(
            r"can only install (?:packages )?(?:when your package\.json and package-lock\.json|with an existing package-lock\.json)|Your lockfile needs to be updated, but yarn was run with|ERR_PNPM_(?:OUTDATED_LOCKFILE|NO_LOCKFILE|LOCKFILE_CONFIG_MISMATCH)|Cannot (?:install|perform a frozen installation) (?:with|because) .{0,3}frozen-lockfile|YN0028: .*lockfile would have been (?:modified|created)|The lockfile would have been (?:modified|created) by this install|lockfile had changes, but lockfile is frozen",
        )
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .block("npm-error")
        .matches("npm ERR! `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.")
        .matches("npm error The `npm ci` command can only install with an existing package-lock.json or")
        .matches("error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.")
        .matches(" ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\" because pnpm-lock.yaml is not up to date with package.json")
        .matches("➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.")
        .matches("error: lockfile had changes, but lockfile is frozen")
        .ignores("Lockfile is up to date, resolution step is skipped")
        .ignores("success Saved lockfile."),
    rule("node.lock-too-new", "toolchain-missing-or-version")
        .pattern(
            r"ERR_PNPM_LOCKFILE_BREAKING_CHANGE|(?i:ignoring) not compatible lockfile|unsupported lockfile version|Unknown lockfile version|This project's package\.json defines .packageManager.: .|ERR_PNPM_BAD_PM_VERSION",
        )
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "dependency", "escalate"])
        .matches(" ERR_PNPM_LOCKFILE_BREAKING_CHANGE  Lockfile /src/app/pnpm-lock.yaml not compatible with current pnpm")
        .matches("error This project's package.json defines \"packageManager\": \"yarn@4.1.0\". However the current global version of Yarn is 1.22.19.")
        .ignores("npm WARN old lockfile"),
    rule("node.eintegrity", "registry-or-service-outage")
        .pattern(
            r"\bEINTEGRITY\b|Integrity check failed for|ERR_PNPM_TARBALL_INTEGRITY|YN0018: .*[Tt]he remote archive doesn't match the expected checksum|integrity checksum failed when using sha\d+",
        )
        .confidence(0.95)
        .strategies(&["escalate"])
        .block("npm-error")
        .matches("npm ERR! code EINTEGRITY")
        .matches("error Integrity check failed for \"widget\" (computed integrity doesn't match our records, got \"sha512-AAAA\")")
        .matches("➤ YN0018: │ widget@npm:1.2.3: The remote archive doesn't match the expected checksum")
        .ignores("npm ERR! code E404"),
    rule("node.manifest-invalid", "configuration")
        .pattern(
            r"^npm (?:ERR!|error) code EJSONPARSE|(?i:^npm (?:ERR!|error|warn)) .*[Ff]ailed to parse (?:json|package\.json)|ERR_PNPM_JSON_PARSE|Merge conflict detected in your package\.json|error .*package\.json: Unexpected token",
        )
        .strategies(&["config", "escalate"])
        .block("npm-error")
        .matches("npm ERR! code EJSONPARSE")
        .matches("npm ERR! JSON.parse Failed to parse package.json data.")
        .matches("npm ERR! Failed to parse json")
        .ignores("npm ERR! code ERESOLVE"),
    rule("node.manifest-missing", "configuration")
        .pattern(
            r"npm (?:ERR!|error) enoent .*(?:Could not read package\.json|no such file or directory, open '(?P<file>[^']*package\.json)')|ERR_PNPM_NO_IMPORTER_MANIFEST_FOUND|Couldn't find a package\.json file in",
        )
        .strategies(&["config", "escalate"])
        .block("npm-error")
        .matches("npm ERR! enoent ENOENT: no such file or directory, open '/src/app/package.json'")
        .matches("npm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '/src/app/package.json'")
        .matches(" ERR_PNPM_NO_IMPORTER_MANIFEST_FOUND  No package.json was found in \"/src/app\".")
        .ignores("npm ERR! missing script: build"),
    rule("node.missing-script", "configuration")
        .pattern(
            r#"(?i)^(?:npm (?:ERR!|error)|\s*ERR_PNPM_NO_SCRIPT|error|\s*)\s*Missing script:? ["'‘]?(?P<script>[\w:.-]+)|^error Command "(?P<command>[^"]+)" not found|Couldn't find a script named"#,
        )
        .strategies(&["config", "escalate"])
        .block("npm-error")
        .matches("npm ERR! Missing script: \"build\"")
        .matches("npm ERR! missing script: build")
        .matches(" ERR_PNPM_NO_SCRIPT  Missing script: build")
        .matches("error Command \"build\" not found.")
        .matches("Usage Error: Couldn't find a script named \"build\".")
        .ignores("npm ERR! Failed at the app@1.0.0 build script."),
];
