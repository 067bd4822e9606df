"""What every test shares: how hypothesis draws its examples."""

from __future__ import annotations

import hypothesis

# The same examples on every run and no time limit per example: a red test is red for everybody,
# on a fast machine and on a slow one. Campaigns that look for new ones print their seed.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")
