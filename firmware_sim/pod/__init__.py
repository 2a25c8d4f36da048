"""The simulated pod: IMU, firmware, battery, clock and GATT server."""
