//! Downloads that are not what they should be: archives that do not open, sums that do not fit.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.archive-broken", "registry-or-service-outage")
        .pattern(r"gzip: (?P<file>\S+): (?:not in gzip format|unexpected end of file|invalid compressed data|decompression OK, trailing garbage)|^(?:tar|bsdtar): (?:Unexpected EOF in archive|This does not look like a tar archive|Truncated tar archive|Error opening archive|Damaged tar archive)|unzip: +cannot find zipfile|End-of-central-directory signature not found|(?:xz|lzma|unxz|zstd|bzip2): (?P<path>.*): (?:File format not recognized|Unexpected end of input|Compressed data is corrupt|unsupported format|not a bzip2 file)|bzip2: .* is not a bzip2 file|zlib: (?:incorrect|invalid)|invalid (?:gzip|zip) (?:header|magic)|not a valid zip file|BadZipFile: |Corrupt(?:ed)? (?:zip|archive|tarball)|unexpected end of (?:zip|archive)|gzip: invalid header|zip: not a valid zip file|ar: .*: File format not recognized|dpkg-deb: error: .*not a Debian format archive|rpm: .*not an rpm package|short read on buffer copy|lzma_error|Can not open the file as \[?archive")
        .confidence(0.82)
        .specificity(62)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("gzip: stdin: not in gzip format")
        .matches("tar: Unexpected EOF in archive")
        .matches("  End-of-central-directory signature not found.  Either this file is not a zipfile")
        .matches("xz: (stdin): File format not recognized")
        .ignores("tar: Removing leading `/' from member names"),
    rule("system.archive-summary", "registry-or-service-outage")
        .pattern(r"^tar: (?:Child returned status [1-9]|Error is not recoverable: exiting now|Exiting with failure status due to previous errors)")
        .summary()
        .confidence(0.55)
        .strategies(&["retry", "escalate"])
        .matches("tar: Error is not recoverable: exiting now")
        .ignores("tar: Removing leading `/' from member names"),
    rule("system.checksum", "registry-or-service-outage")
        .pattern(r"^(?:sha\d+sum|md5sum|shasum|b2sum): WARNING: [1-9]\d* computed checksums? did NOT match|^\S+: FAILED open or read$|(?i:(?:checksum|sha-?256|sha-?512|md5|digest|hash)(?: sum)? (?:mis-?match|verification failed|validation failed|does(?: not|n't) match|did not match|check failed))|mismatched checksum|invalid checksum|integrity check failed")
        .unless(r"(?i)assert|Retrying|npm |EINTEGRITY|snapshot")
        .confidence(0.84)
        .specificity(60)
        .strategies(&["escalate", "retry"])
        .matches("sha256sum: WARNING: 1 computed checksum did NOT match")
        .matches("Error: SHA256 mismatch")
        .matches("ERROR: checksum verification failed for widget.tar.gz")
        .ignores("widget.tar.gz: OK"),
];
