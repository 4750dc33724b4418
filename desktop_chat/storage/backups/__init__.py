"""Copies of the database: made, named, thinned out, and put back."""
