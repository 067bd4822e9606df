"""When to order what: one small pure file per trigger kind; time, stock and rules come in as arguments.

`kind.py` lists the kinds, `situation.py` is what a kind may ask, `finding.py` is what it answers.
"""
