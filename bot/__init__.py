"""The Rasa assistant of jieli: reads shopper messages and leads two short flows."""
