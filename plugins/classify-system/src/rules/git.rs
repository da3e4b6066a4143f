//! git: references, transfers, ownership, and locks that a killed git left behind.

use plugin_sdk::prelude::*;

use super::tool;

const fn git(code: &'static str) -> RuleBuilder {
    tool(code, "git-or-checkout", "git")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    git("system.git-index-lock")
        .category("port-or-concurrency-conflict")
        .pattern(r"Unable to create '(?P<path>[^']+\.lock)': File exists|Another git process seems to be running in this repository")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("fatal: Unable to create '/src/app/.git/index.lock': File exists.")
        .matches("Another git process seems to be running in this repository, e.g.")
        .ignores("fatal: Unable to create '/src/app/.git/index.lock': Permission denied"),
    git("system.git-branch-not-found")
        .pattern(
            r"Remote branch (?P<reference>\S+) not found in upstream|[Cc]ouldn't find remote ref (?P<target>\S+)|pathspec '(?P<name>[^']+)' did not match any file|is not a commit and a branch|unknown revision or path not in the working tree|Needed a single revision|invalid reference: |A branch or tag with the name '(?P<version>[^']+)' could not be found|ambiguous argument '(?P<wanted>[^']+)': unknown revision",
        )
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .asks_plugin()
        .matches("warning: Could not find remote branch topic to clone.\nfatal: Remote branch topic not found in upstream origin")
        .matches("fatal: couldn't find remote ref refs/heads/topic")
        .matches("error: pathspec 'topic' did not match any file(s) known to git")
        .ignores("From https://git.example/a/b"),
    git("system.git-shallow")
        .pattern(
            r"fatal: (?:bad object|reference is not a tree:|[Nn]ot a valid object name|bad revision|shallow file has changed|Invalid revision range|no merge base|ambiguous argument 'HEAD)|Server does not allow request for unadvertised object|(?:Fetched in submodule path .*, but it did not contain|Direct fetching of that commit failed)|refusing to merge unrelated histories|fatal: \S+: no merge base$|fatal: No tags can describe|shallow update not allowed|upload-pack: not our ref|fatal: no tag exactly matches|No names found, cannot describe anything",
        )
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("fatal: origin/main...HEAD: no merge base")
        .matches("fatal: No tags can describe '0123456789abcdef0123456789abcdef01234567'.")
        .matches("fatal: reference is not a tree: 0123456789abcdef0123456789abcdef01234567")
        .matches("fatal: bad object 0123456789abcdef0123456789abcdef01234567")
        .matches("error: Server does not allow request for unadvertised object 0123456789abcdef0123456789abcdef01234567")
        .ignores("HEAD is now at 0123456 Add a widget"),
    git("system.git-dubious-ownership")
        .pattern(r"(?:detected dubious ownership in repository at|unsafe repository) \(?'(?P<path>[^']+)'")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["config"])
        .matches("fatal: detected dubious ownership in repository at '/src/app'")
        .matches("fatal: unsafe repository ('/src/app' is owned by someone else)")
        .ignores("HEAD is now at 0123456 Add a widget"),
    git("system.git-auth")
        .category("auth-or-permission")
        .pattern(
            r"Permission denied \(publickey|could not read (?:Username|Password) for|terminal prompts disabled|fatal: Authentication failed for|Host key verification failed|Support for password authentication was removed|remote: (?:Invalid username or password|HTTP Basic: Access denied|Write access to repository not granted|Permission to \S+ denied)|remote: Repository not found|could not be accessed: you may not have|remote: (?:This repository was archived|Support for password|error: Your user)|ERROR: (?:Repository not found|Permission to \S+ denied)|batch response: (?:Authentication required|Authorization error)|fatal: repository '.*' not found",
        )
        .confidence(0.93)
        .specificity(85)
        .strategies(&["escalate"])
        .matches("git@git.example: Permission denied (publickey).")
        .matches("fatal: could not read Username for 'https://git.example': terminal prompts disabled")
        .matches("remote: Permission to acme/widget.git denied to build-bot.")
        .matches("Host key verification failed.")
        .ignores("Cloning into 'widget'..."),
    git("system.git-server-error")
        .category("registry-or-service-outage")
        .pattern(r"unable to access '[^']+': The requested URL returned error: (?P<status>5\d\d)|error: RPC failed; HTTP 5\d\d|remote: Internal Server Error")
        .confidence(0.93)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .asks_plugin()
        .matches("fatal: unable to access 'https://git.example/a/b/': The requested URL returned error: 502")
        .matches("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502")
        .ignores("fatal: unable to access 'https://git.example/a/b/': Could not resolve host: git.example"),
    git("system.git-remote-hangup")
        .category("network-transient")
        .pattern(
            r"error: RPC failed; (?:curl \d+|result=|HTTP (?:0|4[0-9][0-9]))|fatal: (?:the remote end hung up unexpectedly|early EOF|protocol error: bad pack header|fetch-pack: invalid index-pack output|index-pack failed|unable to access '[^']+': (?:Failed to connect|Operation timed out|Empty reply|Recv failure|OpenSSL SSL_|Send failure|HTTP/2 stream|gnutls_handshake|GnuTLS|transfer closed|Connection (?:timed out|reset|refused))|unable to connect to \S+|read error: )|error: \d+ bytes of body are still expected|error: .*\(curl_result = (?:5|6|7|18|28|35|52|55|56|92), http_code = 0",
        )
        .unless(r"RPC failed; HTTP 40[13]")
        .confidence(0.88)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("error: RPC failed; curl 56 GnuTLS recv error (-9): A TLS packet with unexpected length was received.")
        .matches("fatal: the remote end hung up unexpectedly")
        .matches("fatal: early EOF")
        .matches("error: Empty reply from server (curl_result = 52, http_code = 0, sha1 = 0123456789abcdef0123456789abcdef01234567)")
        .ignores("fatal: couldn't find remote ref refs/heads/topic"),
    git("system.git-merge-conflict")
        .pattern(r"^CONFLICT \(|Automatic merge failed; fix conflicts|error: (?:could not apply|Your local changes to the following files would be overwritten|Merging is not possible|patch failed:|The following untracked working tree files would be overwritten)|needs merge$|^error: (?:\S+: )?patch does not apply")
        .strategies(&["escalate"])
        .matches("CONFLICT (content): Merge conflict in src/main.rs")
        .matches("error: Your local changes to the following files would be overwritten by checkout:")
        .ignores("Auto-merging src/main.rs"),
    git("system.git-push-rejected")
        .pattern(r"^\s*! \[(?:remote )?rejected\]|Updates were rejected because|error: failed to push some refs|remote: error: (?:GH\d+|hook declined)|pre-receive hook declined|protected branch hook declined")
        .confidence(0.88)
        .strategies(&["escalate", "retry"])
        .matches(" ! [rejected]        main -> main (fetch first)")
        .matches("error: failed to push some refs to 'https://git.example/a/b'")
        .ignores("To https://git.example/a/b"),
    git("system.git-lfs")
        .pattern(r"(?i)smudge filter lfs failed|failed to (?:fetch|push) some objects (?:from|to) |Object does not exist on the server|Error downloading object: |git-lfs[/ ].*(?:not found|error)|This repository is configured for Git LFS but|LFS: .*(?:error|exceeded)|batch response: .*not found")
        .strategies(&["config", "retry", "escalate"])
        .matches("fatal: assets/widget.bin: smudge filter lfs failed")
        .matches("Error downloading object: assets/widget.bin (0123456): Smudge error")
        .ignores("Filtering content: 100% (3/3), done."),
    git("system.git-submodule")
        .pattern(r"fatal: (?:No url found for submodule path|clone of '.*' into submodule path|Needed a single revision|not a git repository: .*modules)|Failed to (?:clone|recurse into) (?:submodule )?'|fatal: run_command returned non-zero status|Unable to (?:checkout|fetch) '.*' in submodule path")
        .confidence(0.88)
        .strategies(&["config", "retry", "escalate"])
        .matches("fatal: No url found for submodule path 'widget' in .gitmodules")
        .matches("fatal: clone of 'https://git.example/a/b' into submodule path '/src/app/b' failed")
        .ignores("Submodule path 'widget': checked out '0123456'"),
    git("system.git-no-repository")
        .pattern(r"fatal: [Nn]ot a git repository|fatal: not in a git directory|'origin' does not appear to be a git repository|(?:fatal:|\*\*\*) Please tell me who you are|unable to auto-detect email address|fatal: empty ident name|error: unable to read sha1 file|error: object file .* is empty|fatal: loose object|fatal: (?:destination path '(?P<directory>[^']+)' already exists)")
        .strategies(&["config", "escalate"])
        .confidence(0.85)
        .matches("fatal: not a git repository (or any of the parent directories): .git")
        .matches("fatal: destination path 'widget' already exists and is not an empty directory.")
        .matches("*** Please tell me who you are.")
        .ignores("Initialized empty Git repository in /src/app/.git/"),
    git("system.git-no-identity")
        .pattern(r"^(?:Author|Committer) identity unknown$")
        .strategies(&["config", "escalate"])
        .summary()
        .confidence(0.85)
        .matches("Author identity unknown")
        .ignores("Author: Ada <ada@widget.example>"),
    git("system.git-nothing-to-commit")
        .pattern(r"^nothing (?:added )?to commit\b|^no changes added to commit\b")
        .category("git-or-checkout")
        // Git ends with 1 for a commit of nothing and with 0 for a status: only a build that failed makes it a cause.
        .severity("warning")
        .confidence(0.8)
        .specificity(90)
        .strategies(&["config", "escalate"])
        .matches("nothing to commit, working tree clean")
        .matches("nothing added to commit but untracked files present (use \"git add\" to track)")
        .ignores("[main 1a2b3c4] add the widget"),
    git("system.git-fetch-failed")
        .pattern(
            r"hudson\.plugins\.git\.GitException: |^ERROR: (?:Error (?:fetching|cloning) remote repo|Couldn't find any revision to build|Failed to (?:clone|checkout))|Errors during submodule fetch|error: (?:could not fetch|Could not fetch) \S+|fatal: remote helper '\w+' aborted session|fatal: (?:Could not read from remote repository|remote error: )|fatal: transport '(?P<option>\w+)' not allowed|fatal: protocol error: bad line length|error: cannot lock ref '(?P<reference>[^']+)'|error: some local refs could not be updated|error: unable to (?:update|resolve) (?:local ref|reference)|fatal: could not (?:open|parse) '(?:FETCH_HEAD|HEAD)'|The process '\S*git(?:\.exe)?' failed with exit code (?:1|128)$|\bRepository mirroring is paused|Git fetch failed with exit code|Unable to determine the (?:target|merge) commit|Unable to checkout submodule|Checkout of '\S+' (?:failed|is not possible)",
        )
        .unless("not our ref|publickey|Repository not found|Authentication failed|50[0234]|denied")
        .symptom()
        .confidence(0.84)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("hudson.plugins.git.GitException: Failed to fetch from https://git.example/acme/widget.git")
        .matches("ERROR: Error fetching remote repo 'origin'")
        .matches("error: cannot lock ref 'refs/remotes/origin/topic': is at 0123456 but expected 789abcd")
        .matches("Error: The process '/usr/bin/git' failed with exit code 128")
        .ignores("Fetching upstream changes from https://git.example/acme/widget.git"),
    git("system.git-state")
        .pattern(
            r"fatal: (?:You are not currently on a branch|No configured push destination|The current branch \S+ has no upstream branch|a branch named '(?P<reference>[^']+)' already exists|tag '(?P<version>[^']+)' already exists|'\S+' is already (?:checked out|used by worktree)|Not possible to fast-forward|Need to specify how to reconcile|remote (?P<name>\S+) already exists|no such branch|cannot rebase: You have unstaged|It seems that there is already a rebase|You have not concluded your merge|ambiguous object name|invalid upstream|Not a valid object|no pathspec|Exiting because of (?:an )?un(?:resolved|finished))|error: src refspec (?P<target>\S+) does not match any|error: invalid path '(?P<path>[^']+)'|unable to create file .*: (?:Filename too long|File name too long|Invalid argument)|Working (?:tree|directory) is (?:not clean|dirty)|[Uu]ncommitted changes|fatal: cannot (?:use the current branch name|handle)|error: cannot (?:pull with rebase|rebase): You have|fatal: pathspec '(?P<file>[^']+)' did not match any files|warning: unable to rmdir|git: '(?P<command>[\w-]+)' is not a git command|fatal: this operation must be run in a work tree|fatal: detached HEAD",
        )
        .unless("Not a valid object name")
        .confidence(0.84)
        .strategies(&["config", "escalate"])
        .matches("error: src refspec main does not match any")
        .matches("fatal: You are not currently on a branch.")
        .matches("fatal: tag 'v1.0.0' already exists")
        .matches("error: invalid path 'docs/con.md'")
        .matches("fatal: Not possible to fast-forward, aborting.")
        .matches("git: 'lfs' is not a git command. See 'git --help'.")
        .ignores("HEAD is now at 0123456 Add a widget"),
    git("system.git-lfs-quota")
        .category("rate-limit")
        .pattern(r"This repository (?:is over|exceeded) its (?:LFS )?(?:data quota|budget)|LFS bandwidth should purchase more data packs|batch response: Rate limit exceeded|This repository exceeded its LFS budget")
        .confidence(0.95)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("batch response: This repository is over its data quota. Account responsible for LFS bandwidth should purchase more data packs to restore access.")
        .ignores("Downloading assets/widget.bin (12 KB)"),
];
