"""Dialogs: values in, a value out; a dialog never saves."""
