"""What is escalated to people: one incident for each signature."""
