"""The audit: what an admin should look at, found by one small rule for each code."""
