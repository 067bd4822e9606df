"""Figures that people ask for, out of the journal: one small pure file for each report."""
