"""Image files become arrays, and what is known of the arrays."""
