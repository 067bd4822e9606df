"""Labels: what stands on them, where, and as what they leave: SVG, PDF or the ZPL of a label printer."""
