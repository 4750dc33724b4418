"""The bar above the transcript."""
