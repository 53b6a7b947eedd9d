"""The words of users in their own language: one catalogue, chosen once a command."""
