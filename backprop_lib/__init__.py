"""Back-propagation, proved and run."""
