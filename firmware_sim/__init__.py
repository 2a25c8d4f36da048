"""A runner whose truth is known by construction, and the pods on the two shoes.

Contacts are chosen first, the foot's pose is built around them, and the sensor reads that pose. Nothing here knows how
contacts are later found.
"""
