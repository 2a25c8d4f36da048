"""A gateway: records pods without analysing them, and hands the recordings to a service; and the keys of gateways."""
