"""The screens: view state and keys; they hold no rule and do no I/O."""
