"""What every request and every page goes through, whatever it is about."""
