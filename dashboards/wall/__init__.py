"""The live wall: everybody who runs, in a browser, from this computer and without the internet."""
