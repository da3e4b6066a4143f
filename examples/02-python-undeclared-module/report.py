"""Prints a small report from YAML."""

import yaml

REPORT = """
shop:
  orders: 3
"""

print("orders:", yaml.safe_load(REPORT)["shop"]["orders"])
