//! The interpreter and Rails.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ruby.load-error", "dependency-missing")
        .pattern(r"cannot load such file -- (?P<module>\S+)|LoadError: (?:cannot load|lib\S+: cannot open|dlopen)|Error loading the '(?P<name>[^']+)' \S+ adapter|Missing a gem it depends on|\(Gem::LoadError\)|uninitialized constant (?P<object>Bundler|Gem|ActiveSupport::\w+|Concurrent\S*|Logger)\b")
        .confidence(0.91)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("<internal:kernel>:37:in `require': cannot load such file -- widget (LoadError)")
        .matches("Error loading the 'widget' Active Record adapter. Missing a gem it depends on? widget is not part of the bundle.")
        .ignores("require 'widget'"),
    rule("ruby.syntax", "compile-error")
        .pattern(r"\.(?:rb|rake|erb|gemspec|ru):(?P<line>\d+): syntax error|\(SyntaxError\)|SyntaxError: (?P<file>\S+\.rb):\d+|\.rb:\d+: (?:void value expression|unexpected |expected |dynamic constant assignment|unterminated)|^\S+\.rb: --> ")
        .confidence(0.91)
        .strategies(&["escalate", "rollback"])
        .matches("spin.rb:12: syntax error, unexpected end-of-input, expecting `end'")
        .matches("spin.rb:3:in `require': spin.rb:12: unexpected 'end'; expected an expression (SyntaxError)")
        .ignores("Syntax OK"),
    rule("ruby.exception", "test-failure")
        .pattern(r"undefined (?:local variable or )?method [`'][^']+' for |undefined local variable or method [`']|uninitialized constant |^\S+\.rb:\d+:in [`'].*: .*\((?:\w+::)*\w*(?:Error|Exception)\)$|^(?:NoMethodError|ArgumentError|FrozenError): |ActionView::Template::Error|ActiveRecord::(?:StatementInvalid|RecordInvalid|PendingMigrationError|NoDatabaseError)|^rake aborted!|^rails aborted!|wrong number of arguments \(given")
        .unless(r"cannot load such file|SyntaxError|Connection refused|LoadError")
        .confidence(0.8)
        .strategies(&["escalate", "rollback"])
        .matches("NoMethodError: undefined method 'spin' for an instance of Widget")
        .matches("ActionView::Template::Error: Can't resolve the shape of nothing")
        .matches("spin.rb:12:in `turn': wrong shape (ArgumentError)")
        .ignores("Finished in 0.12 seconds"),
    rule("ruby.migrations", "configuration")
        .pattern(r"Migrations are pending|ActiveRecord::PendingMigrationError|Missing `secret_key_base`|ActiveSupport::MessageEncryptor::InvalidMessage|ActiveSupport::EncryptedFile::MissingKeyError|Could not load database configuration|The `?\w+`? database is not configured|Missing encryption key to decrypt file|ActiveRecord::NoDatabaseError|DidYouMean.*Rails\.application\.credentials|webpacker? (?:can't find|is not installed)|The asset .(?P<file>[^\x22']+). is not present in the asset pipeline|Don't know how to build task '(?P<target>[^']+)'|No Rakefile found|(?:Command|Task) not found: ")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("ActiveRecord::PendingMigrationError: Migrations are pending. To resolve this issue, run:")
        .matches("Don't know how to build task 'spin' (See the list of available tasks with `rake --tasks`)")
        .matches("Missing `secret_key_base` for 'production' environment, set this string with `bin/rails credentials:edit`")
        .ignores("== 1 CreateWidgets: migrated (0.0012s)"),
    rule("ruby.out-of-memory", "resource-memory")
        .pattern(r"failed to allocate memory|\bNoMemoryError\b|\[FATAL\] failed to allocate memory")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("spin.rb:3:in 'turn': failed to allocate memory (NoMemoryError)")
        .ignores("allocated 12 objects"),
];
