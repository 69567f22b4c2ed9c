"""The version of the plugin contract that this core speaks: `hookspecs`, `dialect`, `surface`, `store`.

What it promises stands in spec/entry-points.md, "Compatibility". It stands here by itself because whoever only lists
plugins must not pay for the contract.
"""

API = "1"
"""A breaking change makes it "2"; an added hook, argument or field does not."""
