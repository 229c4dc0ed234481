"""The tutor in service: one model behind a queue, a page for pupils and an OpenAI-like chat endpoint."""
