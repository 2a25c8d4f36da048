"""Gait of one foot: samples in, measured strides out."""
