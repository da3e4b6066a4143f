//! Memory cgroups: a limit for all processes of a command together, and the kernel's own count of kills.
//!
//! Both versions are looked for and none is assumed: machines with v2 may have the memory controller in v1, containers may
//! have neither writable. A cgroup is made only for commands with a memory limit (moving a process into one usually costs
//! 0.1 ms, but now and then 13 ms; measured 2026-11-23); for all others the counter of the engine's own cgroup is compared
//! before and after, which may count a kill of another command that ran at the same time.
//!
//! With version 2 a cgroup that holds processes cannot hand its controllers down, so the new one is made below the engine's
//! own cgroup or, where that is refused, beside it (systemd delegates whole user slices). The engine never moves itself.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Start of the names of cgroups that belong to an engine; its process id and a number follow.
const NAME_PREFIX: &str = "selfheal-";

/// Numbers cgroups through the whole process: two executors must not meet.
static SERIAL: AtomicU64 = AtomicU64::new(0);

/// How long the kernel may take to let killed processes go.
const REMOVE_WITHIN: Duration = Duration::from_secs(2);

/// Time between two looks at a cgroup that is being emptied.
const REMOVE_STEP: Duration = Duration::from_millis(2);

/// Which interface the memory controller has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// Where the engine stands in the hierarchy that holds the memory controller.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    version: Version,
    mount: PathBuf,
    own: PathBuf,
}

/// Makes memory cgroups.
#[derive(Debug)]
pub(crate) struct MemoryGroups {
    standing: Option<Standing>,
}

impl MemoryGroups {
    /// Looks where the engine stands and removes cgroups of engines that were killed.
    pub(crate) fn detect() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let standing = locate(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"));
        if let Some(standing) = &standing {
            standing.parents().iter().for_each(|parent| sweep(parent));
        }
        Self { standing }
    }

    /// Those of a machine without cgroups.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { standing: None }
    }

    /// A new cgroup with a limit in bytes; `None` where that is not possible.
    pub(crate) fn create(&self, limit: u64) -> Option<MemoryGroup> {
        let standing = self.standing.as_ref()?;
        let name = format!("{NAME_PREFIX}{}-{}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
        standing.parents().iter().find_map(|parent| {
            let group = MemoryGroup::create(parent.join(&name), standing.version)?;
            // Dropping the group removes it again.
            group.set_limit(limit).ok().map(|()| group)
        })
    }

    /// Kills for lack of memory in the engine's own cgroup so far; `None` where nobody counts.
    pub(crate) fn own_kills(&self) -> Option<u64> {
        let standing = self.standing.as_ref()?;
        match standing.version {
            Version::V1 => read_kills(&standing.own.join("memory.oom_control")),
            Version::V2 => read_kills(&standing.own.join("memory.events.local"))
                .or_else(|| read_kills(&standing.own.join("memory.events"))),
        }
    }
}

impl Standing {
    /// Directories in which new cgroups may be made, best first.
    fn parents(&self) -> Vec<PathBuf> {
        let beside = self.own.parent().filter(|parent| self.version == Version::V2 && parent.starts_with(&self.mount));
        [Some(self.own.as_path()), beside].into_iter().flatten().map(Path::to_owned).collect()
    }
}

/// A cgroup of one command.
#[derive(Debug)]
pub(crate) struct MemoryGroup {
    directory: PathBuf,
    version: Version,
}

impl MemoryGroup {
    fn create(directory: PathBuf, version: Version) -> Option<Self> {
        if version == Version::V2 {
            // Refused where processes live in the parent; then the controller may be handed down already.
            let _ = fs::write(directory.parent()?.join("cgroup.subtree_control"), "+memory");
        }
        fs::create_dir(&directory).ok()?;
        Some(Self { directory, version })
    }

    fn set_limit(&self, limit: u64) -> io::Result<()> {
        let set = |file: &str, value: &str| fs::write(self.directory.join(file), value);
        match self.version {
            Version::V1 => {
                set("memory.limit_in_bytes", &limit.to_string())?;
                // Not there where the kernel does not account swap.
                let _ = set("memory.memsw.limit_in_bytes", &limit.to_string());
            }
            Version::V2 => {
                set("memory.max", &limit.to_string())?;
                let _ = set("memory.swap.max", "0");
            }
        }
        Ok(())
    }

    /// The file by which a process joins, opened for a child that writes `0` to it.
    pub(crate) fn procs(&self) -> io::Result<OwnedFd> {
        Ok(File::options().write(true).open(self.directory.join("cgroup.procs"))?.into())
    }

    /// Kills for lack of memory in this cgroup so far.
    pub(crate) fn kills(&self) -> Option<u64> {
        read_kills(&self.directory.join(match self.version {
            Version::V1 => "memory.oom_control",
            Version::V2 => "memory.events",
        }))
    }

    /// Kills what is left in it, wherever that went with its process group, and returns when it is gone.
    fn empty(&self) {
        let deadline = Instant::now() + REMOVE_WITHIN;
        while fs::remove_dir(&self.directory).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            if fs::write(self.directory.join("cgroup.kill"), "1").is_err() {
                self.kill_each();
            }
            if Instant::now() > deadline {
                // The next engine sweeps it away.
                return;
            }
            std::thread::sleep(REMOVE_STEP);
        }
    }

    fn kill_each(&self) {
        let procs = fs::read_to_string(self.directory.join("cgroup.procs")).unwrap_or_default();
        for pid in procs.lines().filter_map(|line| rustix::process::Pid::from_raw(line.parse().ok()?)) {
            // It may have ended by itself meanwhile.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        self.empty();
    }
}

/// Reads the line `oom_kill N`, which both versions have.
fn read_kills(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
}

/// Removes cgroups whose engine is gone; those that are not empty stay.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let engine = name.to_str().and_then(|name| name.strip_prefix(NAME_PREFIX)?.split('-').next());
        if engine.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Finds the memory controller from the contents of `/proc/self/cgroup` and `/proc/self/mountinfo`.
fn locate(cgroup: &str, mountinfo: &str) -> Option<Standing> {
    let lines = || {
        cgroup.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            Some((parts.next()?, parts.next()?))
        })
    };
    let v1 = lines().find(|(controllers, _)| controllers.split(',').any(|name| name == "memory"));
    let (version, path) = match v1 {
        Some((_, path)) => (Version::V1, path),
        None => (Version::V2, lines().find(|(controllers, _)| controllers.is_empty())?.1),
    };
    mountinfo.lines().find_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        let mut right = right.split(' ');
        let (kind, options) = (right.next()?, right.nth(1)?);
        let fits = match version {
            Version::V1 => kind == "cgroup" && options.split(',').any(|option| option == "memory"),
            Version::V2 => kind == "cgroup2",
        };
        let mut left = left.split(' ').skip(3);
        let (root, mount) = (left.next()?, PathBuf::from(left.next()?));
        // In a container the mount may show only a part of the hierarchy.
        let below = Path::new(path).strip_prefix(root).ok().filter(|_| fits)?;
        let own = if below.as_os_str().is_empty() { mount.clone() } else { mount.join(below) };
        Some(Standing { version, mount, own })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "\
33 28 0:29 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
36 33 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 33 0:36 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";

    #[test]
    fn version_1_controller_is_preferred_where_it_is_mounted() {
        let found = locate("4:memory:/jobs/7\n1:cpu:/\n0::/jobs/7\n", MIXED);
        let mount = PathBuf::from("/sys/fs/cgroup/memory");
        assert_eq!(found, Some(Standing { version: Version::V1, own: mount.join("jobs/7"), mount }));
    }

    #[test]
    fn container_that_sees_a_part_of_version_2_is_understood() {
        let mountinfo = "36 33 0:31 /docker/ab /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw,nsdelegate\n";
        let mount = PathBuf::from("/sys/fs/cgroup");
        let found = locate("0::/docker/ab/build\n", mountinfo);
        assert_eq!(found, Some(Standing { version: Version::V2, own: mount.join("build"), mount: mount.clone() }));
        let found = locate("0::/docker/ab\n", mountinfo).expect("found");
        assert_eq!(found.parents(), [mount], "nothing above the mount is touched");
    }

    #[test]
    fn engine_in_a_user_slice_may_make_groups_beside_itself() {
        let found = locate("0::/user.slice/app.scope\n", "36 33 0:31 / /cg rw - cgroup2 cgroup rw\n").expect("found");
        assert_eq!(found.parents(), [PathBuf::from("/cg/user.slice/app.scope"), PathBuf::from("/cg/user.slice")]);
    }

    #[test]
    fn machine_without_cgroups_has_none() {
        assert_eq!(locate("", ""), None);
        assert_eq!(locate("0::/\n", "33 28 0:29 / / rw - ext4 /dev/vda rw\n"), None);
    }

    #[test]
    fn kill_counts_are_read_from_both_versions() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let file = dir.path().join("counter");
        fs::write(&file, "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n").expect("write");
        assert_eq!(read_kills(&file), Some(3));
        fs::write(&file, "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n").expect("write");
        assert_eq!(read_kills(&file), Some(1));
        fs::write(&file, "").expect("write");
        assert_eq!(read_kills(&file), None);
    }

    #[test]
    fn groups_of_dead_engines_are_swept_and_others_stay() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let mine = format!("{NAME_PREFIX}{}-0", std::process::id());
        for name in ["selfheal-999999999-4", mine.as_str(), "system.slice"] {
            fs::create_dir(dir.path().join(name)).expect("create");
        }
        sweep(dir.path());
        assert!(!dir.path().join("selfheal-999999999-4").exists());
        assert!(dir.path().join(mine).exists() && dir.path().join("system.slice").exists());
    }
}
