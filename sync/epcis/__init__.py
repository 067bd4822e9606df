"""EPCIS: options, and the way to a repository."""
