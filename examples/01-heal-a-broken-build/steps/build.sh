# Builds the product. Needs GREETING, as .env.example says.
set -eu
echo "$GREETING, $(cat build/checkout/data.txt)" > build/product.txt
echo "built build/product.txt"
