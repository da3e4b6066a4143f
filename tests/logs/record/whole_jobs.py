"""The projects, jobs and breakages of whole.py."""
from cases_go import proxy
from cases_java import JUNIT, REPO, dep, pom
from cases_rust import manifest, reg
from whole import broken, job

# --- Python
cart = "from decimal import Decimal\n\n\ndef total(prices: list[Decimal]) -> Decimal:\n    return sum(prices, Decimal(0))\n\n\ndef discount(price: Decimal, percent: int) -> Decimal:\n    return price * (100 - percent) / 100\n"
tests = "from decimal import Decimal\n\nimport pytest\n\nfrom shop.cart import discount, total\n\n\n@pytest.mark.parametrize(\"n\", range(40))\ndef test_total_of_many(n):\n    assert total([Decimal(1)] * n) == n\n\n\n@pytest.mark.parametrize(\"percent\", range(0, 100, 4))\ndef test_discount_never_raises_the_price(percent):\n    assert discount(Decimal(100), percent) <= 100\n\n\ndef test_error_on_bad_type():\n    with pytest.raises(TypeError):\n        total([\"a\"])\n\n\ndef test_logs_failed_payment(caplog):\n    import logging\n    logging.getLogger(\"shop\").error(\"payment failed: connection refused\")\n    assert \"payment failed\" in caplog.text\n"
PY = {"shop/__init__.py": "", "shop/cart.py": cart, "tests/__init__.py": "", "tests/test_cart.py": tests, "requirements.txt": "coinage==1.8.0\ntallybook==1.4.0\n"}
INSTALL = "pip install --no-cache-dir --target vendor --index-url $WEB/py/simple --trusted-host 127.0.0.1 -r requirements.txt"
job("python", "python", "pip 23.2, ruff, mypy, pytest 9", "ghts", [("install", INSTALL), ("versions", "python3 -V && pip list 2>/dev/null | head -40"), ("lint", "ruff check --no-cache ."), ("types", "mypy shop"), ("test", "pytest -v --cov=shop -p no:cacheprovider")], PY)
broken("python", "test", "test-failure", (r"^=+ FAILURES", r"AssertionError$"), (r"^E ", r"AssertionError$"), {"shop/cart.py": cart.replace("100 - percent", "100 + percent")})
broken("python", "types", "type-error", (r"cart.py:\d+: error", r"^Found \d+ error"), None, {"shop/cart.py": cart + "\n\nnames: list[str] = total([])\n"})
broken("python", "conflict", "dependency-conflict", (r"ERROR: Cannot install", r"ERROR: ResolutionImpossible"), (r"ERROR: Cannot install", r"coinage>="), {"requirements.txt": "coinage==1.8.0\ntallybook==2.0.0\n"})
broken("python", "missing", "dependency-missing", (r"^_+ ERROR collecting", r"^E +ModuleNotFoundError"), (r"^E +ModuleNotFoundError", r"^E +ModuleNotFoundError"), {"tests/test_rates.py": "import coin_rates\n\n\ndef test_rate():\n    assert coin_rates.get(\"EUR\") == 1\n"})
broken("python", "lint", "lint-or-format", (r"F401", r"^Found \d+ error"), None, {"shop/util.py": "import os\nimport sys\n\nprint(sys.argv)\n"})
broken("python", "refused", "network-transient", (r"WARNING: Retrying", r"ERROR: No matching distribution"), None, {}, {"install": INSTALL.replace("$WEB", "http://127.0.0.1:48739")})

# --- Node
js = "exports.total = (xs) => xs.reduce((a, b) => a + b, 0);\nexports.discount = (p, percent) => (p * (100 - percent)) / 100;\n"
jst = "const { total, discount } = require('../src/cart');\n\ndescribe('cart', () => {\n  for (let n = 0; n < 30; n++) {\n    test(`total of ${n} items`, () => expect(total(Array(n).fill(2))).toBe(2 * n));\n  }\n  test('error on null', () => expect(() => total(null)).toThrow(TypeError));\n  test('failed payments are logged', () => console.error('payment failed: ETIMEDOUT, retrying'));\n  test('discount of 25 %', () => {\n    expect(discount(80, 25)).toBe(60);\n  });\n});\n"
PKG = '{\n  "name": "shop",\n  "version": "1.4.0",\n  "license": "UNLICENSED",\n  "private": true\n}\n'
NODE = {"src/cart.js": js, "test/cart.test.js": jst, "package.json": PKG, "ts/price.ts": "export const gross = (net: number): number => net * 1.19;\n", "eslint.config.js": "module.exports = [{ files: ['src/**'], rules: { 'no-unused-vars': 'error' } }];\n", "app/package.json": '{\n  "name": "app",\n  "version": "1.0.0",\n  "dependencies": {\n    "coinjs": "^2.0.0",\n    "tallyjs": "^2.3.0"\n  }\n}\n'}
job("node", "node", "npm 11, eslint 9, tsc 5.6, jest 29, webpack 5", "gh", [("versions", "node -v && npm -v && npm config get registry"), ("install", "cd app && npm install --registry $WEB/npm/ --loglevel http --audit --fund"), ("lint", "eslint src"), ("types", "tsc --noEmit --strict --listFiles ts/price.ts | tail -60"), ("test", "jest --ci --verbose"), ("bundle", "webpack --mode production --entry ./src/cart.js --stats verbose")], NODE)
broken("node", "test", "test-failure", (r"^ +● cart › discount", r"at Object\.(toBe|<anonymous>)"), (r"Expected: 60", r"Received:"), {"src/cart.js": js.replace("100 - percent", "100 + percent")})
broken("node", "types", "type-error", (r"error TS", r"error TS"), None, {"ts/price.ts": "export const gross = (net: number): string => net * 1.19;\n"}, {"types": "tsc --noEmit --strict --listFiles ts/price.ts"})
broken("node", "eresolve", "dependency-conflict", (r"code ERESOLVE", r"to accept an incorrect"), (r"ERESOLVE unable", r"peer coinjs"), {"app/package.json": NODE["app/package.json"].replace("^2.0.0", "^1.9.0")})
broken("node", "module", "dependency-missing", (r"Cannot find module 'coin-rates'", r"Require stack|^ +at "), (r"Test suite failed to run", r"Cannot find module"), {"src/cart.js": "const rates = require('coin-rates');\n" + js, "eslint.config.js": "module.exports = [];\n"})
broken("node", "bundle", "dependency-missing", (r"ERROR in", r"Can't resolve"), (r"Module not found", r"Can't resolve"), {"src/page.js": "import './missing-theme.js';\n"}, {"bundle": "webpack --mode production --entry ./src/page.js --stats verbose"})

# --- Rust
rs = "pub fn total(xs: &[u64]) -> u64 {\n    xs.iter().sum()\n}\n\npub fn discount(price: u64, percent: u64) -> u64 {\n    price * (100 - percent) / 100\n}\n"
RT = "#[cfg(test)]\nmod tests {\n    use super::*;\n" + "".join(f"\n    #[test]\n    fn total_of_{n}_items_has_no_error() {{\n        assert_eq!(total(&[3; {n}]), {3 * n});\n    }}\n" for n in range(40)) + "\n    #[test]\n    fn discount_of_a_quarter() {\n        assert_eq!(discount(80, 25), 60, \"discount of 25 %\");\n    }\n}\n"
RUST = {"Cargo.toml": manifest('tallyrs = "0.4"'), "src/lib.rs": rs + "\n" + RT, "src/bin/shop.rs": "fn main() {\n    println!(\"{}\", shop::total(&[1, 2]));\n}\n"}
job("rust", "rust", "cargo 1.95, clippy, rustfmt", "ghts", [("registry", reg("crates").strip()), ("fetch", "cargo fetch"), ("format", "cargo fmt --check"), ("clippy", "cargo clippy --all-targets -- -D warnings"), ("build", "cargo build --bins -v"), ("test", "cargo test")], RUST)
broken("rust", "test", "test-failure", (r"^---- tests::discount", r"right:"), (r"panicked at", r"right:"), {"src/lib.rs": rs.replace("100 - percent", "100 + percent") + "\n" + RT})
broken("rust", "compile", "type-error", (r"^error\[E0308\]", r"expected due to|^For more information|could not compile"), (r"^error\[E0308\]", r"^ +--> "), {"src/bin/shop.rs": "fn main() {\n    let t: String = shop::total(&[1, 2]);\n    println!(\"{t}\");\n}\n"})
broken("rust", "clippy", "lint-or-format", (r"^error: ", r"could not compile"), (r"^error: ", r"^ +--> "), {"src/bin/shop.rs": "fn main() {\n    let xs = vec![1, 2];\n    if xs.len() == 0 {\n        return;\n    }\n    println!(\"{}\", shop::total(&[1, 2]));\n}\n"})
broken("rust", "registry", "registry-or-service-outage", (r"^error: failed to get", r"got 503"), (r"spurious network error", r"got 503"), {}, {"registry": reg("status/503-crate").strip()})

# --- Go
GOS = "package cart\n\n// Total adds prices.\nfunc Total(xs ...int) int {\n\tsum := 0\n\tfor _, x := range xs {\n\t\tsum += x\n\t}\n\treturn sum\n}\n"
GOT = "package cart\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nfunc TestTotal(t *testing.T) {\n\tfor n := 0; n < 30; n++ {\n\t\tt.Run(fmt.Sprintf(\"no_error_for_%d\", n), func(t *testing.T) {\n\t\t\tif got := Total(n, n); got != 2*n {\n\t\t\t\tt.Errorf(\"Total(%d, %d) = %d, want %d\", n, n, got, 2*n)\n\t\t\t}\n\t\t})\n\t}\n}\n\nfunc TestFailedPayment(t *testing.T) { t.Log(\"ERROR payment failed: connection refused (expected)\") }\n"
GO = {"go.mod": "module shop.example/shop\n\ngo 1.19\n\nrequire shop.example/tally v1.0.0\n", "main.go": "package main\n\nimport (\n\t\"shop.example/shop/cart\"\n\t\"shop.example/tally\"\n)\n\nfunc main() { println(cart.Total(tally.One())) }\n", "cart/cart.go": GOS, "cart/cart_test.go": GOT}
job("go", "go", "go 1.19", "gitlab", [("environment", proxy().strip() + "; go env -w GOFLAGS=-mod=mod GOSUMDB=off GOPROXY=$GOPROXY; go env"), ("modules", "go mod download -x"), ("vet", "go vet ./..."), ("build", "go build -v ./..."), ("test", "go test -v ./...")], GO)
broken("go", "test", "test-failure", (r"cart_test.go:\d+: Total\(1, 1\)", r"want 58"), (r"--- FAIL: TestTotal ", r"--- FAIL: TestTotal/no_error_for_29"), {"cart/cart.go": GOS.replace("sum += x", "sum = x")})
broken("go", "compile", "compile-error", (r"undefined: ", r"undefined: "), None, {"cart/cart.go": GOS.replace("return sum", "return summ")})
broken("go", "module", "dependency-missing", (r"^go: .*(?:404 Not Found|invalid version|unknown revision)", r"not found|unknown revision"), (r"404 Not Found", r"404 Not Found"), {"go.mod": GO["go.mod"].replace("v1.0.0", "v1.9.0")})

# --- Java
JC = "package shop;\n\npublic class Cart {\n  public static int total(int... xs) {\n    int sum = 0;\n    for (int x : xs) sum += x;\n    return sum;\n  }\n}\n"
JT = "package shop;\n\nimport static org.junit.Assert.*;\nimport org.junit.Test;\n\npublic class CartTest {\n  @Test public void totalOfTwo() { assertEquals(5, Cart.total(2, 3)); }\n  @Test public void errorIsLogged() { System.err.println(\"ERROR shop.Payment - payment failed: java.net.ConnectException: Connection refused\"); }\n}\n"
JAVA = {"pom.xml": pom(JUNIT), "src/main/java/shop/Cart.java": JC, "src/test/java/shop/CartTest.java": JT}
for n in range(6): JAVA[f"src/test/java/shop/Part{n}Test.java"] = f"package shop;\n\nimport org.junit.Test;\n\npublic class Part{n}Test {{\n  @Test public void noFailure() {{ System.out.println(\"part {n}: 0 errors\"); }}\n}}\n"
MVN = "mvn -B -ntp -s $REC/maven-settings.xml -Dmaven.repo.local=$CACHEDIR/m2 "
job("java", "java", "maven 3.8, jdk 17, junit 4", "jenkins", [("Versions", MVN + "-v"), ("Compile", MVN + "compile"), ("Test", MVN + "test"), ("Package", MVN + "package -DskipTests")], JAVA)
broken("java", "test", "test-failure", (r"<<< FAILURE!", r"at shop.CartTest|at \w+.CartTest"), (r"^java.lang.AssertionError", r"^java.lang.AssertionError"), {"src/main/java/shop/Cart.java": JC.replace("sum += x", "sum -= x")})
broken("java", "compile", "compile-error", (r"COMPILATION ERROR", r"location:"), (r"^\[ERROR\] .*cannot find symbol", r"location:"), {"src/main/java/shop/Cart.java": JC.replace("return sum", "return summ")})
broken("java", "dependency", "dependency-missing", (r"^\[ERROR\] Failed to execute goal", r"^\[ERROR\] Failed to execute goal"), None, {"pom.xml": pom(JUNIT + dep("coin-rates", "9.3.0"))})

# --- C++
CPP = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.10)\nproject(shop CXX)\nenable_testing()\nfile(GLOB parts part*.cpp)\nadd_library(shop ${parts})\nadd_executable(check check.cpp)\ntarget_link_libraries(check shop)\nforeach(n RANGE 25)\n  add_test(NAME part_${n}_has_no_error COMMAND check ${n})\nendforeach()\n",
       "check.cpp": "#include <cstdio>\n#include <cstdlib>\n\nint part3(int);\n\nint main(int, char** v) {\n  int n = std::atoi(v[1]);\n  if (part3(n) != n + 3) {\n    std::fprintf(stderr, \"part3(%d) = %d, expected %d\\n\", n, part3(n), n + 3);\n    return 1;\n  }\n}\n"}
for n in range(14): CPP[f"part{n}.cpp"] = f"int part{n}(int x) {{ return x + {n}; }}\n"
job("cpp", "cpp", "cmake 3.25, ninja 1.11, gcc 12.2", "gh", [("configure", "cmake -G Ninja -S . -B build"), ("build", "cmake --build build -v -j1"), ("test", "ctest --test-dir build --output-on-failure")], CPP)
broken("cpp", "compile", "compile-error", (r"error: ", r"^ +\| +\^"), (r"FAILED: ", r"^ +\| +\^"), {"part3.cpp": "int part3(int x) { return y + 3; }\n"})
broken("cpp", "link", "compile-error", (r"undefined reference", r"collect2: error"), (r"undefined reference", r"undefined reference"), {"part3.cpp": "int part_3(int x) { return x + 3; }\n"})
broken("cpp", "test", "test-failure", (r"part3\(7\) = ", r"part3\(7\) = "), (r"part_7_has_no_error .*\*\*\*Failed", r"part3\(7\) = "), {"part3.cpp": "int part3(int x) { return x == 7 ? 0 : x + 3; }\n"})

# --- Ruby and PHP
RB = {"lib/cart.rb": "module Cart\n  def self.total(xs) = xs.sum\nend\n", "spec/cart_spec.rb": "require_relative '../lib/cart'\n\nRSpec.describe Cart do\n  40.times do |n|\n    it(\"reports no error for #{n} items\") { expect(described_class.total([2] * n)).to eq(2 * n) }\n  end\n\n  it 'logs failed payments' do\n    warn 'ERROR: payment failed: Errno::ECONNREFUSED'\n  end\nend\n", "Gemfile": "gem 'tally', path: 'gems'\n", "gems/tally/tally.gemspec": "Gem::Specification.new do |s|\n  s.name = 'tally'\n  s.version = '1.0'\n  s.summary = 'x'\n  s.authors = ['Ada']\nend\n"}
job("ruby", "ruby", "bundler 2.3, rspec 3.12", "gitlab", [("install", "ruby -v && bundle install"), ("syntax", "ruby -wc lib/cart.rb"), ("test", "rspec -fd")], RB)
broken("ruby", "test", "test-failure", (r"^  1\) ", r"^ +# ./spec"), (r"^Failures:", r"examples, "), {"lib/cart.rb": "module Cart\n  def self.total(xs) = xs.size\nend\n"})
broken("ruby", "gem", "dependency-missing", (r"Could not find gem", r"Could not find gem"), None, {"Gemfile": RB["Gemfile"] + "gem 'coin_rates', path: 'gems'\n"})
PHPT = "<?php\nuse PHPUnit\\Framework\\TestCase;\n\nfunction total(array $xs): int { return array_sum($xs); }\n\nclass CartTest extends TestCase {\n  public function cases(): array { return array_map(fn($n) => [$n], range(0, 40)); }\n  /** @dataProvider cases */\n  public function testNoErrorForManyItems(int $n): void { $this->assertSame(2 * $n, total(array_fill(0, $n, 2))); }\n  public function testFailedPaymentIsLogged(): void { fwrite(STDERR, \"[error] payment failed: Connection refused\\n\"); $this->assertTrue(true); }\n}\n"
job("php", "php", "composer 2.5, phpunit 9.6", "ghts", [("versions", "php -v && php -m && composer --version --no-ansi"), ("lint", "php -l tests/CartTest.php"), ("test", "phpunit --testdox tests")], {"tests/CartTest.php": PHPT})
broken("php", "test", "test-failure", (r"Failed asserting", r"CartTest.php:\d+"), (r"^ ✘ ", r"CartTest.php:\d+"), {"tests/CartTest.php": PHPT.replace("return array_sum($xs)", "return count($xs) > 11 ? 0 : array_sum($xs)")})
broken("php", "syntax", "compile-error", (r"Parse error", r"Errors parsing"), (r"Parse error", r"Parse error"), {"tests/CartTest.php": PHPT.replace("array_sum($xs); }", "array_sum($xs) }")})
