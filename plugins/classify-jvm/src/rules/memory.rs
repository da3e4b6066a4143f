//! The virtual machine's memory, and forked machines that died.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.out-of-memory", "resource-memory")
        .pattern(r"java\.lang\.OutOfMemoryError|os::commit_memory\(.*failed|There is insufficient memory for the Java Runtime|GC overhead limit exceeded|OutOfMemoryError: (?:Java heap space|Metaspace|PermGen|Compressed class|Requested array)|Could not reserve enough space for|Native memory allocation \(\w+\) failed|Not enough memory to run compilation|daemon .*ran out of memory|The system is out of resources\.|Terminating due to java\.lang\.OutOfMemoryError|Kotlin daemon.*memory|^\s*> (?:Java heap space|Metaspace|GC overhead)")
        .unless("unable to create (?:new )?native thread")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .block("jvm-trace")
        .matches("java.lang.OutOfMemoryError: Java heap space")
        .matches("Java HotSpot(TM) 64-Bit Server VM warning: INFO: os::commit_memory(0x0000000792aa0000, 1431699456, 0) failed; error='Cannot allocate memory' (errno=12)")
        .matches("Error occurred during initialization of VM: Could not reserve enough space for 2097152KB object heap")
        .ignores("java.lang.OutOfMemoryError: unable to create native thread"),
    rule("jvm.fork-died", "resource-memory")
        .pattern(r"The forked VM terminated without (?:properly )?saying (?:properly )?goodbye|ExecutionException The forked VM|Process 'Gradle Test Executor \d+' finished with non-zero exit value|Could not create the Java Virtual Machine|^\[ERROR\] Crashed tests:|Process Exit Code: (?:134|137|143)|Corrupted channel by directly writing|Test process encountered an unexpected problem")
        .symptom()
        .confidence(0.66)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry"])
        .matches("The forked VM terminated without properly saying goodbye. VM crash or System.exit called?")
        .matches("Process 'Gradle Test Executor 3' finished with non-zero exit value 1")
        .ignores("Tests run: 10, Failures: 0"),
];
