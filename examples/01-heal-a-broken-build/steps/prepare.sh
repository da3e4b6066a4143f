# Makes an upstream repository and a checkout of it, and breaks the checkout the way a killed git does.
set -eu
rm -rf build
mkdir build
git init -q build/upstream
echo one > build/upstream/data.txt
git -C build/upstream add data.txt
git -C build/upstream -c user.name=example -c user.email=example@selfheal.example commit -q -m one
git clone -q build/upstream build/checkout
: > build/checkout/.git/index.lock
echo "prepared build/checkout"
