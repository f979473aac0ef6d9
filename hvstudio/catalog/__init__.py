"""What blocks exist: kinds declared once in code, products and cost cards as data with sources."""
