//! Settings that cannot be read, and frameworks and command lines that refuse what they were given.

use plugin_sdk::prelude::*;

use super::rule;

const fn settings(code: &'static str) -> RuleBuilder {
    rule(code, "configuration").strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    settings("python.json-invalid")
        .pattern(r"JSONDecodeError: (?:Expecting|Extra data|Invalid|Unterminated|Unexpected|Illegal)")
        .unless(r"line 1 column 1 \(char 0\)")
        .confidence(0.75)
        .block("python-traceback")
        .matches("json.decoder.JSONDecodeError: Expecting ',' delimiter: line 4 column 3 (char 61)")
        .matches("E   json.decoder.JSONDecodeError: Extra data: line 2 column 1 (char 20)")
        .ignores("requests.exceptions.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
    settings("python.toml-invalid")
        .pattern(r"(?i:TOMLDecodeError): |^tomlkit\.exceptions\.\w+: |[Ii]nvalid pyproject\.toml config|^configuration error: `|Failed to parse.* pyproject\.toml|flit_core\.config\.ConfigError|pyproject\.toml: .*(?:Expected|Cannot declare|Invalid)")
        .block("python-traceback")
        .matches("tomllib.TOMLDecodeError: Cannot overwrite a value (at line 7, column 12)")
        .matches("tomlkit.exceptions.UnexpectedCharError: Unexpected character: 'x' at line 3 col 2")
        .matches("configuration error: `project.license` must be valid exactly by one definition")
        .ignores("class TOMLDecodeError(ValueError):"),
    settings("python.yaml-invalid")
        .pattern(r"^(?:E\s+)?(?:ruamel\.)?yaml\.(?:scanner|parser|composer|constructor|reader|representer)\.\w+Error\b")
        .block("python-traceback")
        .matches("yaml.scanner.ScannerError: mapping values are not allowed here")
        .matches("yaml.constructor.ConstructorError: could not determine a constructor for the tag '!Ref'")
        .ignores("import yaml.scanner"),
    settings("python.ini-invalid")
        .pattern(r"configparser\.(?:No(?:Section|Option)|Parsing|Duplicate(?:Section|Option)|Interpolation\w*)Error: ")
        .block("python-traceback")
        .matches("configparser.NoSectionError: No section: 'database'")
        .ignores("except configparser.NoSectionError:"),
    settings("python.settings-invalid")
        .pattern(r"ValidationError: \d+ validation errors? for \w*(?:Settings|Config|Env)\w*|\bSettingsError: |ImproperlyConfigured: |SystemCheckError: |AppRegistryNotReady: |LookupError: No installed app with label|Invalid HTTP_HOST header|dynaconf\.validator\.ValidationError: |RuntimeError: Model class \S+ doesn't declare an explicit app_label|kombu\.exceptions\.\w+: |decouple\.\w+: |UndefinedValueError: ")
        .specificity(75)
        .confidence(0.82)
        .block("python-traceback")
        .matches("pydantic_core._pydantic_core.ValidationError: 2 validation errors for AppSettings")
        .matches("django.core.exceptions.ImproperlyConfigured: Requested setting INSTALLED_APPS, but settings are not configured.")
        .matches("SystemCheckError: System check identified some issues:")
        .ignores("System check identified no issues (0 silenced)."),
    settings("python.app-not-found")
        .pattern(r#"Error: Could not locate a Flask application|Error: Failed to find (?:Flask application|attribute)|Failed to find attribute '\w+' in '|Error: While importing '[\w.]+', an ImportError was raised|Error loading ASGI app|Unable to load celery application|Failed to parse '[^']+' as an attribute name or function call|ERROR: +Error loading (?:ASGI|WSGI) app|App factory was not found|Application is not a valid WSGI"#)
        .matches("Error: Could not locate a Flask application. Use the 'flask --app' option, 'FLASK_APP' environment variable, or a 'wsgi.py' file.")
        .matches("ERROR:    Error loading ASGI app. Could not import module \"app.web\".")
        .matches("Failed to find attribute 'application' in 'app.web'.")
        .ignores(" * Serving Flask app 'app.web'"),
    settings("python.server-did-not-start")
        .pattern(r"gunicorn\.errors\.(?:HaltServer|AppImportError)|Worker failed to boot|Application startup failed\. Exiting")
        .symptom()
        .confidence(0.7)
        .matches("gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>")
        .matches("ERROR:    Application startup failed. Exiting.")
        .ignores("INFO:     Application startup complete."),
    settings("python.migrations")
        .pattern(r"^(?:FAILED|ERROR)\b.{0,30}(?:Can't locate revision|Multiple head revisions|Target database is not up to date|No config file '|No 'script_location' key|New upgrade operations detected)|CommandError: (?:Can't locate revision|Multiple head|Target database is not|Conflicting migrations detected|No migrations? found|Cannot find a migration)|django\.db\.migrations\.exceptions\.\w+|Conflicting migrations detected|have changes that are not yet reflected in a migration|migrate\.exc\.\w+Error")
        .matches("FAILED: Can't locate revision identified by '4f2a'")
        .matches("ERROR [alembic.util.messaging] Multiple head revisions are present for given argument 'head'")
        .matches("CommandError: Conflicting migrations detected; multiple leaf nodes in the migration graph: (0003_a, 0003_b in shop).")
        .matches("django.db.migrations.exceptions.NodeNotFoundError: Migration shop.0002 dependencies reference nonexistent parent node")
        .ignores("INFO  [alembic.runtime.migration] Running upgrade  -> 4f2a, first"),
    settings("python.schema-missing")
        .pattern(r#"(?:OperationalError|ProgrammingError|UndefinedTable|UndefinedColumn)\)?:? .*(?:no such (?:table|column)|relation "[^"]+" does not exist|column \S+ does not exist|Table '[^']+' doesn't exist|database "[^"]+" does not exist|Unknown database)"#)
        .confidence(0.7)
        .block("python-traceback")
        .matches("sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedTable) relation \"widgets\" does not exist")
        .ignores("sqlite3.OperationalError: database is locked"),
    settings("python.management-command")
        .pattern(r"^(?:[\w.]+\.)?CommandError: |^Unknown command: '\w+'\. Did you mean |^Type '\S+ help' for usage\.$|^No Django settings specified")
        .specificity(65)
        .confidence(0.75)
        .matches("CommandError: You must set settings.ALLOWED_HOSTS if DEBUG is False.")
        .matches("Unknown command: 'colectstatic'. Did you mean collectstatic?")
        .matches("Type 'manage.py help' for usage.")
        .ignores("Unknown command: 'spin'")
        .ignores("from django.core.management import CommandError"),
    settings("python.command-line")
        .pattern(r"^\S*\w: error: (?:the following arguments are required|unrecognized arguments|argument \S.*(?:invalid choice|invalid \w+ value|expected|not allowed with)|ambiguous option|one of the arguments .* is required|too few arguments)|^(?:Error|Usage error): (?:No such (?:option|command)|Missing (?:option|argument|parameter|command)|Got unexpected extra argument|Option '[^']+' requires)|^ERROR: unknown command \x22|^no such option: --?\w|^[Uu]nknown option:? -|^Error: --?[\w-]+ (?:option )?requires (?:an )?argument")
        .unless("^(?:pytest|py\\.test)\\S*: error")
        .specificity(72)
        .confidence(0.8)
        .matches("publish.py: error: the following arguments are required: --target")
        .matches("deploy.py: error: argument --level: invalid choice: 'medium' (choose from 'low', 'high')")
        .matches("Error: No such option: --colour")
        .ignores("main.c:3:4: error: expected ';' before 'return'")
        .ignores("usage: publish.py [-h] --target TARGET"),
];
