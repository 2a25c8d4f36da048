"""The live wall: all runners in a browser, served from this computer without the internet."""
