"""What venues offer, with the limits that they set."""
