//! What the model tells apart: the categories of the contract, and lines of healthy logs.

/// Codes of the classes, in the order of the weights. `none` is a line that says nothing of a failure, `unknown` one that says
/// that something failed and not why.
pub const CLASSES: [&str; 23] = [
    "none",
    "unknown",
    "dependency-missing",
    "dependency-conflict",
    "network-transient",
    "registry-or-service-outage",
    "rate-limit",
    "auth-or-permission",
    "resource-memory",
    "resource-disk",
    "resource-cpu-timeout",
    "toolchain-missing-or-version",
    "configuration",
    "compile-error",
    "type-error",
    "lint-or-format",
    "test-failure",
    "flaky-test",
    "security-finding",
    "infrastructure-runner",
    "git-or-checkout",
    "port-or-concurrency-conflict",
    "deployment",
];

/// Number of classes.
pub const COUNT: usize = CLASSES.len();
/// The first class that is a cause; those before it are `none` and `unknown`.
pub const FIRST_CAUSE: usize = 2;
/// Place of `none`.
pub const NONE: usize = 0;
/// Place of `unknown`.
pub const UNKNOWN: usize = 1;

/// One number for each class.
pub type PerClass = [f32; COUNT];

/// Place of a class by its code.
pub fn index(code: &str) -> Option<usize> {
    CLASSES.iter().position(|class| *class == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_sdk::codes::CATEGORIES;

    #[test]
    fn the_classes_are_the_categories_of_the_contract_and_none() {
        let mut classes = CLASSES[1..].to_vec();
        let mut categories = CATEGORIES.to_vec();
        classes.sort_unstable();
        categories.sort_unstable();
        assert_eq!(classes, categories);
        assert_eq!((CLASSES[NONE], CLASSES[UNKNOWN]), ("none", "unknown"));
    }
}
