//! Disk, memory, time and open files.

use plugin_sdk::prelude::*;

use super::rule;

const fn resource(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category)
        .confidence(0.9)
        .specificity(65)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    resource("system.no-space", "resource-disk")
        .pattern(
            r"(?i)no space left on (?:the )?device|\bENOSPC\b|not enough (?:free )?(?:disk )?space|There is not enough space on the disk|insufficient (?:disk )?space|disk (?:is )?full|low on disk space|You don't have enough free space in|write error: (?:No space|Disk full)|error while writing .*: No space",
        )
        .unless(r"(?i)inode|System limit for number of file watchers")
        .confidence(0.93)
        .evidence(&["disk-full"])
        .matches("write /tmp/widget: no space left on device")
        .matches("Error: ENOSPC: no space left on device, write")
        .matches("E: You don't have enough free space in /var/cache/apt/archives/.")
        .matches("OSError: [Errno 28] No space left on device: '/tmp/widget'")
        .ignores("Filesystem      Size  Used Avail Use% Mounted on"),
    resource("system.no-inodes", "resource-disk")
        .pattern(r"(?i)(?:no|out of|not enough) (?:free )?inodes|inodes? (?:exhausted|full)|ran out of inodes")
        .matches("mkdir: cannot create directory ‘x’: no free inodes")
        .ignores("write /tmp/widget: no space left on device"),
    resource("system.disk-quota", "resource-disk")
        .pattern(r"(?i)disk quota exceeded|\bEDQUOT\b|File size limit exceeded|File too large")
        .matches("cp: error writing 'widget': Disk quota exceeded")
        .matches("File size limit exceeded (core dumped)")
        .ignores("quota: none"),
    resource("system.file-watchers", "configuration")
        .pattern(r"System limit for number of file watchers reached|inotify (?:watch|instance)e?s? (?:limit|exhausted)|Too many inotify|fs\.inotify\.max_user")
        .confidence(0.92)
        .matches("Error: ENOSPC: System limit for number of file watchers reached, watch '/src/app'")
        .ignores("Error: ENOSPC: no space left on device, write"),
    resource("system.out-of-memory", "resource-memory")
        .pattern(
            r"(?i)out of memory(?:: Killed process| \(oom)|\boom-?kill(?:ed|er)?\b|OOMKilled|Killed process \d+|memory cgroup out of memory|std::bad_alloc|cannot allocate memory|virtual memory exhausted|fatal error: (?:runtime: )?out of memory|LLVM ERROR: out of memory|memory allocation of \d+ bytes failed|(?:ran|run|running) out of memory|\bENOMEM\b|Out of memory\b|There is insufficient memory for the Java Runtime|container .*exceeded (?:its )?memory limit",
        )
        .unless(r"(?i)^\s+--?[\w-]+ .*(?:disable|enable|tune|set) |heap out of memory|CUDA|probably means the system ran out of memory|OOMKilled\x22?: ?\x22?false|of an earlier|^Killed process \d+ of ")
        .confidence(0.93)
        .specificity(70)
        .evidence(&["oom-kill"])
        .matches("Out of memory: Killed process 4711 (cc1plus) total-vm:4194304kB")
        .matches("terminate called after throwing an instance of 'std::bad_alloc'")
        .matches("fork: Cannot allocate memory")
        .ignores("OOMKilled: false")
        .ignores("Killed process 4711 of an earlier run")
        .ignores("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    resource("system.too-many-open-files", "infrastructure-runner")
        .pattern(r"(?i)too many open files|\bEMFILE\b|\bENFILE\b")
        .strategies(&["resource", "config"])
        .matches("Error: EMFILE: too many open files, open 'widget'")
        .matches("OSError: [Errno 24] Too many open files")
        .ignores("1024 open files"),
    resource("system.too-many-processes", "infrastructure-runner")
        .pattern(r"(?i)fork: (?:retry: )?Resource temporarily unavailable|can't start new thread|unable to create (?:new )?native thread|pthread_create failed|failed to create new OS thread|thread::spawn.*WouldBlock|uv_thread_create")
        .matches("bash: fork: retry: Resource temporarily unavailable")
        .matches("RuntimeError: can't start new thread")
        .ignores("E: Could not get lock /var/lib/dpkg/lock-frontend - open (11: Resource temporarily unavailable)"),
    resource("system.cpu-time-limit", "resource-cpu-timeout")
        .pattern(r"(?i)CPU time limit exceeded|Cputime limit exceeded|SIGXCPU")
        .evidence(&["signal-24"])
        .matches("CPU time limit exceeded (core dumped)")
        .ignores("time limit: 60 s"),
    resource("system.timeout", "resource-cpu-timeout")
        .pattern(
            r"(?i)has exceeded the maximum execution time|exceeded the maximum (?:execution )?time(?: limit)?|execution took longer than|(?:step|job|build|command|action|script|task) .{0,60}(?:timed out|has timed out after|exceeded the (?:job |time )?(?:timeout|limit))|No output has been received in the last|timeout: sending signal|Too long with no output|Command timed out after|Timeout has been exceeded|The action .* has timed out|Build timed out \(after|Cancelling since .*time limit|DUE TO TIME LIMIT",
        )
        .unless(r"(?i)connection|connect |lock|lookup|dial tcp|resolve")
        .confidence(0.86)
        .exit_codes(&[124])
        .evidence(&["timed-out", "exit-124"])
        .matches("Command timed out after 600 seconds")
        .ignores("curl: (28) Connection timed out after 30000 milliseconds"),
    resource("system.gpu", "infrastructure-runner")
        .pattern(r"NVIDIA-SMI has failed because|Failed to initialize NVML|no CUDA-capable device is detected|Found no NVIDIA driver on your system|CUDA driver version is insufficient|CUDA error: (?:unknown error|all CUDA-capable devices are busy|an illegal instruction|initialization error)|nvidia-container-cli: initialization error|Torch not compiled with CUDA enabled|ECC error|fallen off the bus|GPU is lost")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.")
        .matches("Failed to initialize NVML: Driver/library version mismatch")
        .ignores("| NVIDIA-SMI 550.54   Driver Version: 550.54   CUDA Version: 12.4 |"),
];
