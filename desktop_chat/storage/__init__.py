"""The database, the settings file, secrets and the data directory's lock."""
