"""What the product is about: plain values and pure functions, without input or output."""
