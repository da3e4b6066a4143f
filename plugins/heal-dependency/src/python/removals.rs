//! Data: names that a version of a package took away, and which versions fit together.

/// How a missing name shows.
#[derive(Clone, Copy, Debug)]
pub enum Shown {
    /// `cannot import name N from M`; the module or one below it.
    Import(&'static str, &'static [&'static str]),
    /// `module M has no attribute A`.
    Attribute(&'static str, &'static [&'static str]),
    /// `O object has no attribute A`.
    Object(&'static [&'static str], &'static [&'static str]),
    /// `No module named M`.
    Module(&'static [&'static str]),
    /// A text anywhere in the log, for failures that end in another exception.
    Text(&'static str),
}

/// A package that used the name, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub enum Consumer {
    /// The first version that no longer needs it.
    From(&'static str, &'static str),
    /// It is given up; another package took its place under the same module name.
    Successor(&'static str, &'static str),
}

/// One removal.
#[derive(Clone, Copy, Debug)]
pub struct Removal {
    /// How it shows.
    pub shown: Shown,
    /// The package that took the name away and the versions that still have it; `None` for Python itself.
    pub provider: Option<(&'static str, &'static str)>,
    /// Packages that are known to have used it.
    pub consumers: &'static [Consumer],
}

use Consumer::{From, Successor};
use Shown::{Attribute, Import, Module, Object, Text};

const fn removal(shown: Shown, provider: (&'static str, &'static str), consumers: &'static [Consumer]) -> Removal {
    Removal { shown, provider: Some(provider), consumers }
}

const fn of_python(shown: Shown, consumers: &'static [Consumer]) -> Removal {
    Removal { shown, provider: None, consumers }
}

/// Users of the abstract classes that moved to `collections.abc` and left `collections` in Python 3.10.
const ABC_USERS: &[Consumer] = &[
    Successor("nose", "pynose"),
    From("jinja2", ">=3.0"),
    From("html5lib", ">=1.1"),
    From("markdown", ">=3.0"),
    From("networkx", ">=2.6"),
    From("pyyaml", ">=5.4"),
    From("requests", ">=2.26"),
    From("urllib3", ">=1.26"),
    From("werkzeug", ">=1.0"),
    From("sqlalchemy", ">=1.4"),
    From("marshmallow", ">=3.0"),
    From("prompt-toolkit", ">=2.0.10"),
    From("jsonschema", ">=3.0"),
    From("graphql-core", ">=3.0"),
    From("promise", ">=2.3"),
];
const ABC_NAMES: &[&str] = &[
    "Callable",
    "Container",
    "Generator",
    "Hashable",
    "ItemsView",
    "Iterable",
    "Iterator",
    "KeysView",
    "Mapping",
    "MappingView",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "Sequence",
    "Set",
    "Sized",
    "ValuesView",
];
const DJANGO_4: &[Consumer] = &[
    From("djangorestframework", ">=3.13"),
    From("django-filter", ">=21.1"),
    From("django-cors-headers", ">=3.10"),
    From("graphene-django", ">=3.0"),
    From("django-debug-toolbar", ">=3.2.4"),
    From("djangorestframework-simplejwt", ">=5.0"),
];

/// All of them. Where several fit, the first counts.
pub const REMOVALS: &[Removal] = &[
    // The Pallets projects.
    removal(
        Import(
            "jinja2",
            &[
                "escape",
                "Markup",
                "contextfilter",
                "contextfunction",
                "environmentfilter",
                "environmentfunction",
                "evalcontextfilter",
                "evalcontextfunction",
            ],
        ),
        ("jinja2", "<3.1"),
        &[
            From("flask", ">=2.3"),
            From("sphinx", ">=4.4"),
            From("nbconvert", ">=6.5"),
            From("mkdocs", ">=1.2.4"),
            From("frozen-flask", ">=1.0"),
            From("flask-bootstrap", ">=3.3.7.2"),
        ],
    ),
    removal(Import("markupsafe", &["soft_unicode"]), ("markupsafe", "<2.1"), &[From("jinja2", ">=3.0")]),
    removal(Attribute("markupsafe", &["soft_unicode"]), ("markupsafe", "<2.1"), &[From("jinja2", ">=3.0")]),
    removal(
        Import(
            "werkzeug.urls",
            &[
                "url_quote",
                "url_quote_plus",
                "url_decode",
                "url_encode",
                "url_parse",
                "url_unquote",
                "url_unparse",
                "url_join",
            ],
        ),
        ("werkzeug", "<3"),
        &[From("flask", ">=2.3"), From("flask-login", ">=0.6.3"), From("flask-wtf", ">=1.2")],
    ),
    removal(
        Import("werkzeug.security", &["safe_str_cmp"]),
        ("werkzeug", "<2.1"),
        &[From("flask-login", ">=0.6"), From("flask-jwt-extended", ">=4.4")],
    ),
    removal(
        Import("werkzeug.wrappers", &["BaseResponse", "BaseRequest", "ETagResponseMixin"]),
        ("werkzeug", "<2.1"),
        &[From("flask", ">=2.1"), From("flask-restx", ">=1.0"), Successor("flask-restplus", "flask-restx")],
    ),
    removal(
        Import(
            "werkzeug",
            &["cached_property", "secure_filename", "FileStorage", "generate_password_hash", "check_password_hash"],
        ),
        ("werkzeug", "<1.0"),
        &[Successor("flask-restplus", "flask-restx"), From("flask-uploads", ">=0.2.1")],
    ),
    removal(
        Attribute("werkzeug", &["__version__"]),
        ("werkzeug", "<3.1"),
        &[From("flask", ">=2.3"), From("pytest-flask", ">=1.3")],
    ),
    removal(
        Import("itsdangerous", &["json", "TimedJSONWebSignatureSerializer", "JSONWebSignatureSerializer"]),
        ("itsdangerous", "<2.1"),
        &[From("flask", ">=2.3")],
    ),
    removal(
        Import("flask", &["_app_ctx_stack", "_request_ctx_stack"]),
        ("flask", "<2.3"),
        &[From("flask-sqlalchemy", ">=3.0"), From("flask-jwt-extended", ">=4.4")],
    ),
    removal(
        Import("flask", &["escape", "Markup"]),
        ("flask", "<3"),
        &[From("flask-wtf", ">=1.2"), From("flask-login", ">=0.6.3")],
    ),
    removal(
        Import("flask.json", &["JSONEncoder", "JSONDecoder"]),
        ("flask", "<2.3"),
        &[From("flask-jwt-extended", ">=4.4")],
    ),
    removal(Object(&["Flask"], &["before_first_request", "json_encoder"]), ("flask", "<2.3"), &[]),
    removal(
        Import("click", &["_unicodefun", "_bashcomplete"]),
        ("click", "<8.1"),
        &[From("black", ">=22.3"), From("typer", ">=0.4.1")],
    ),
    removal(Attribute("click", &["get_terminal_size", "get_os_args"]), ("click", "<8.1"), &[From("typer", ">=0.4.1")]),
    // HTTP.
    removal(Import("urllib3.contrib", &["appengine"]), ("urllib3", "<2"), &[From("requests-toolbelt", ">=1.0")]),
    removal(
        Import("urllib3.util.ssl_", &["DEFAULT_CIPHERS"]),
        ("urllib3", "<2"),
        &[From("requests", ">=2.30"), From("botocore", ">=1.31"), From("boto3", ">=1.28")],
    ),
    removal(
        Module(&["urllib3.packages.six", "urllib3.packages.six.moves", "urllib3.packages.ssl_match_hostname"]),
        ("urllib3", "<2"),
        &[From("requests", ">=2.30"), From("kubernetes", ">=27")],
    ),
    removal(
        Text("unexpected keyword argument 'proxies'"),
        ("httpx", "<0.28"),
        &[From("openai", ">=1.55.3"), From("anthropic", ">=0.40")],
    ),
    removal(Text("unexpected keyword argument 'method_whitelist'"), ("urllib3", "<2"), &[]),
    // Databases.
    removal(
        Object(&["Engine"], &["execute", "table_names", "scalar", "run_callable", "has_table"]),
        ("sqlalchemy", "<2"),
        &[],
    ),
    removal(Object(&["Connection"], &["connect", "run_callable"]), ("sqlalchemy", "<2"), &[]),
    removal(Attribute("sqlalchemy", &["__all__"]), ("sqlalchemy", "<2"), &[From("flask-sqlalchemy", ">=3.0.2")]),
    removal(
        Import("sqlalchemy.orm", &["mapper", "relation", "_ColumnEntity"]),
        ("sqlalchemy", "<2"),
        &[From("sqlalchemy-utils", ">=0.41"), From("sqlalchemy-continuum", ">=1.4")],
    ),
    removal(Import("sqlalchemy.engine", &["RowProxy"]), ("sqlalchemy", "<1.4"), &[]),
    // Passwords and ciphers.
    removal(Attribute("bcrypt", &["__about__"]), ("bcrypt", "<4.1"), &[]),
    removal(Text("error reading bcrypt version"), ("bcrypt", "<4.1"), &[]),
    removal(
        Attribute(
            "lib",
            &[
                "X509_V_FLAG_CB_ISSUER_CHECK",
                "X509_V_FLAG_NOTIFY_POLICY",
                "OpenSSL_add_all_algorithms",
                "GEN_EMAIL",
                "SSL_CTX_set_ecdh_auto",
            ],
        ),
        ("cryptography", "<39"),
        &[From("pyopenssl", ">=23.2")],
    ),
    removal(Attribute("jwt", &["encode", "decode"]), ("PyJWT", ">=2"), &[Successor("jwt", "PyJWT")]),
    removal(
        Attribute("attr", &["s", "ib", "attrs", "attrib", "dataclass"]),
        ("attrs", ""),
        &[Successor("attr", "attrs")],
    ),
    // Packaging.
    removal(Module(&["pkg_resources"]), ("setuptools", "<81"), &[]),
    removal(Module(&["setuptools.command.test"]), ("setuptools", "<72"), &[]),
    removal(Attribute("pkgutil", &["ImpImporter"]), ("setuptools", ">=68"), &[]),
    removal(
        Object(&["EntryPoints"], &["get"]),
        ("importlib-metadata", "<5"),
        &[From("flake8", ">=5"), From("kombu", ">=5.2.4"), From("celery", ">=5.2.7"), From("markdown", ">=3.4")],
    ),
    removal(
        Import(
            "typing_extensions",
            &[
                "TypeIs",
                "ReadOnly",
                "deprecated",
                "override",
                "Self",
                "Buffer",
                "NotRequired",
                "TypeAliasType",
                "Sentinel",
                "Doc",
            ],
        ),
        ("typing-extensions", ">=4.13"),
        &[],
    ),
    // Numbers.
    removal(
        Attribute("numpy", &["bool", "int", "float", "object", "complex", "str", "long", "unicode", "typeDict"]),
        ("numpy", "<1.24"),
        &[From("pandas", ">=1.5"), From("scikit-learn", ">=1.2"), From("scikit-image", ">=0.20")],
    ),
    removal(
        Attribute(
            "numpy",
            &[
                "float_",
                "complex_",
                "unicode_",
                "string_",
                "NaN",
                "NAN",
                "Inf",
                "infty",
                "PINF",
                "NINF",
                "product",
                "cumproduct",
                "sometrue",
                "alltrue",
                "in1d",
                "row_stack",
                "asfarray",
                "cast",
                "obj2sctype",
                "sctypes",
                "find_common_type",
                "mat",
            ],
        ),
        ("numpy", "<2"),
        &[],
    ),
    removal(
        Import(
            "numpy",
            &["NaN", "NAN", "Inf", "float_", "product", "issubsctype", "VisibleDeprecationWarning", "ComplexWarning"],
        ),
        ("numpy", "<2"),
        &[],
    ),
    removal(Text("A module that was compiled using NumPy 1.x cannot be run in"), ("numpy", "<2"), &[]),
    removal(Text("numpy.dtype size changed, may indicate binary incompatibility"), ("numpy", "<2"), &[]),
    removal(Object(&["DataFrame", "Series"], &["append", "iteritems", "mad"]), ("pandas", "<2"), &[]),
    removal(Object(&["DataFrame", "Series"], &["ix", "as_matrix", "get_value", "sortlevel"]), ("pandas", "<1"), &[]),
    removal(Import("pandas", &["Int64Index", "Float64Index", "UInt64Index"]), ("pandas", "<2"), &[]),
    removal(Attribute("pandas", &["Int64Index", "Float64Index", "Panel", "np", "datetime"]), ("pandas", "<2"), &[]),
    removal(
        Module(&["pandas.util.testing", "pandas.core.index", "pandas.core.indexes.numeric"]),
        ("pandas", "<2"),
        &[],
    ),
    removal(
        Import("scipy.misc", &["imread", "imresize", "imsave", "comb", "logsumexp", "factorial"]),
        ("scipy", "<1.3"),
        &[],
    ),
    removal(Import("scipy.linalg", &["tril", "triu"]), ("scipy", "<1.13"), &[From("gensim", ">=4.3.3")]),
    removal(Import("scipy.integrate", &["simps", "cumtrapz", "trapz"]), ("scipy", "<1.14"), &[]),
    removal(
        Import("scipy.signal", &["hann", "hamming", "blackman", "gaussian"]),
        ("scipy", "<1.13"),
        &[From("librosa", ">=0.10")],
    ),
    removal(Attribute("scipy", &["interp", "randn", "rand", "fft2"]), ("scipy", "<1.12"), &[]),
    removal(Import("sklearn.datasets", &["load_boston"]), ("scikit-learn", "<1.2"), &[]),
    removal(Import("sklearn.externals", &["joblib", "six"]), ("scikit-learn", "<0.23"), &[]),
    removal(
        Module(&[
            "sklearn.cross_validation",
            "sklearn.grid_search",
            "sklearn.externals.joblib",
            "sklearn.externals.six",
        ]),
        ("scikit-learn", "<0.20"),
        &[],
    ),
    removal(
        Object(
            &["CountVectorizer", "TfidfVectorizer", "OneHotEncoder", "DictVectorizer", "PolynomialFeatures"],
            &["get_feature_names"],
        ),
        ("scikit-learn", "<1.2"),
        &[],
    ),
    removal(
        Attribute("matplotlib.cm", &["register_cmap", "get_cmap"]),
        ("matplotlib", "<3.9"),
        &[From("seaborn", ">=0.13")],
    ),
    removal(
        Attribute("networkx", &["from_numpy_matrix", "to_numpy_matrix", "write_gpickle", "read_gpickle"]),
        ("networkx", "<3"),
        &[],
    ),
    removal(
        Attribute(
            "tensorflow",
            &[
                "placeholder",
                "Session",
                "ConfigProto",
                "contrib",
                "get_default_graph",
                "set_random_seed",
                "app",
                "flags",
                "gfile",
            ],
        ),
        ("tensorflow", "<2"),
        &[],
    ),
    removal(
        Attribute("PIL.Image", &["ANTIALIAS", "LINEAR", "CUBIC"]),
        ("pillow", "<10"),
        &[From("moviepy", ">=1.0.4"), From("easyocr", ">=1.7.1")],
    ),
    removal(
        Object(
            &["FreeTypeFont", "ImageFont", "ImageDraw", "TransposedFont"],
            &["getsize", "textsize", "getsize_multiline", "multiline_textsize"],
        ),
        ("pillow", "<10"),
        &[From("wordcloud", ">=1.9.2")],
    ),
    removal(Import("PIL", &["PILLOW_VERSION"]), ("pillow", "<7"), &[From("torchvision", ">=0.5")]),
    // Web frameworks and clients.
    removal(
        Import(
            "django.utils.translation",
            &["ugettext", "ugettext_lazy", "ugettext_noop", "ungettext", "ungettext_lazy"],
        ),
        ("django", "<4"),
        DJANGO_4,
    ),
    removal(
        Import("django.utils.encoding", &["force_text", "smart_text", "python_2_unicode_compatible"]),
        ("django", "<4"),
        DJANGO_4,
    ),
    removal(Import("django.conf.urls", &["url", "patterns"]), ("django", "<4"), DJANGO_4),
    removal(Import("django.utils.http", &["is_safe_url", "urlquote", "urlunquote"]), ("django", "<4"), DJANGO_4),
    removal(
        Import("django.utils.timezone", &["utc", "FixedOffset"]),
        ("django", "<5"),
        &[From("djangorestframework", ">=3.15")],
    ),
    removal(Import("django.utils", &["six", "lru_cache"]), ("django", "<3"), &[]),
    removal(Module(&["django.core.urlresolvers"]), ("django", "<2"), &[]),
    removal(Module(&["django.utils.six", "django.contrib.staticfiles.templatetags"]), ("django", "<3"), &[]),
    removal(
        Import("pydantic", &["BaseSettings", "PyObject", "ConstrainedStr", "validate_model"]),
        ("pydantic", "<2"),
        &[From("fastapi", ">=0.100")],
    ),
    removal(
        Import("pydantic.fields", &["ModelField", "UndefinedType", "SHAPE_LIST"]),
        ("pydantic", "<2"),
        &[From("fastapi", ">=0.100"), From("sqlmodel", ">=0.0.14"), From("odmantic", ">=1.0")],
    ),
    removal(Text("`BaseSettings` has been moved to the `pydantic-settings` package"), ("pydantic", "<2"), &[]),
    removal(Attribute("marshmallow", &["__version_info__", "__version__"]), ("marshmallow", "<4"), &[]),
    removal(Import("telegram.ext", &["Filters", "Dispatcher"]), ("python-telegram-bot", "<20"), &[]),
    removal(Attribute("openai", &["ChatCompletion", "Completion", "error"]), ("openai", "<1"), &[]),
    removal(Module(&["moviepy.editor"]), ("moviepy", "<2"), &[]),
    removal(Text("Descriptors cannot be created directly"), ("protobuf", "<3.21"), &[]),
    removal(Import("google.protobuf.internal", &["builder"]), ("protobuf", ">=3.20.1"), &[]),
    removal(Text("load() missing 1 required positional argument: 'Loader'"), ("pyyaml", "<5.4"), &[]),
    removal(Text("' is not a valid package style, path of style file"), ("matplotlib", "<3.8"), &[]),
    removal(Text("load()\" has been removed, use"), ("ruamel.yaml", "<0.18"), &[]),
    removal(Text("pydantic.errors.PydanticUserError: "), ("pydantic", "<2"), &[From("fastapi", ">=0.100")]),
    removal(Text("pydantic.errors.PydanticImportError: "), ("pydantic", "<2"), &[From("fastapi", ">=0.100")]),
    // Testing.
    removal(
        Object(&["Package", "FixtureDef"], &["obj", "unittest"]),
        ("pytest", "<8.2"),
        &[From("pytest-asyncio", ">=0.23.8")],
    ),
    removal(Module(&["pytest.collect", "_pytest.compat.getfuncargnames"]), ("pytest", "<7"), &[]),
    // Python itself.
    of_python(Attribute("collections", ABC_NAMES), ABC_USERS),
    of_python(Import("collections", ABC_NAMES), ABC_USERS),
    of_python(
        Attribute("inspect", &["getargspec", "formatargspec"]),
        &[
            From("wrapt", ">=1.14"),
            From("invoke", ">=2.0"),
            From("parsimonious", ">=0.10"),
            From("pint", ">=0.20"),
            From("decorator", ">=5.0"),
        ],
    ),
    of_python(
        Attribute("asyncio", &["coroutine", "async"]),
        &[From("aiohttp", ">=3.8"), From("websockets", ">=10"), From("aioredis", ">=2")],
    ),
    of_python(Attribute("fractions", &["gcd"]), &[From("networkx", ">=2.6")]),
    of_python(Import("fractions", &["gcd"]), &[From("networkx", ">=2.6")]),
    of_python(Attribute("time", &["clock"]), &[From("pycryptodome", ">=3.9"), From("sqlalchemy", ">=1.3.20")]),
    of_python(Attribute("configparser", &["SafeConfigParser"]), &[From("versioneer", ">=0.29")]),
    of_python(Attribute("base64", &["encodestring", "decodestring"]), &[]),
    of_python(
        Attribute("ssl", &["wrap_socket", "match_hostname", "PROTOCOL_SSLv3"]),
        &[From("eventlet", ">=0.36"), From("gevent", ">=23"), From("urllib3", ">=1.26")],
    ),
    of_python(Module(&["imp"]), &[From("pyinstaller", ">=6"), From("future", ">=1.0")]),
];
