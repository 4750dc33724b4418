"""The /v1 dialect: what is asked, and how the replies of its many servers are read."""
