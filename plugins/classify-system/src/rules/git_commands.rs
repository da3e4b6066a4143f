//! git: what its commands refuse for the state, the settings or the content that they meet.

use plugin_sdk::prelude::*;

use super::tool;

const fn git(code: &'static str) -> RuleBuilder {
    tool(code, "git-or-checkout", "git").specificity(84)
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    git("system.git-settings")
        .category("configuration")
        .pattern(r"^(?:fatal|error): (?:bad (?:config (?:line|file|value|variable)|numeric config value|boolean config value|zlib)|invalid (?:config file|key): |key does not contain (?:a section|variable name)|unable to parse (?:config|'[^']+' from)|unknown (?:config|value for config)|missing value for '|no such section|wrong config|(?:invalid )?section name)|^fatal: .* in file \S+ at line \d+$|^fatal: unknown (?:write failure on|repository extension|repository format)|^fatal: unsupported repository|Expected git repo version")
        .strategies(&["config", "escalate"])
        .matches("fatal: bad config line 3 in file /home/ci/.gitconfig")
        .matches("fatal: bad numeric config value 'many' for 'pack.threads': invalid unit")
        .ignores("warning: bad config value ignored"),
    git("system.git-repository-missing")
        .pattern(r"^fatal: (?:repository '(?P<path>[^']+)' does not exist|'(?P<directory>[^']+)' does not appear to be a git repository|could not create (?:work tree dir|leading directories of) |invalid gitfile format|gitdir file points to non-existent|bad repository)|^(?:fatal|error): [Nn]o such remote|^fatal: No remote (?:repository|configured)|^remote: (?:[Nn]ot found|Project not found|The project you were looking for)")
        .strategies(&["config", "escalate"])
        .matches("fatal: repository '/srv/git/widget.git' does not exist")
        .matches("error: No such remote 'upstream'")
        .matches("remote: not found")
        .ignores("Cloning into 'widget'..."),
    git("system.git-too-slow")
        .category("network-transient")
        .pattern(r"unable to access '[^']+': (?:Operation too slow|Couldn't connect|SSL_ERROR_SYSCALL|Proxy CONNECT aborted|Resolving timed out|SSL connection timeout|Connection was reset)|^fetch-pack: unexpected disconnect|^(?:error|fatal): (?:expected flush after|expected 'packfile'|the remote end hung up upon)|^fatal: unexpected disconnect")
        .unless("localhost|127\\.0\\.0\\.1")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("fatal: unable to access 'https://git.example/a/b/': Operation too slow. Less than 1000 bytes/sec transferred the last 10 seconds")
        .matches("fetch-pack: unexpected disconnect while reading sideband packet")
        .ignores("fatal: unable to access 'https://git.example/a/b/': The requested URL returned error: 403"),
    git("system.git-corrupt")
        .pattern(r"^(?:fatal|error): (?:(?:pack|packfile) .*(?:corrupt|is far too short|cannot be|has bad|index not found)|pack has (?:\d+ unresolved|bad object)|index file (?:corrupt|smaller)|bad (?:index file sha1 signature|signature 0x|tree object|object HEAD)|unable to (?:read tree|write new.index file|create thread|unpack)|inflate: |object \w+ (?:is (?:corrupted|missing)|not found)|missing (?:blob|tree|commit|object)|refs/\S+ does not point to a valid object|[0-9a-f]{8,}: (?:invalid sha1 pointer|object corrupt)|broken link|short read|cannot (?:store|read) (?:reference|pack)|inflate|pack-objects died|remote unpack failed|unpack failed|garbage at end of)|^remote: (?:fatal|error): (?:bad tree|object|unpack|pack)")
        .strategies(&["config", "retry", "escalate"])
        .matches("fatal: index file corrupt")
        .matches("error: pack-objects died of signal 9")
        .matches("fatal: unable to read tree (0123456789abcdef0123456789abcdef01234567)")
        .ignores("Checking objects: 100% (12/12), done."),
    git("system.git-refused")
        .pattern(r"^(?:fatal|error): (?:Cannot force update|A branch named '|[Tt]he branch '[^']+' is not fully merged|[Cc]annot delete branch '|cannot do a partial commit|(?:Committing|Pulling|Cherry-picking|Reverting|Switching) is not possible|[Rr]efusing to (?:fetch into|merge|delete|update)|(?:a )?(?:cherry-pick|revert|rebase|merge|am|bisect) is already in progress|[Nn]o (?:rebase|cherry-pick|merge|revert) .*in progress|There is no merge to abort|(?:cherry-pick|revert|rebase|merge|stash|checkout|am|commit|pull|push) failed|[Yy]our local changes (?:would|to)|empty commit set passed|bad source, source=|not under version control, source=|destination exists, source=|your current branch '[^']+' does not have any commits|gpg failed to sign|failed to write commit object|commit \S+ is a merge but no -m|(?:tag|branch|remote-tracking branch|remote branch) '[^']+' not found|[Nn]o upstream configured|'[^']+' is not a valid (?:branch|tag|remote|ref)|the following (?:paths|file) .*(?:sparse-checkout|staged content|changes staged|local modifications)|you need to resolve your current index first|(?:could|can) ?not (?:apply|rebase|detach|switch|checkout|merge|revert)|[Pp]atch (?:failed|does not apply)|corrupt patch at line|unrecognized input|no changes added|unable to (?:delete|push to|auto-merge)|update_ref failed|failed to (?:push|merge|apply|remove|delete|create|add|lock)|[Nn]othing to commit|Untracked (?:working tree )?file|\S+ is outside repository|Entry '[^']+' (?:not uptodate|would be overwritten)|dst refspec|ambiguous argument|bad (?:default )?revision|revision walk setup failed|couldn't find remote|invalid (?:object|branch|tag|refspec|upstream|commit))|^Aborting commit due to empty commit message|^No stash entries found|^hint: Waiting for your editor|^error: hook declined|^Unlink of file .* failed")
        .unless(r"failed to push some refs|publickey|denied")
        .confidence(0.84)
        .specificity(76)
        .strategies(&["config", "escalate"])
        .matches("error: The branch 'topic' is not fully merged.")
        .matches("fatal: your current branch 'main' does not have any commits yet")
        .matches("error: gpg failed to sign the data")
        .matches("fatal: 'my topic' is not a valid branch name")
        // What stands above says why a transfer ended.
        .ignores("error: fetch failed.")
        .ignores("Switched to branch 'topic'")
        .ignores("hint: You can disable this warning"),
];
