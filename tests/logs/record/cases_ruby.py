"""Broken Ruby builds: bundler against local and loopback sources, RSpec, Minitest, RuboCop."""
from recorder import case, healthy


def c(id, tool, cat, heal, root, run, files=None, **kw): case("ruby-" + id, "ruby", tool, cat, heal, root, run, files, **kw)
def h(id, tool, run, files=None, **kw): healthy("ruby-ok-" + id, "ruby", tool, run, files, **kw)


BU, R, RS, MT = "bundler 2.3", "ruby 3.1", "rspec 3.12", "minitest 5"
GEM = lambda name, version, extra="": f"Gem::Specification.new do |s|\n  s.name = '{name}'\n  s.version = '{version}'\n  s.summary = 'x'\n  s.authors = ['Ada']\n  {extra}\nend\n"
SRC = "sed -i \"s/:PORT/:$PORT/\" Gemfile; "
c("load-error", R, "dependency-missing", "dependency", r"LoadError", "ruby app.rb", {"app.rb": "require 'coin_rates'\n\nputs CoinRates.get\n"})
c("require-relative", R, "compile-error", "escalate", r"LoadError", "ruby app.rb", {"app.rb": "require_relative 'lib/cart'\n"}, second=("dependency-missing", None, "config"))
c("syntax", R, "compile-error", "escalate", r"syntax error", "ruby -c app.rb", {"app.rb": "def total(xs)\n  xs.sum do |x|\n    x.price\nend\n"})
c("name-error", R, "test-failure", "escalate", r"NameError", "ruby app.rb", {"app.rb": "def fee(kind)\n  kidn == :card ? 2 : 0\nend\n\nputs fee(:card)\n"}, second=("compile-error", None, None))
c("no-method", R, "test-failure", "escalate", r"NoMethodError", "ruby app.rb", {"app.rb": "order = nil\nputs order.total\n"}, second=("compile-error", None, None))
c("arg-error", R, "dependency-conflict", "dependency", r"ArgumentError|wrong number", "ruby -Ivendor app.rb", {"app.rb": "require 'coinage'\nputs Coinage.rate('EUR', at: Time.now)\n", "vendor/coinage.rb": "module Coinage\n  VERSION = '2.0'\n  def self.rate(code) = 1\nend\n"}, second=("test-failure", None, "escalate"))
c("bundle-missing-gem", BU, "dependency-missing", "dependency", r"Could not find gem", "bundle install", {"Gemfile": "gem 'tally', path: 'gems'\ngem 'coin_rates', path: 'gems'\n", "gems/tally/tally.gemspec": GEM("tally", "1.0")})
c("bundle-version", BU, "dependency-missing", "dependency", r"Could not find gem|Could not find compatible", "bundle install", {"Gemfile": "gem 'tally', '~> 4.0', path: 'gems'\n", "gems/tally/tally.gemspec": GEM("tally", "1.0")}, second=("dependency-conflict", None, None))
c("bundle-conflict", BU, "dependency-conflict", "dependency", r"could not find compatible versions|Could not find compatible", "bundle install", {"Gemfile": "path 'gems' do\n  gem 'tally'\n  gem 'ledger'\n  gem 'coin'\nend\n", "gems/tally/tally.gemspec": GEM("tally", "1.0", "s.add_dependency 'coin', '~> 1.0'"), "gems/ledger/ledger.gemspec": GEM("ledger", "1.0", "s.add_dependency 'coin', '>= 2.0'"), "gems/coin/coin.gemspec": GEM("coin", "2.0")}, second=("dependency-missing", None, None))
c("bundle-frozen", BU, "configuration", "dependency", r"frozen|deployment mode", "bundle install --quiet && echo \"gem 'coin', path: 'gems'\" >> Gemfile && bundle config set --local deployment true && bundle install", {"Gemfile": "gem 'tally', path: 'gems'\n", "gems/tally/tally.gemspec": GEM("tally", "1.0"), "gems/coin/coin.gemspec": GEM("coin", "1.0")}, second=("dependency-conflict", None, "config"))
c("bundle-no-gemfile", BU, "configuration", "config", r"Could not locate Gemfile", "bundle exec rake test")
c("bundle-exec-missing", BU, "dependency-missing", "dependency", r"command not found", "bundle install --quiet && bundle exec shopcop", {"Gemfile": "gem 'tally', path: 'gems'\n", "gems/tally/tally.gemspec": GEM("tally", "1.0")}, second=("toolchain-missing-or-version", None, None))
c("bundle-ruby-version", BU, "toolchain-missing-or-version", "dependency", r"Your Ruby version is", "bundle install", {"Gemfile": "ruby '3.9.1'\n"}, second=("configuration", None, "config"))
c("bundle-gemfile-error", BU, "configuration", "config", r"There was an error parsing|Undefined local variable|syntax error", "bundle install", {"Gemfile": "source 'https://gems.shop.example'\ngme 'tally'\n"}, second=("compile-error", None, "escalate"))
c("bundle-dns", BU, "network-transient", "retry", r"Could not reach host|Could not fetch|resolve|HTTP error", "bundle install --retry 0", {"Gemfile": "source 'https://gems.shop.example'\ngem 'tally'\n"}, second=("registry-or-service-outage", None, None), timeout=120)
c("bundle-503", BU, "registry-or-service-outage", "retry", r"503|unexpected|HTTP", SRC + "bundle install --retry 0", {"Gemfile": "source 'http://127.0.0.1:PORT/status/503'\ngem 'tally'\n"}, timeout=120)
c("bundle-401", BU, "auth-or-permission", "escalate", r"Authentication is required|Bad username or password", SRC + "bundle install --retry 0", {"Gemfile": "source 'http://127.0.0.1:PORT/status/401'\ngem 'tally'\n"}, second=(None, None, "config"), timeout=120)
c("gem-install-dns", "rubygems 3.3", "network-transient", "retry", r"Unable to download data|Socket Error|ERROR", "gem install --no-document --clear-sources --source https://gems.shop.example tally", second=("dependency-missing", None, None), timeout=120)
c("gem-not-found", "rubygems 3.3", "dependency-missing", "dependency", r"Could not find a valid gem", "gem install --local coin_rates")
c("gem-push", "rubygems 3.3", "auth-or-permission", "escalate", r"401|403|Access Denied|authentication|denied|insufficient", "printf 'Gem::Specification.new { |s| s.name = \"tally\"; s.version = \"1.0\"; s.summary = \"x\"; s.authors = [\"Ada\"]; s.files = [] }' > t.gemspec; gem build -q t.gemspec; GEM_HOST_API_KEY=made-up gem push --host $WEB/status/403 tally-1.0.gem", second=("deployment", None, "config"))
c("gem-push-409", "rubygems 3.3", "deployment", "config", r"already exists|409|conflict", "printf 'Gem::Specification.new { |s| s.name = \"tally\"; s.version = \"1.0\"; s.summary = \"x\"; s.authors = [\"Ada\"]; s.files = [] }' > t.gemspec; gem build -q t.gemspec; GEM_HOST_API_KEY=made-up gem push --host $WEB/status/409 tally-1.0.gem", second=(None, None, "escalate"))
c("rspec-fail", RS, "test-failure", "escalate", r"expected: 5|Failure/Error", "rspec", {"spec/cart_spec.rb": "RSpec.describe 'Cart' do\n  it 'adds two prices' do\n    expect(2 * 3).to eq(5)\n  end\n\n  it('is empty') { expect([]).to be_empty }\nend\n"}, second=(None, "^rspec ./spec|Failure/Error|expected", None))
c("rspec-load", RS, "dependency-missing", "dependency", r"LoadError", "rspec", {"spec/a_spec.rb": "require 'coin_rates'\n\nRSpec.describe('x') { it('y') {} }\n"}, second=("test-failure", "An error occurred while loading", None))
c("rspec-exception", RS, "test-failure", "escalate", r"KeyError", "rspec -fd", {"spec/a_spec.rb": "RSpec.describe 'Rates' do\n  it 'knows USD' do\n    { 'EUR' => 1 }.fetch('USD')\n  end\nend\n"}, second=(None, "rspec ./spec", None))
c("minitest", MT, "test-failure", "escalate", r"^Expected: ", "ruby test.rb", {"test.rb": "require 'minitest/autorun'\n\nclass CartTest < Minitest::Test\n  def test_discount\n    assert_equal 90, 100 - 5\n  end\n\n  def test_zero = assert(true)\nend\n"}, second=(None, "^CartTest#test_discount|Failure:", None))
c("minitest-error", MT, "test-failure", "escalate", r"ZeroDivisionError", "ruby test.rb", {"test.rb": "require 'minitest/autorun'\n\nclass MeanTest < Minitest::Test\n  def test_mean = assert_equal(0, 1 / [].size)\nend\n"}, second=(None, "MeanTest#test_mean", None))
c("rubocop", "rubocop 1.39", "lint-or-format", "alternative", r"[CW]: ", "rubocop --cache false app.rb", {"app.rb": "def total( a,b )\n  x = 1\n  return a+b\nend\n", ".rubocop.yml": "AllCops:\n  NewCops: disable\n  SuggestExtensions: false\n"})
c("rake-task", "rake 13", "configuration", "config", r"Don't know how to build task", "rake assets:precompile", {"Rakefile": "task :test do\n  puts 1\nend\n"})
c("rake-fails", "rake 13", "configuration", "config", r"KeyError|key not found", "rake release", {"Rakefile": "task :release do\n  puts ENV.fetch('SHOP_DEPLOY_KEY')\nend\n"}, second=("auth-or-permission", "rake aborted", "escalate"))
c("stack", R, "test-failure", "escalate", r"SystemStackError|stack level too deep", "ruby t.rb", {"t.rb": "def depth(n) = 1 + depth(n)\nputs depth(0)\n"}, second=("resource-memory", None, None))
c("nomemory", "ruby 3.1, ulimit -v", "resource-memory", "resource", r"failed to allocate memory", "bash -c 'ulimit -v 300000; ruby t.rb'", {"t.rb": "puts 'loading'\nx = 'a' * 900_000_000\nputs x.size\n"})
c("port", R, "port-or-concurrency-conflict", "retry", r"EADDRINUSE", "ruby s.rb", {"s.rb": "require 'socket'\na = TCPServer.new('127.0.0.1', 48748)\nputs 'starting second worker'\nTCPServer.new('127.0.0.1', 48748)\n"}, second=(None, None, "config"))
c("yaml", R, "configuration", "config", r"Psych::SyntaxError", "ruby -ryaml -e 'YAML.load_file(\"config/database.yml\")'", {"config/database.yml": "production:\n  host: db\n   port: 5432\n"})

h("rspec", RS, "rspec -fd", {"spec/errors_spec.rb": "RSpec.describe 'errors' do\n  it('raises when the card is rejected') { expect { raise 'rejected' }.to raise_error('rejected') }\n  it 'fails on timeout', skip: 'needs network'\n  it('logs failures') { warn 'ERROR: payment failed' }\nend\n"})
h("minitest", MT, "ruby test.rb -v", {"test.rb": "require 'minitest/autorun'\n\nclass ErrorTest < Minitest::Test\n  def test_failure_is_reported = assert_raises(RuntimeError) { raise 'fatal' }\n  def test_error_code = skip('fails on CI')\nend\n"})
h("bundle", BU, "bundle install 2>&1", {"Gemfile": "gem 'errorly', path: 'gems'\n", "gems/errorly/errorly.gemspec": GEM("errorly", "1.0")})
h("rubocop", "rubocop 1.39", "rubocop --cache false error.rb", {"error.rb": "# frozen_string_literal: true\n\nclass FatalError < StandardError; end\n", ".rubocop.yml": "AllCops:\n  NewCops: disable\n  SuggestExtensions: false\nStyle/Documentation:\n  Enabled: false\n"})
