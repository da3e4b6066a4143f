//! The contract's limits on single values.

use crate::bindings::capabilities::selfheal::plugin::types as wit;

/// One text, unless the contract says otherwise.
const MAX_TEXT: usize = 64 << 10;
/// A code, e.g. of a finding.
const MAX_CODE: usize = 128;
/// Attributes of one record.
const MAX_ATTRS: usize = 64;
/// Arguments of one command.
const MAX_ARGS: usize = 1_024;
/// Longest path.
const MAX_PATH: usize = 4 << 10;

/// A text within the contract's size, without NUL.
pub(crate) fn check_text(what: &str, text: String) -> Result<String, String> {
    check_sized(what, text, MAX_TEXT)
}

pub(super) fn check_sized(what: &str, text: String, max: usize) -> Result<String, String> {
    if text.len() > max {
        return Err(format!("{what} has {} bytes; at most {max} are allowed", text.len()));
    }
    if text.contains('\0') {
        return Err(format!("{what} contains NUL"));
    }
    Ok(text)
}

/// A list within its limit.
pub(super) fn check_count<T>(what: &str, items: Vec<T>, max: usize) -> Result<Vec<T>, String> {
    if items.len() > max {
        return Err(format!("{} {what}; at most {max} are allowed", items.len()));
    }
    Ok(items)
}

/// A machine-readable code: lower case, digits, `-`, `.` and `_`.
pub(crate) fn check_code(what: &str, code: String) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_');
    if code.is_empty() || code.len() > MAX_CODE || !code.bytes().all(is_plain) {
        return Err(format!("{what} {:?} is not a code", super::cut(&code, MAX_CODE)));
    }
    Ok(code)
}

/// A number from 0 to 1.
pub(crate) fn check_unit(what: &str, number: f64) -> Result<f64, String> {
    // False for NaN too.
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err(format!("{what} is {number}, not between 0 and 1")) }
}

/// Attributes within their limits.
pub(crate) fn check_attrs(attrs: Vec<wit::Attr>) -> Result<Vec<(String, String)>, String> {
    check_count("attributes", attrs, MAX_ATTRS)?
        .into_iter()
        .map(|attr| {
            Ok((
                check_sized("an attribute's key", attr.key, 64)?,
                check_sized("an attribute's value", attr.value, 4 << 10)?,
            ))
        })
        .collect()
}

/// A path relative to the workspace root, by its text alone; `.` is the root.
pub(crate) fn check_relative_path(path: &str) -> Result<(), String> {
    let shown = || super::cut(path, 200);
    if path.is_empty() || path.len() > MAX_PATH {
        return Err(format!("the path {:?} is empty or too long", shown()));
    }
    if path.starts_with('/') || path.contains('\0') || path.contains('\\') && path.contains(':') {
        return Err(format!("the path {:?} is not relative", shown()));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(format!("the path {:?} contains ..", shown()));
    }
    Ok(())
}

pub(super) fn check_path(path: String) -> Result<String, String> {
    check_relative_path(&path).map(|()| path)
}

pub(super) fn check_argv(argv: Vec<String>) -> Result<Vec<String>, String> {
    if argv.first().is_none_or(String::is_empty) {
        return Err("a command names no program".to_owned());
    }
    check_count("arguments", argv, MAX_ARGS)?.into_iter().map(|word| check_text("an argument", word)).collect()
}

pub(super) fn check_env(env: Vec<wit::EnvVar>) -> Result<Vec<(String, String)>, String> {
    check_count("variables", env, 256)?.into_iter().map(check_variable).collect()
}

pub(super) fn check_variable(var: wit::EnvVar) -> Result<(String, String), String> {
    if var.name.is_empty() || var.name.contains(['=', '\0']) {
        return Err(format!("{:?} is not the name of a variable", super::cut(&var.name, 200)));
    }
    Ok((check_sized("a variable's name", var.name, 256)?, check_text("a variable's value", var.value)?))
}
