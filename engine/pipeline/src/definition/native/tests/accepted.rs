//! Files that are right.

use proptest::prelude::*;

use super::*;

#[test]
fn a_stage_needs_only_a_name_and_a_command() {
    let Parsed { pipeline, warnings } = parsed(STAGE);
    let mut expected = Pipeline::named("pipeline");
    expected.stages.push(Stage::new("test", CommandLine::Shell("make test".to_owned())));
    assert_eq!((pipeline, warnings), (expected, Vec::new()));
}

#[test]
fn the_documented_example_is_right_and_only_its_gates_give_warnings() {
    let Parsed { pipeline, warnings } = parsed(EXAMPLE);
    let about: Vec<String> = warnings.iter().map(|warning| format!("{:?}", warning.kind)).collect();
    expect![[r#"
        NotMeasured { gate: "test-coverage" }
        NotMeasured { gate: "code-quality" }
        NotMeasured { gate: "security-scan" }"#]]
    .assert_eq(&about.join("\n"));
    let mut with_defaults = pipeline.clone();
    let modes = std::collections::BTreeMap::from([("dependency".to_owned(), Mode::Shadow)]);
    with_defaults.healing = Healing { modes, ..Healing::default() };
    with_defaults.detection = Detection::default();
    assert_eq!(pipeline, with_defaults, "the example shows the defaults of detection and healing");
    expect![[r#"
        install needs []
        lint needs ["install"]
        test (scale=1, seed=a) needs ["install"]
        test (scale=1, seed=b) needs ["install"]
        test (scale=3, seed=a) needs ["install"]
        test (scale=3, seed=b) needs ["install"]
        deploy needs ["test (scale=1, seed=a)", "test (scale=1, seed=b)", "test (scale=3, seed=a)", "test (scale=3, seed=b)", "lint"]
        bundle needs ["install"]
        end-to-end needs ["bundle"]"#]]
    .assert_eq(&graph(&pipeline));
}

#[test]
fn the_documented_example_shows_every_key_of_a_stage() {
    for key in [
        "name",
        "run",
        "needs",
        "runner",
        "directory",
        "env",
        "timeout",
        "resources",
        "idempotent",
        "when",
        "matrix",
        "allow-failure",
        "environment",
    ] {
        assert!(EXAMPLE.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key} is not shown");
    }
}

#[test]
fn the_example_of_the_design_is_read() {
    let text = r#"
        [pipeline]
        name = "shop"
        timeout = "45m"
        max-parallel = 4

        [[stage]]
        name = "install"
        run = "pip install -r requirements.txt"

        [[stage]]
        name = "test"
        needs = ["install"]
        run = "pytest -q"
        timeout = "10m"
        resources = { memory = "2GiB" }

        [detection]
        confidence-threshold = 0.8

        [healing]
        mode = "auto"            # off | shadow | suggest | auto
        max-attempts = 3
        patches = "propose"      # propose | apply

        [gates]
        test-coverage = 80.0

        [plugins]
        dir = "ci/plugins"
    "#;
    let pipeline = parsed(text).pipeline;
    assert_eq!((pipeline.name.as_str(), pipeline.timeout_ms), ("shop", Some(2_700_000)));
    assert_eq!(pipeline.stages[1].limits.memory_bytes, Some(2 << 30));
    assert_eq!(pipeline.stages[1].limits.timeout_ms, Some(600_000));
    assert_eq!(pipeline.detection.confidence_threshold, 0.8);
    assert_eq!((pipeline.healing.mode, pipeline.healing.patches), (Mode::Auto, Patches::Propose));
    assert_eq!(pipeline.plugins.dir.as_deref(), Some("ci/plugins"));
}

#[test]
fn a_list_is_a_program_with_arguments() {
    let stage = stage("[[stage]]\nname = 'a'\nrun = ['echo', '$HOME']\n");
    assert_eq!(stage.command, CommandLine::Argv(vec!["echo".to_owned(), "$HOME".to_owned()]));
}

#[test]
fn a_deployment_is_not_repeated_unless_its_author_says_so() {
    assert!(stage(STAGE).is_idempotent);
    assert!(!stage(&format!("{STAGE}environment = 'production'\n")).is_idempotent);
    assert!(stage(&format!("{STAGE}environment = 'staging'\nidempotent = true\n")).is_idempotent);
    assert!(!stage(&format!("{STAGE}idempotent = false\n")).is_idempotent);
}

#[test]
fn directories_are_written_in_one_way() {
    let directory = |written: &str| stage(&format!("{STAGE}directory = '{written}'\n")).directory;
    assert_eq!([directory("./web/"), directory("./"), directory("a//b/./c")], ["web", ".", "a/b/c"]);
}

#[test]
fn a_matrix_makes_a_stage_for_each_combination() {
    let text = r#"
        [[stage]]
        name = "build"
        run = "make"
        matrix.node-version = [18, "20"]
        matrix.os = ["linux"]

        [[stage]]
        name = "one"
        run = "true"
        needs = ["build (node-version=20, os=linux)"]

        [[stage]]
        name = "all"
        run = "true"
        needs = ["build", "build (node-version=20, os=linux)"]
    "#;
    let pipeline = parsed(text).pipeline;
    expect![[r#"
        build (node-version=18, os=linux) needs []
        build (node-version=20, os=linux) needs []
        one needs ["build (node-version=20, os=linux)"]
        all needs ["build (node-version=18, os=linux)", "build (node-version=20, os=linux)"]"#]]
    .assert_eq(&graph(&pipeline));
    expect![[r#"{"MATRIX_NODE_VERSION": "20", "MATRIX_OS": "linux"}"#]]
        .assert_eq(&format!("{:?}", pipeline.stages[1].env));
}

#[test]
fn a_stage_whose_condition_does_not_hold_is_unwanted() {
    let text = r#"
        [[stage]]
        name = "always"
        run = "true"

        [[stage]]
        name = "ci"
        run = "true"
        when = "env.CI == 'true'"

        [[stage]]
        name = "combination"
        run = "true"
        matrix = { n = [1, 2] }
        when = 'env.MATRIX_N != "2"'
    "#;
    let pipeline = parsed(text).pipeline;
    let unwanted = |environment: &[(&str, &str)]| {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        pipeline.unwanted(&environment).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(unwanted(&[]), ["ci", "combination (n=2)"]);
    assert_eq!(unwanted(&[("CI", "true"), ("MATRIX_N", "9")]), ["combination (n=2)"]);
}

#[test]
fn grants_and_configuration_of_plugins_are_read() {
    let text = format!(
        r#"{STAGE}
        [plugins]
        disabled = ["heal-retry"]
        [plugins.grants."acme/x"]
        digest = "sha256:{}"
        process = ["terraform"]
        workspace = "read"
        http = ["api.example"]
        state = true
        [plugins.config."acme/x"]
        depth = 3
        since = 2026-11-23
        nested = {{ list = [1.5, true, "text"] }}
    "#,
        "ab".repeat(32)
    );
    let plugins = parsed(&text).pipeline.plugins;
    expect![[r#"
        PluginSettings {
            dir: None,
            grants: {
                "acme/x": Grant {
                    digest: Some(
                        "sha256:abababababababababababababababababababababababababababababababab",
                    ),
                    process: [
                        "terraform",
                    ],
                    workspace: Some(
                        Read,
                    ),
                    http: [
                        "api.example",
                    ],
                    state: true,
                    clock: false,
                },
            },
            config: {
                "acme/x": "{\"depth\":3,\"nested\":{\"list\":[1.5,true,\"text\"]},\"since\":\"2026-11-23\"}",
            },
            disabled: [
                "heal-retry",
            ],
        }
    "#]]
    .assert_debug_eq(&plugins);
}

#[test]
fn services_are_read_with_their_sign_of_readiness() {
    let ready = |ready: &str| {
        let services = format!("services = [{{ name = 'db', run = 'db', timeout = '5s', ready = {{ {ready} }} }}]\n");
        let service = parsed(&format!("{STAGE}{services}")).pipeline.stages[0].services[0].clone();
        assert_eq!((service.name.as_str(), service.timeout_ms), ("db", 5_000));
        service.ready
    };
    assert_eq!(ready("port = 5432"), Ready::Port { port: 5_432 });
    assert_eq!(ready("port = '$PORT'"), Ready::PortOf { variable: "PORT".to_owned() });
    let url = "http://127.0.0.1:8080/health";
    assert_eq!(ready(&format!("http = '{url}'")), Ready::Http { url: url.to_owned() });
    assert_eq!(
        ready("command = 'pg_isready'"),
        Ready::Command { command: CommandLine::Shell("pg_isready".to_owned()) }
    );
    assert_eq!(ready("log = 'ready to accept'"), Ready::Log { text: "ready to accept".to_owned() });
}

#[test]
fn lists_that_keep_nothing_give_a_warning() {
    check_warnings(
        "outputs = ['target']\n",
        expect![[r#"
        selfheal.toml:4:1: warning: `outputs` has no effect: without `inputs` nobody can tell when they are out of date, so they are not kept
          |
        4 | outputs = ['target']
          | ^^^^^^^"#]],
    );
    check_warnings(
        "inputs = ['src']\nidempotent = false\n",
        expect![[r#"
        selfheal.toml:4:1: warning: `inputs` has no effect: the stage is not idempotent, so it runs every time
          |
        4 | inputs = ['src']
          | ^^^^^^"#]],
    );
}

#[test]
fn a_need_that_is_listed_twice_counts_once() {
    check_warnings(
        "[[stage]]\nname = 'b'\nrun = 'true'\nneeds = ['test', 'test']\n",
        expect![[r#"
        selfheal.toml:7:18: warning: stage `b` needs `test` twice; once is enough
          |
        7 | needs = ['test', 'test']
          |                  ^^^^^^"#]],
    );
}

#[test]
fn a_grant_for_any_bytes_gives_a_warning() {
    check_warnings(
        "[plugins.grants.'acme/x']\nclock = true\n",
        expect![[r#"
        selfheal.toml:4:17: warning: the grant for `acme/x` has no `digest`: a plugin that is a file gets nothing by it
          |
        4 | [plugins.grants.'acme/x']
          |                 ^^^^^^^^"#]],
    );
}

#[test]
fn ten_thousand_stages_in_a_chain_are_read() {
    let mut text = "[[stage]]\nname = 's0'\nrun = 'true'\n".to_owned();
    for number in 1..10_000 {
        text.push_str(&format!("[[stage]]\nname = 's{number}'\nrun = 'true'\nneeds = ['s{}']\n", number - 1));
    }
    assert_eq!(parsed(&text).pipeline.stages.len(), 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_a_reason_to_panic(
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
        inserted in "[\\[\\]{}='\"\n,.#a-z0-9é\\\\\t]{0,6}",
    ) {
        // Whole characters, because the file is a text.
        let characters: Vec<char> = EXAMPLE.chars().collect();
        let start = cut.0.index(characters.len());
        let end = (start + cut.1.index(30)).min(characters.len());
        let text: String = characters[..start].iter().copied().chain(inserted.chars()).chain(characters[end..].iter().copied()).collect();
        if let Err(errors) = parse(&text, "selfheal.toml") {
            prop_assert!(!errors.problems.is_empty());
            for problem in errors.problems {
                prop_assert!(problem.line <= text.split('\n').count());
            }
        }
    }
}

fn graph(pipeline: &Pipeline) -> String {
    let lines = pipeline.stages.iter().map(|stage| {
        let needs: Vec<&str> = stage.needs.iter().map(|need| need.as_str()).collect();
        format!("{} needs {needs:?}", stage.name)
    });
    lines.collect::<Vec<_>>().join("\n")
}
