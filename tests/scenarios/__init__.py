"""The scenarios 1–143 as a table with pass marks, and the suites that play them."""
