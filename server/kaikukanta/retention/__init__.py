"""What is not kept for ever: forgotten once its time is over, and no statistic changes by it."""
