"""What an admin does, a function a deed: the only code that changes a store, and it knows no screen."""
