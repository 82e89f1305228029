"""How much one joint takes before its capsule resists: drawn as published, 1.45 ± 0.44 mL within 0.7 to 2.5 mL."""

import numpy as np

from sijoint.injectate.flow_rules import flow_rules


def draw_capacity_ml(rng: np.random.Generator) -> float:
    """Fill volume of one joint in mL: a beta distribution on the published range with exactly the published moments."""
    rules = flow_rules().capacity
    width = rules.high_ml - rules.low_ml
    mean = (rules.mean_ml - rules.low_ml) / width
    spread = mean * (1 - mean) / (rules.sd_ml / width) ** 2 - 1
    return float(rules.low_ml + width * rng.beta(mean * spread, (1 - mean) * spread))
