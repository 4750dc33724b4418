"""Blocks laid out for a width: text, code, tables, formulas, images."""
