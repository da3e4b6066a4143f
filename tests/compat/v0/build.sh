#!/bin/sh
# Builds the fixtures of this version of the contract anew, and records which contract they speak. To be run on purpose only:
# what is kept here is what somebody's compiled plugin looks like. See ../README.md.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${SELFHEAL_COMPAT_TARGET:-$here/../../../target/compat-v0}
for role in planner runner classifier healer notifier; do
    cargo build --quiet --manifest-path "$here/source/Cargo.toml" --target wasm32-wasip2 --release \
        --target-dir "$target" --features "$role"
    cp "$target/wasm32-wasip2/release/speaks_v0.wasm" "$here/$role.wasm"
done
# Comments are not the contract: what is recorded is the text without them.
cat "$here"/../../../wit/v0/*.wit | sed -e 's/^[[:space:]]*//' -e '/^\/\//d' -e '/^$/d' | sha256sum | cut -d' ' -f1 > "$here/contract.sha256"
ls -l "$here"/*.wasm
