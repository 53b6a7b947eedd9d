"""What a scenario earns against what it costs: benefits of a year, over the years, discounted."""
