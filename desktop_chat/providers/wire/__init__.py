"""How requests go out: connections, limits, certificates, failures, and what went over the wire."""
