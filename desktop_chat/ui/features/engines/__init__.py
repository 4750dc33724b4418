"""Features about who answers: servers, models, parameters, the doctor."""
