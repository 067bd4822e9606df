"""What every test shares: how hypothesis draws its examples."""

from __future__ import annotations

import hypothesis

# The same examples on every run and no time limit per example: a red test is red for everybody,
# on a fast machine and on a slow one. Campaigns that look for new ones print their seed.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
# On mutated code any counterexample will do; making it small takes many times as long as finding it.
_PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
hypothesis.settings.register_profile("hunt", derandomize=True, deadline=None, phases=_PHASES)
hypothesis.settings.load_profile("house")
