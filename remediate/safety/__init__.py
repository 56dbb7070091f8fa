"""State machines that hold recoveries back: circuit, rates, anomaly, health. An outside clock, no I/O."""
