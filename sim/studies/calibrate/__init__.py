"""Calibrated by ruling out: which inputs, within their evidence, the published figures leave."""
