"""Objects between services and views; QtCore only."""
