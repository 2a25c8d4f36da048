"""FIT, the format of sports watches: a writer for activities, with fields of our own."""
