"""One foot: samples in, measured strides out."""
