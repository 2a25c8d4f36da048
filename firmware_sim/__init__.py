"""A simulated runner with exact ground truth, and the Bluetooth pods on both shoes.

`body` draws the contacts first, builds the foot's pose around them and records the truth; `pod` samples that pose and
streams it; `radio` delays it. Nothing here depends on the algorithms that later detect the contacts.
"""
