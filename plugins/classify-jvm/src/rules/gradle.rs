//! Gradle's scripts, daemon, wrapper and locks.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.gradle-script", "configuration")
        .pattern(r"A problem occurred (?:evaluating|configuring) (?:root )?(?:project|script|settings)|Project (?:'\S+'|with path '\S+') (?:not found in|could not be found)|Project directory '\S+' is not part of the build|[Tt]ask '(?P<target>\S+)' not found in|Cannot locate (?:tasks|a task) that match|Could not find method \w+\(\) for arguments|Could not get unknown property '(?P<option>[^']+)'|Could not set unknown property|Could not compile (?:build|settings) file|Build file '[^']+' line: \d+$|does not contain a Gradle build|Configuration cache problems found|Cannot (?:add|create) (?:task|a task) .*already exists|Unknown command-line option '|Script compilation errors?:|Failed to apply plugin (?:\[|')|Included build '\S+' does not exist|Cannot query the value of (?:this )?(?:provider|property)|No value has been specified for property|A problem was found with the configuration of task|Some problems were found with the configuration of task|uses this output of task '\S+' without declaring|Entry \S+ is a duplicate but no duplicate handling strategy|property '\S+' specifies (?:file|directory) '\S+' which doesn't exist|Build was configured to prefer settings repositories")
        .unless(r"requires (?:Java|Gradle)|Unsupported class file")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("A problem occurred evaluating root project 'app'.")
        .matches("Task 'spin' not found in root project 'app'.")
        .matches("> Could not get unknown property 'widgetVersion' for root project 'app' of type org.gradle.api.Project.")
        .matches("> A problem was found with the configuration of task ':app:spin' (type 'SpinTask').")
        .ignores("> Task :app:compileJava"),
    rule("jvm.wrapper", "configuration")
        .pattern(r"Could not find or load main class org\.(?:gradle|apache\.maven)\.wrapper|Unable to access jarfile \S*(?:gradle|maven)-wrapper\.jar|ClassNotFoundException: org\.(?:gradle|apache\.maven)\.wrapper|At least one Gradle Wrapper Jar|Wrapper properties file '\S+' does not exist")
        .confidence(0.95)
        .strategies(&["config", "escalate"])
        .matches("Error: Could not find or load main class org.gradle.wrapper.GradleWrapperMain")
        .matches("Error: Unable to access jarfile /src/app/gradle/wrapper/gradle-wrapper.jar")
        .ignores("Downloading https://gradle.example/gradle-8.5-bin.zip"),
    rule("jvm.daemon-gone", "resource-memory")
        .pattern(r"Gradle build daemon (?:disappeared unexpectedly|has been stopped)|Expiring Daemon because JVM heap space is exhausted|Daemon will be stopped at the end of the build after running out of JVM|Could not (?:receive|dispatch) a message (?:from|to) the daemon|The message received from the daemon indicates that the daemon has disappeared|Could not connect to (?:the )?(?:Gradle daemon|[Kk]otlin (?:compile )?daemon)|[Cc]onnection to the (?:Kotlin )?daemon has been unexpectedly lost|Unable to start the daemon process|Gradle Test Executor \d+' finished with non-zero exit value (?:137|134)|Worker Daemon.*(?:exited|crashed) unexpectedly|Failed to run Gradle Worker Daemon")
        .unless(r"since (?:the build|stop)|Using fallback strategy")
        .confidence(0.82)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "alternative", "retry"])
        .matches("Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)")
        .matches("Unable to start the daemon process.")
        .matches("Could not receive a message from the daemon.")
        .matches("> Could not connect to Kotlin compile daemon")
        .matches("Connection to the Kotlin daemon has been unexpectedly lost. This might be caused by the daemon being killed by another process or the operating system, or by JVM crash.")
        .ignores("Could not connect to kotlin daemon. Using fallback strategy.")
        .ignores("Starting a Gradle Daemon (subsequent builds will be faster)"),
    rule("jvm.gradle-lock", "port-or-concurrency-conflict")
        .pattern(r"Timeout waiting to lock (?P<name>[\w ]+)\.? ?(?:\(|It is currently in use|$)|Could not create service of type \w+ using .*GradleUserHome|Cannot lock .* as it has already been locked by this process|sbt: (?:server|boot) lock|waiting for lock on \S+\.sbt|Could not (?:acquire|lock) .*(?:\.gradle|\.m2)|java\.io\.IOException: (?:Could not acquire|Unable to acquire) lock")
        .unless("read lock|write lock for")
        .confidence(0.93)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "alternative"])
        .matches("> Timeout waiting to lock journal cache (/root/.gradle/caches/journal-1). It is currently in use by another Gradle instance.")
        .matches("Timeout waiting to lock build logic queue. It is currently in use by another Gradle instance.")
        .ignores("Starting a Gradle Daemon (subsequent builds will be faster)"),
    rule("jvm.gradle-cache", "configuration")
        .pattern(r"Could not (?:load|read) (?:immutable workspace|cache entry|entry from|.*from cache)|Corrupt(?:ed)? (?:serialized|DEX|.*cache)|contents of the immutable workspace '[^']+' have been modified|Could not open (?:cp_|proj_|settings_|init_|file content|journal)\w*.*cache|CorruptedCacheException|Corrupted IndexBlock")
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("> The contents of the immutable workspace '/root/.gradle/caches/8.8/transforms/0123' have been modified.")
        .matches("org.gradle.cache.internal.btree.CorruptedCacheException: Corrupted IndexBlock 4711 found in cache")
        .ignores("Build cache is an incubating feature."),
];
