"""What a pod keeps in its flash: lossless blocks of samples, records, and the commands that transfer them."""
