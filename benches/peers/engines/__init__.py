"""The peers: a module each, with one method per workload."""
