"""Stand-ins for the services outside, speaking their real protocols on loopback; also for use by hand."""
