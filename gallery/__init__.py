"""Pictures of everything a message can hold, to be looked at: `make gallery`."""
