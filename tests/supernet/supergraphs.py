"""A small supergraph for the tests: two levels of the six kinds of attention."""

from __future__ import annotations

SMALL = """use attention_cell

cell sg(
  kinds = (
    attend(over = temporal),
    attend(over = spatial),
    attend(over = spatiotemporal),
    attend(over = temporal, by = map),
    attend(over = spatial, by = map),
    attend(over = spatiotemporal, by = map),
  ),
  alpha = 1,
  beta = 1,
) {
  keys_values = cell
  prepare(channels = 4, size = 3, frames = 4)
  level1 = each level(f0, kinds)
  level2 = each level(level1, kinds, beta)
  combine(alpha of {level1, level2})
}

block stem(x) { return x -> conv(6, kernel = (1, 3, 3), stride = (1, 2, 2)) }
block head(x, classes) { return x -> adaptive_avg_pool -> flatten -> linear(classes) }

network small(classes = 3) {
  input video: 3 x 4 x 12^2
  return video -> stem -> sg -> head(classes)
}

network agnostic(classes = 3) {
  input video: 3 x 4 x 12^2
  return video -> stem -> sg -> sg -> head(classes)
}

network specific(classes = 3) {
  input video: 3 x 4 x 12^2
  y = video -> stem
  first = each sg(y)
  second = each sg(first)
  return second -> head(classes)
}
"""
