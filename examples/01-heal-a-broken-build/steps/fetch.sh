# Brings the checkout up to date.
set -eu
git -C build/checkout fetch -q origin
git -C build/checkout reset -q --hard FETCH_HEAD
cat build/checkout/data.txt
