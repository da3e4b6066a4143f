#!/usr/bin/env bash
# Installs the tools that the cases run into $SELFHEAL_LOG_TOOLS (default /tmp/selfheal-log-tools). Needs apt for the compilers.
set -eu
tools=${SELFHEAL_LOG_TOOLS:-/tmp/selfheal-log-tools}
apt-get update
apt-get install -y --no-install-recommends golang gradle maven default-jdk-headless kotlin ruby ruby-dev bundler ruby-rspec rubocop php-cli \
  php-xml php-mbstring php-curl php-zip unzip composer phpunit php-codesniffer cmake ninja-build clang clang-format clang-tidy cppcheck meson \
  autoconf automake libmaven-compiler-plugin-java libmaven-resources-plugin-java libsurefire-java \
  libmaven-jar-plugin-java libmaven-deploy-plugin-java libmaven-install-plugin-java libmaven-enforcer-plugin-java junit4 shellcheck shfmt yamllint curl openssh-client postgresql-client mono-mcs
mkdir -p "$tools/node"
python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" install pytest mypy ruff black flake8 isort pylint tox nox poetry uv pyright bandit pip-audit twine build pytest-timeout \
  pytest-cov pip-tools codespell yamllint pre-commit checkov
cd "$tools/node"
echo '{"name":"tools","private":true}' > package.json
npm install typescript@5.6 jest@29 vitest@2 mocha@10 eslint@9 prettier@3 webpack@5 webpack-cli yarn@1 pnpm@9 ts-jest@29 @types/node@20 stylelint rollup esbuild ava c8
