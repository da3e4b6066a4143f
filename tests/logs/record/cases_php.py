"""Broken PHP builds: php, Composer against a loopback repository, PHPUnit, PHP_CodeSniffer."""
import json
from recorder import case, healthy


def c(id, tool, cat, heal, root, run, files=None, **kw): case("php-" + id, "php", tool, cat, heal, root, run, files, **kw)
def h(id, tool, run, files=None, **kw): healthy("php-ok-" + id, "php", tool, run, files, **kw)
def comp(path="composer", **req): return json.dumps({"name": "shop/shop", "repositories": [{"type": "composer", "url": "http://127.0.0.1:PORT/" + path}, {"packagist": False}], "config": {"secure-http": False}, "require": req}, indent=1)


P, CO, PU = "php 8.2", "composer 2.5", "phpunit 9.6"
SED = "sed -i \"s/:PORT/:$PORT/\" composer.json; "
I = SED + "composer install --no-ansi --no-interaction"
c("syntax", P, "compile-error", "escalate", r"Parse error", "php -l src/Cart.php", {"src/Cart.php": "<?php\nclass Cart {\n  function total() { return 1 }\n}\n"})
c("class-missing", P, "dependency-missing", "dependency", r"Fatal error: .*Class", "php app.php", {"app.php": "<?php\n$r = new Coin\\Rates();\n"}, second=("compile-error", None, "escalate"))
c("undefined-function", P, "toolchain-missing-or-version", "dependency", r"Call to undefined function", "php app.php", {"app.php": "<?php\necho imagecreatetruecolor(2, 2);\n"}, second=("dependency-missing", None, None))
c("type-error", P, "type-error", "escalate", r"TypeError", "php app.php", {"app.php": "<?php\ndeclare(strict_types=1);\nfunction total(int $a): int { return $a; }\necho total('12');\n"}, second=("test-failure", None, None))
c("require-missing", P, "dependency-missing", "dependency", r"Failed opening required", "php bin/console cache:clear", {"bin/console": "<?php\nrequire __DIR__ . '/../vendor/autoload.php';\n"}, second=("configuration", None, "config"))
c("memory", P, "resource-memory", "resource", r"Allowed memory size", "php -d memory_limit=16M app.php", {"app.php": "<?php\necho \"importing\\n\";\n$x = [];\nwhile (true) { $x[] = str_repeat('a', 100000); }\n"})
c("max-time", P, "resource-cpu-timeout", "resource", r"Maximum execution time", "php -d max_execution_time=1 app.php", {"app.php": "<?php\nset_time_limit(1);\nwhile (true) { sqrt(2); }\n"})
c("composer-missing", CO, "dependency-missing", "dependency", r"could not be found|Root composer.json requires", I, {"composer.json": comp(**{"shop/rates": "^1.0"})})
c("composer-version", CO, "dependency-missing", "dependency", r"Root composer.json requires|found shop/tally", I, {"composer.json": comp(**{"shop/tally": "^7.0"})}, second=("dependency-conflict", None, None))
c("composer-conflict", CO, "dependency-conflict", "dependency", r"requirements could not be resolved|conflicts|requires shop/coin", I, {"composer.json": comp(**{"shop/tally": "^2.0", "shop/coin": "^1.0"})}, second=(None, "Root composer.json requires|requires shop/coin", None))
c("composer-php", CO, "toolchain-missing-or-version", "dependency", r"requires php|your php version", I, {"composer.json": comp(**{"shop/future": "^1.0"})}, second=("dependency-conflict", None, "config"))
c("composer-ext", CO, "toolchain-missing-or-version", "dependency", r"ext-imagick", I, {"composer.json": comp(**{"shop/native": "^1.0"})}, second=("dependency-missing", None, None))
c("composer-checksum", CO, "registry-or-service-outage", "escalate", r"checksum verification", I, {"composer.json": comp(**{"shop/brokensum": "^1.0"})}, second=("security-finding", None, "retry"))
c("composer-lock", CO, "configuration", "dependency", r"lock file is not up to date|not present in the lock file|Required package", SED + "composer install -q --no-interaction && sed -i 's#\"shop/coin\": \"^1.0\"#\"shop/coin\": \"^1.0\", \"shop/tally\": \"^1.0\"#' composer.json && composer install --no-ansi --no-interaction", {"composer.json": comp(**{"shop/coin": "^1.0"})}, second=("dependency-conflict", None, "config"))
c("composer-json", CO, "configuration", "config", r"does not contain valid JSON|Parse error", "composer install --no-ansi --no-interaction", {"composer.json": "{ \"require\": { \"shop/a\": \"1.0\", } }\n"})
c("composer-schema", CO, "configuration", "config", r"is invalid|must be|required", "composer validate --no-ansi --strict", {"composer.json": "{ \"name\": \"Shop\", \"require\": [] }\n"})
c("composer-no-json", CO, "configuration", "config", r"could not find a composer.json", "composer install --no-ansi --no-interaction")
c("composer-script", CO, "configuration", "config", r"is not defined", "composer run-script --no-ansi lint:all", {"composer.json": "{}"})
c("composer-503", CO, "registry-or-service-outage", "retry", r"503", I, {"composer.json": comp("status/503", **{"shop/coin": "^1.0"})})
c("composer-429", CO, "rate-limit", "retry", r"429", I, {"composer.json": comp("status/429", **{"shop/coin": "^1.0"})}, second=("registry-or-service-outage", None, None))
c("composer-401", CO, "auth-or-permission", "escalate", r"401|authenticat", I, {"composer.json": comp("status/401", **{"shop/coin": "^1.0"})}, second=(None, None, "config"))
c("composer-dns", CO, "network-transient", "retry", r"Could not resolve host|curl error 6", "composer install --no-ansi --no-interaction", {"composer.json": comp(**{"shop/coin": "^1.0"}).replace("http://127.0.0.1:PORT/composer", "https://composer.shop.example")}, timeout=120)
c("phpunit-fail", PU, "test-failure", "escalate", r"Failed asserting", "phpunit --no-configuration tests", {"tests/CartTest.php": "<?php\nuse PHPUnit\\Framework\\TestCase;\n\nclass CartTest extends TestCase {\n  public function testTotal(): void { $this->assertSame(5, 2 * 3); }\n  public function testZero(): void { $this->assertSame(0, 0); }\n}\n"}, second=(None, "CartTest::testTotal", None))
c("phpunit-error", PU, "test-failure", "escalate", r"Error: Call to a member function|null", "phpunit tests", {"tests/UserTest.php": "<?php\nuse PHPUnit\\Framework\\TestCase;\n\nclass UserTest extends TestCase {\n  public function testNick(): void { $u = null; $this->assertSame('a', $u->nick()); }\n}\n"}, second=(None, "UserTest::testNick", None))
c("phpunit-risky", PU, "test-failure", "escalate", r"did not perform any assertions", "phpunit --fail-on-risky tests", {"tests/ATest.php": "<?php\nuse PHPUnit\\Framework\\TestCase;\n\nclass ATest extends TestCase {\n  public function testA(): void { $x = 1; }\n}\n"}, second=("configuration", None, "config"))
c("phpunit-no-tests", PU, "configuration", "config", r"Cannot open file|No tests executed|Test file", "phpunit tests/Integration", second=("test-failure", None, None))
c("phpcs", "phpcs 3.7", "lint-or-format", "alternative", r"\| ERROR", "phpcs --standard=PSR12 src", {"src/Cart.php": "<?php\nclass cart {\n  function total( $a ){\n    return $a; } }\n"})

h("phpunit", PU, "phpunit --testdox tests", {"tests/ErrorTest.php": "<?php\nuse PHPUnit\\Framework\\TestCase;\n\nclass ErrorTest extends TestCase {\n  public function testFailsOnRejectedCard(): void { $this->expectException(RuntimeException::class); throw new RuntimeException('fatal error'); }\n  public function testLogsErrors(): void { fwrite(STDERR, \"[error] upstream timed out (110: Connection timed out)\\n\"); $this->assertTrue(true); }\n}\n"})
h("composer", CO, I + " 2>&1", {"composer.json": comp(**{"shop/tally": "^2.0"})})
h("lint", P, "php -l src/Error.php", {"src/Error.php": "<?php\nclass FatalError extends Exception {}\n"})
