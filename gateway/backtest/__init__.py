"""Trust in rules before they order anything: recorded demand played again under other rules."""
