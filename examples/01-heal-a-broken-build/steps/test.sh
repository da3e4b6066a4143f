# Tests the product against a mirror that does not answer the first time.
set -eu
if [ ! -e build/mirror-is-up ]; then
    : > build/mirror-is-up
    echo "curl: (6) Could not resolve host: mirror.example" >&2
    exit 6
fi
test "$(cat build/product.txt)" = "hello, one"
echo "1 test passed"
