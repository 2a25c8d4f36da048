"""The simulated radio: virtual controllers, lossy links and a bleak backend on them."""
