"""The same operations for programs: JSON in, JSON out, described by an OpenAPI document."""
