"""Shadow mode judged: what we would have asked for beside what the ERP did by itself (K13)."""
